-- Who is in a group, of what kind they are, and who takes part; as of the brand's last event.

-- Members who are in a group by the last word on them: who came or wrote and did not leave since.
CREATE OR REPLACE VIEW $database.group_members AS
SELECT
    brand_id, group_id, member_id,
    coalesce(maxOrNullIf(m.at, m.came), minOrNullIf(m.at, m.inside)) AS since
FROM (
    SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.ts AS at,
        e.type IN ('group.joined', 'message') AS inside, e.type = 'group.joined' AS came
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.joined', 'message', 'group.left', 'group.kicked', 'group.banned')
        AND e.group_id != '' AND e.member_id != '' AND e.role IN ('customer', 'kol')
) AS m
GROUP BY brand_id, group_id, member_id
HAVING argMax(m.inside, (m.at, m.inside)) = 1;

-- M33: layers of a group. The score is that of the members' model, of acts in this group alone.
CREATE OR REPLACE VIEW $database.group_layers AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    points AS (
        SELECT
            a.brand_id AS brand_id, a.group_id AS group_id, a.member_id AS member_id, a.day AS day,
            transform(a.type,
                ['dice', 'red_packet_claimed', 'moments_like', 'red_packet_sent', 'push_opened', 'share', 'moments_post',
                 'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent', 'visited',
                 'cart_removed', 'placed', 'paid', 'task', 'quiz_test', 'contest', 'form', 'enroll', 'attend',
                 'like_collect', 'photo_share', 'redeem'],
                [0.2, 0.5, 0.5, 2.0, 0.5, 3.0, 2.0, 0.5, 0.5, 0.5, 0.5, 3.0, 0.5, 0.2, 2.0, 5.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 2.0,
                 3.0, 2.0], 1.0) AS weight,
            a.type IN ('message', 'solitaire', 'dice', 'red_packet_claimed', 'moments_like') AS capped,
            weight * exp2(-dateDiff('millisecond', a.at, h.last) / 604800000) AS worth,
            a.speaks AND a.at > h.last - INTERVAL 14 DAY AS spoke
        FROM $database.own_acts AS a
        INNER JOIN heard AS h ON h.brand_id = a.brand_id
    ),
    scores AS (
        SELECT brand_id, group_id, member_id, sum(d.points) AS score, max(d.spoke) AS spoke
        FROM (
            SELECT brand_id, group_id, member_id,
                sumIf(p.worth, NOT p.capped) + sumIf(p.worth, p.capped) * least(1, 20 / greatest(sumIf(p.weight, p.capped), 20)) AS points,
                max(p.spoke) AS spoke
            FROM points AS p
            GROUP BY brand_id, group_id, member_id, p.day
        ) AS d
        GROUP BY brand_id, group_id, member_id
    ),
    named AS (
        SELECT brand_id, member_id
        FROM (
            SELECT e.brand_id AS brand_id, e.member_id AS member_id, lower(JSONExtractString(e.raw, 'manual_tag', 'key')) AS tag,
                argMax(e.type = 'tag.set', (e.ts, e.event_id)) AS held
            FROM $database.events AS e FINAL
            WHERE e.type IN ('tag.set', 'tag.cleared')
            GROUP BY brand_id, member_id, tag
        )
        WHERE held AND tag IN ('koc', 'kol')
        UNION DISTINCT
        SELECT DISTINCT e.brand_id, e.member_id FROM $database.events AS e FINAL WHERE e.role = 'kol' AND e.member_id != ''
    ),
    persons AS (
        SELECT brand_id, group_id, staff_id AS member_id, 1 AS place FROM $database.group_owners
        UNION ALL
        SELECT DISTINCT e.brand_id, e.group_id, e.member_id, 2
        FROM $database.events AS e FINAL
        WHERE e.role = 'admin' AND e.group_id != '' AND e.member_id != ''
        UNION ALL
        SELECT m.brand_id, m.group_id, m.member_id, if(ifNull(n.member_id, '') != '', 3, 4)
        FROM $database.group_members AS m
        LEFT JOIN named AS n ON n.brand_id = m.brand_id AND n.member_id = m.member_id
    ),
    placed AS (SELECT brand_id, group_id, member_id, min(p.place) AS place FROM persons AS p GROUP BY brand_id, group_id, member_id)
SELECT
    p.brand_id AS brand_id, p.group_id AS group_id, p.member_id AS member_id,
    ifNull(s.score, 0) AS score,
    multiIf(p.place = 1, 'owner', p.place = 2, 'admin', p.place = 3, 'koc', score >= 3, 'active', ifNull(s.spoke, 0) = 1, 'occasional',
        'silent') AS pyramid_level
FROM placed AS p
LEFT JOIN scores AS s ON s.brand_id = p.brand_id AND s.group_id = p.group_id AND s.member_id = p.member_id;

-- M55: of the members of a group, who took part in something in the 30 days that end with the brand's last day.
CREATE OR REPLACE VIEW $database.participation AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id,
            max(e.kind = 'checkin' OR e.type IN ('solitaire', 'dice') OR JSONExtractString(e.raw, 'campaign_id') != '') AS took,
            max(e.type = 'task') AS task,
            uniqExactIf(toDate(e.ts, '$zone'), e.type = 'signin' AND toDate(e.ts, '$zone') > l.day - 7) AS streak
        FROM $database.events AS e FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        WHERE e.group_id != '' AND e.role IN ('customer', 'kol') AND e.type NOT IN ('audit', 'points_grant', 'push_delivered', 'refunded',
            'group.left', 'group.kicked', 'group.banned') AND toDate(e.ts, '$zone') > l.day - 30
        GROUP BY brand_id, group_id, member_id
    ),
    gates AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND JSONExtractString(e.raw, 'entry_gate') = 'paid'
    )
SELECT
    m.brand_id AS brand_id, m.group_id AS group_id,
    count() AS members,
    countIf(ifNull(a.took, 0) = 1) AS took_part,
    countIf(ifNull(a.task, 0) = 1) AS joined_tasks,
    countIf(ifNull(g.member_id, '') != '' OR ifNull(a.streak, 0) >= 7) AS gave,
    took_part / members AS rate
FROM $database.group_members AS m
LEFT JOIN acts AS a ON a.brand_id = m.brand_id AND a.group_id = m.group_id AND a.member_id = m.member_id
LEFT JOIN gates AS g ON g.brand_id = m.brand_id AND g.group_id = m.group_id AND g.member_id = m.member_id
GROUP BY brand_id, group_id;

-- G60: how many people the groups reach, each once.
CREATE OR REPLACE VIEW $database.group_reach AS
SELECT brand_id, count() AS memberships, uniqExact(m.member_id) AS members, uniqExact(m.group_id) AS groups, members / memberships AS rate
FROM $database.group_members AS m
GROUP BY brand_id;

-- G40: members of a group who follow the account or have used the mini-program.
CREATE OR REPLACE VIEW $database.group_links AS
WITH
    follows AS (
        SELECT brand_id, member_id, 1 AS follows
        FROM (
            SELECT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'channel_id') AS account,
                argMax(e.type = 'account.followed', (e.ts, e.event_id)) AS held
            FROM $database.events AS e FINAL
            WHERE e.type IN ('account.followed', 'account.unfollowed')
            GROUP BY brand_id, member_id, account
        )
        GROUP BY brand_id, member_id
        HAVING max(held) = 1
    ),
    used AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, 1 AS used
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND JSONExtractString(e.raw, 'platform') IN ('小程序', 'miniapp') AND e.role IN ('customer', 'kol')
            AND (e.kind = 'order' AND e.type != 'refunded' OR e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant'))
    )
SELECT
    m.brand_id AS brand_id, m.group_id AS group_id, count() AS members,
    countIf(ifNull(f.follows, 0) = 1) AS followed, countIf(ifNull(u.used, 0) = 1) AS used_mini_program,
    countIf(ifNull(f.follows, 0) = 1 OR ifNull(u.used, 0) = 1) AS linked,
    linked / members AS rate
FROM $database.group_members AS m
LEFT JOIN follows AS f ON f.brand_id = m.brand_id AND f.member_id = m.member_id
LEFT JOIN used AS u ON u.brand_id = m.brand_id AND u.member_id = m.member_id
GROUP BY brand_id, group_id;

-- T74: the band of a member in gender, age and spending against the commonest of the group.
CREATE OR REPLACE VIEW $database.group_fits AS
WITH
    told AS (
        SELECT brand_id, member_id, word AS dimension,
            argMax(if(word = 'age', toString(intDiv(JSONExtractInt(e.raw, 'profile', 'age'), 10) * 10),
                JSONExtractString(e.raw, 'profile', 'gender')), (e.ts, e.event_id)) AS band
        FROM $database.events AS e FINAL
        ARRAY JOIN ['gender', 'age'] AS word
        WHERE e.type = 'profile.updated' AND JSONHas(e.raw, 'profile', word)
        GROUP BY brand_id, member_id, dimension
    ),
    spent AS (SELECT brand_id, member_id, avg(o.net_fen) AS fen FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    bands AS (
        SELECT brand_id, member_id, dimension, band FROM told WHERE band != ''
        UNION ALL
        SELECT s.brand_id, s.member_id, 'spending', toString(1 + arrayCount(q -> s.fen > q, c.cuts))
        FROM spent AS s
        INNER JOIN (SELECT brand_id, quantilesExact(0.25, 0.5, 0.75)(spent.fen) AS cuts FROM spent GROUP BY brand_id) AS c
            ON c.brand_id = s.brand_id
    ),
    held AS (
        SELECT m.brand_id AS brand_id, m.group_id AS group_id, m.member_id AS member_id, b.dimension AS dimension, b.band AS band,
            count() OVER (PARTITION BY m.brand_id, m.group_id, b.dimension, b.band) AS alike
        FROM $database.group_members AS m
        INNER JOIN bands AS b ON b.brand_id = m.brand_id AND b.member_id = m.member_id
    )
SELECT
    brand_id, group_id, member_id, dimension, band,
    first_value(h.band) OVER (PARTITION BY brand_id, group_id, dimension ORDER BY h.alike DESC, h.band
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS modal,
    band != modal AS misfit
FROM held AS h;
