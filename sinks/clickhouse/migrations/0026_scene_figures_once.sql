-- Figures of scenes and arms of tests as before, with each event read fewer times.

-- M59: net orders within seven days, by arm of an A/B test. A member is in the arm that came first. Each arm is compared with the first
-- one announced, or the first by name, by a two-sided z-test of two proportions with the variance pooled.
CREATE OR REPLACE VIEW $database.variant_conversions AS
WITH
    announced AS (
        SELECT brand_id, if(empty(a.campaign_id), a.activity_id, a.campaign_id) AS test_id, argMax(a.variants, (a.announced_at, a.activity_id)) AS arms
        FROM $database.activities AS a
        WHERE notEmpty(a.variants)
        GROUP BY brand_id, test_id
    ),
    seen AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'campaign_id')), JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'campaign_id'))
                AS test_id,
            argMin(JSONExtractString(e.raw, 'variant'), (e.ts, e.event_id)) AS variant, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND JSONExtractString(e.raw, 'variant') != ''
        GROUP BY brand_id, member_id, test_id
        HAVING test_id != ''
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    counted AS (
        SELECT s.brand_id AS brand_id, s.test_id AS test_id, s.variant AS variant, count() AS members,
            countIf(arrayExists(t -> t >= s.at AND t <= s.at + INTERVAL 7 DAY, o.times)) AS converted
        FROM seen AS s
        LEFT JOIN orders AS o ON o.brand_id = s.brand_id AND o.member_id = s.member_id
        GROUP BY brand_id, test_id, variant
        UNION ALL
        SELECT brand_id, test_id, variant, 0, 0 FROM announced ARRAY JOIN arms AS variant
    ),
    arms AS (
        SELECT brand_id, test_id, variant, sum(c.members) AS members, sum(c.converted) AS converted
        FROM counted AS c
        GROUP BY brand_id, test_id, variant
    ),
    chosen AS (
        SELECT c.brand_id AS brand_id, c.test_id AS test_id, c.variant AS variant, c.members AS members, c.converted AS converted,
            if(empty(a.arms), min(c.variant) OVER (PARTITION BY c.brand_id, c.test_id), a.arms[1]) AS control
        FROM arms AS c
        LEFT JOIN announced AS a ON a.brand_id = c.brand_id AND a.test_id = c.test_id
    ),
    compared AS (
        SELECT *,
            sum(if(variant = control, members, 0)) OVER (PARTITION BY brand_id, test_id) AS others,
            sum(if(variant = control, converted, 0)) OVER (PARTITION BY brand_id, test_id) AS bought,
            (converted + bought) / (members + others) AS pooled
        FROM chosen
    )
SELECT
    brand_id, test_id, variant, members, converted,
    if(members = 0, NULL, converted / members) AS rate,
    control,
    if(members = 0 OR others = 0 OR variant = control, NULL, converted / members - bought / others) AS difference,
    if(difference IS NULL OR pooled IN (0, 1), NULL,
        erfc(abs(difference) / sqrt(pooled * (1 - pooled) * (1 / members + 1 / others)) / sqrt(2))) AS p_value
FROM compared;


-- M63: which campaign and which activity are of which scene: as announced last, else as the latest of their events says.
CREATE OR REPLACE VIEW $database.scenes AS
WITH
    said AS (
        SELECT a.brand_id AS brand_id, whose.1 AS kind, whose.2 AS id, a.scene AS scene, (1, a.announced_at, a.activity_id) AS rank
        FROM $database.activities AS a
        ARRAY JOIN [('campaign', a.campaign_id), ('activity', a.activity_id)] AS whose
        UNION ALL
        SELECT
            e.brand_id AS brand_id, whose.1 AS kind, whose.2 AS id,
            transform(JSONExtractString(e.raw, 'scene'), ['裂变', '留存', '活跃', '转化'],
                ['fission', 'retention', 'activity', 'conversion'], JSONExtractString(e.raw, 'scene')) AS scene,
            (0, e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN [('campaign', JSONExtractString(e.raw, 'campaign_id')), ('activity', JSONExtractString(e.raw, 'activity_id'))] AS whose
        WHERE e.type != 'activity.announced' AND scene != ''
    )
SELECT brand_id, kind, id, argMax(s.scene, s.rank) AS scene
FROM said AS s
WHERE s.id != '' AND s.scene != ''
GROUP BY brand_id, kind, id;

-- M63: figures of each scene, each with the one that its purpose is measured by. An act is of the scene that it names, else of that of
-- its campaign, else of its activity.
CREATE OR REPLACE VIEW $database.scene_figures AS
WITH
    named AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts, toDate(e.ts, '$zone') AS day, toString(e.type) AS type,
            transform(JSONExtractString(e.raw, 'scene'), ['裂变', '留存', '活跃', '转化'],
                ['fission', 'retention', 'activity', 'conversion'], JSONExtractString(e.raw, 'scene')) AS told,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id, JSONExtractString(e.raw, 'activity_id') AS activity_id
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND e.type IN (
            'message', 'solitaire', 'dice', 'red_packet_claimed', 'red_packet_sent', 'push_opened', 'push_clicked', 'share',
            'moments_like', 'moments_post', 'moments_comment',
            'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent',
            'visited', 'cart_added', 'cart_removed', 'placed', 'paid',
            'signin', 'task', 'quiz', 'quiz_test', 'contest', 'form', 'enroll', 'attend', 'like_collect', 'photo_share', 'code_word',
            'lottery', 'bargain', 'game', 'claim', 'redeem')
            AND (told != '' OR campaign_id != '' OR activity_id != '')
    ),
    campaigns AS (SELECT brand_id, id, scene FROM $database.scenes WHERE kind = 'campaign'),
    activities AS (SELECT brand_id, id, scene FROM $database.scenes WHERE kind = 'activity'),
    acts AS (
        SELECT n.brand_id AS brand_id, n.member_id AS member_id, n.ts AS ts, n.day AS day, n.type AS type,
            multiIf(n.told != '', n.told, ifNull(c.scene, '') != '', ifNull(c.scene, ''), ifNull(a.scene, '')) AS scene
        FROM named AS n
        LEFT JOIN campaigns AS c ON c.brand_id = n.brand_id AND c.id = n.campaign_id
        LEFT JOIN activities AS a ON a.brand_id = n.brand_id AND a.id = n.activity_id
        WHERE scene != ''
    ),
    parts AS (
        SELECT brand_id, scene, month, member_id, at, first, invites,
            min(first) OVER (PARTITION BY brand_id, scene, member_id) = first AS begins
        FROM (
            SELECT brand_id, scene, toStartOfMonth(day) AS month, member_id, min(ts) AS at, min(day) AS first,
                countIf(type = 'invite.sent') > 0 AS invites
            FROM acts
            GROUP BY brand_id, scene, month, member_id
        )
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    active AS (SELECT DISTINCT brand_id, member_id, day FROM $database.active_days),
    came AS (
        SELECT i.brand_id AS brand_id, c.scene AS scene, toStartOfMonth(i.day) AS month, i.inviter_id AS member_id, count() AS invited
        FROM $database.invitees AS i
        INNER JOIN campaigns AS c ON c.brand_id = i.brand_id AND c.id = i.campaign_id
        GROUP BY brand_id, scene, month, member_id
    )
SELECT
    p.brand_id AS brand_id,
    p.scene AS scene,
    p.month AS month,
    count() AS participants,
    countIf(p.invites) AS inviters,
    sumIf(ifNull(i.invited, 0), p.invites) AS invited,
    invited / nullIf(inviters, 0) AS k,
    countIf(p.begins AND p.first + 7 < l.day) AS begun,
    countIf(p.begins AND p.first + 7 < l.day AND ifNull(a.member_id, '') != '') AS returned,
    returned / nullIf(begun, 0) AS d7,
    countIf(arrayExists(t -> t >= p.at AND t <= p.at + INTERVAL 7 DAY, o.times)) AS payers,
    payers / nullIf(participants, 0) AS paid_rate,
    multiIf(scene = 'fission', k, scene = 'retention', d7, scene = 'activity', toFloat64(participants),
        scene = 'conversion', toFloat64(payers), NULL) AS figure
FROM parts AS p
INNER JOIN $database.last_days AS l ON l.brand_id = p.brand_id
LEFT JOIN orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id
LEFT JOIN active AS a ON a.brand_id = p.brand_id AND a.member_id = p.member_id AND a.day = p.first + 7
LEFT JOIN came AS i ON i.brand_id = p.brand_id AND i.scene = p.scene AND i.month = p.month AND i.member_id = p.member_id
GROUP BY brand_id, scene, month;
