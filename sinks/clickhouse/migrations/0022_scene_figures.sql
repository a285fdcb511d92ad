-- M63: what the four scenes of activities came to, by calendar month.

-- M63: which campaign and which activity are of which scene: as announced last, else as the latest of their events says.
CREATE OR REPLACE VIEW $database.scenes AS
WITH
    said AS (
        SELECT brand_id, 'campaign' AS kind, a.campaign_id AS id, a.scene AS scene, (1, a.announced_at, a.activity_id) AS rank
        FROM $database.activities AS a
        UNION ALL
        SELECT brand_id, 'activity' AS kind, a.activity_id AS id, a.scene AS scene, (1, a.announced_at, '') AS rank
        FROM $database.activities AS a
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
        SELECT brand_id, scene, toStartOfMonth(day) AS month, member_id, min(ts) AS at, min(day) AS first,
            countIf(type = 'invite.sent') > 0 AS invites
        FROM acts
        GROUP BY brand_id, scene, month, member_id
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    begun AS (SELECT brand_id, scene, member_id, min(p.first) AS first FROM parts AS p GROUP BY brand_id, scene, member_id),
    active AS (SELECT DISTINCT brand_id, member_id, day FROM $database.active_days),
    counted AS (
        SELECT p.brand_id AS brand_id, p.scene AS scene, p.month AS month, count() AS participants, countIf(p.invites) AS inviters,
            0 AS invited, 0 AS begun, 0 AS returned,
            countIf(arrayExists(t -> t >= p.at AND t <= p.at + INTERVAL 7 DAY, o.times)) AS payers
        FROM parts AS p
        LEFT JOIN orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id
        GROUP BY brand_id, scene, month
        UNION ALL
        SELECT p.brand_id AS brand_id, p.scene AS scene, p.month AS month, 0, 0, count(), 0, 0, 0
        FROM $database.invitees AS i
        INNER JOIN campaigns AS c ON c.brand_id = i.brand_id AND c.id = i.campaign_id
        INNER JOIN parts AS p ON p.brand_id = i.brand_id AND p.scene = c.scene AND p.member_id = i.inviter_id
            AND p.month = toStartOfMonth(i.day)
        WHERE p.invites
        GROUP BY brand_id, scene, month
        UNION ALL
        SELECT b.brand_id AS brand_id, b.scene AS scene, toStartOfMonth(b.first) AS month, 0, 0, 0, count(),
            countIf(ifNull(a.member_id, '') != ''), 0
        FROM begun AS b
        INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id
        LEFT JOIN active AS a ON a.brand_id = b.brand_id AND a.member_id = b.member_id AND a.day = b.first + 7
        WHERE b.first + 7 < l.day
        GROUP BY brand_id, scene, month
    )
SELECT
    c.brand_id AS brand_id,
    c.scene AS scene,
    c.month AS month,
    toUInt64(sum(c.participants)) AS participants,
    toUInt64(sum(c.inviters)) AS inviters,
    toUInt64(sum(c.invited)) AS invited,
    invited / nullIf(inviters, 0) AS k,
    toUInt64(sum(c.begun)) AS begun,
    toUInt64(sum(c.returned)) AS returned,
    returned / nullIf(begun, 0) AS d7,
    toUInt64(sum(c.payers)) AS payers,
    payers / nullIf(participants, 0) AS paid_rate,
    multiIf(scene = 'fission', k, scene = 'retention', d7, scene = 'activity', toFloat64(participants),
        scene = 'conversion', toFloat64(payers), NULL) AS figure
FROM counted AS c
GROUP BY brand_id, scene, month;
