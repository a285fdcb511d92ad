-- What members of groups buy, where they come from, and who does the talking.

-- The tier of a group by the last word on it.
CREATE OR REPLACE VIEW $database.group_tiers AS
SELECT brand_id, group_id, argMax(g.named, (g.at, g.event_id)) AS tier
FROM (
    SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id,
        JSONExtractString(e.raw, 'group_meta', 'tier') AS named
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.created', 'group.updated') AND named != ''
) AS g
GROUP BY brand_id, group_id;

-- G48, G49: visits and net orders of a group on a day; group_id '' is what no group is named for.
CREATE OR REPLACE VIEW $database.group_orders AS
WITH
    places AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            multiIf(JSONExtractString(e.raw, 'parent_order_id') != '', JSONExtractString(e.raw, 'parent_order_id'),
                empty(e.order_id), e.event_id, e.order_id) AS order_id,
            argMax(if(empty(JSONExtractString(e.raw, 'attributed_group_id')), e.group_id, JSONExtractString(e.raw, 'attributed_group_id')),
                (e.ts, e.event_id)) AS group_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'paid' AND e.member_id != ''
        GROUP BY brand_id, member_id, order_id
    ),
    figures AS (
        SELECT brand_id, group_id, day, count() AS visits, uniqExact(a.member_id) AS visitors, toUInt64(0) AS orders,
            toUInt64(0) AS buyers, toInt64(0) AS net_fen
        FROM $database.own_acts AS a
        WHERE a.type = 'visited'
        GROUP BY brand_id, group_id, day
        UNION ALL
        SELECT o.brand_id AS brand_id, ifNull(p.group_id, '') AS place, o.day AS day, 0, 0, count(), uniqExact(o.member_id),
            sum(o.net_fen)
        FROM $database.net_orders AS o
        LEFT JOIN places AS p ON p.brand_id = o.brand_id AND p.member_id = o.member_id AND p.order_id = o.order_id
        GROUP BY brand_id, place, day
    ),
    days AS (
        SELECT brand_id, group_id, day, sum(f.visits) AS visits, sum(f.visitors) AS visitors, sum(f.orders) AS orders,
            sum(f.buyers) AS buyers, sum(f.net_fen) AS net_fen
        FROM figures AS f
        GROUP BY brand_id, group_id, day
    )
SELECT
    d.brand_id AS brand_id, d.group_id AS group_id, d.day AS day, ifNull(t.tier, '') AS tier,
    d.visits AS visits, d.visitors AS visitors, d.orders AS orders, d.buyers AS buyers, d.net_fen AS net_fen
FROM days AS d
LEFT JOIN $database.group_tiers AS t ON t.brand_id = d.brand_id AND t.group_id = d.group_id;

-- G48: visits and net orders for each member of a group in the 30 days that end with the brand's last day.
CREATE OR REPLACE VIEW $database.group_frequency AS
WITH month AS (
    SELECT o.brand_id AS brand_id, o.group_id AS group_id, sum(o.visits) AS visits, sum(o.orders) AS orders, sum(o.net_fen) AS net_fen
    FROM $database.group_orders AS o
    INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
    WHERE o.day > l.day - 30
    GROUP BY brand_id, group_id
)
SELECT
    g.brand_id AS brand_id, g.group_id AS group_id, g.members AS members,
    ifNull(m.visits, 0) AS visits, ifNull(m.orders, 0) AS orders, ifNull(m.net_fen, 0) AS net_fen,
    visits / members AS visits_per_member, orders / members AS orders_per_member
FROM (SELECT brand_id, group_id, count() AS members FROM $database.group_members GROUP BY brand_id, group_id) AS g
LEFT JOIN month AS m ON m.brand_id = g.brand_id AND m.group_id = g.group_id;

-- G49: net orders by the tier of their group in the 30 days that end with the brand's last day, against all of the brand.
CREATE OR REPLACE VIEW $database.tier_orders AS
WITH tiers AS (
    SELECT o.brand_id AS brand_id, o.tier AS tier, sum(o.orders) AS orders, sum(o.net_fen) AS net_fen
    FROM $database.group_orders AS o
    INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
    WHERE o.day > l.day - 30
    GROUP BY brand_id, tier
)
SELECT
    brand_id, tier, orders, net_fen,
    if(sum(t.net_fen) OVER (PARTITION BY brand_id) = 0, NULL, net_fen / sum(t.net_fen) OVER (PARTITION BY brand_id)) AS share
FROM tiers AS t;

-- G61: how fast each source brings members into groups, and who of them is there and active seven days later.
CREATE OR REPLACE VIEW $database.channel_joins AS
WITH
    joins AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, min(e.ts) AS at, toDate(at, '$zone') AS day,
            argMin(JSONExtractString(e.raw, 'channel_id'), (e.ts, e.event_id)) AS channel_id,
            argMin(JSONExtractString(e.raw, 'join_method'), (e.ts, e.event_id)) AS join_method
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, group_id, member_id
    ),
    moves AS (
        SELECT j.brand_id AS brand_id, j.group_id AS group_id, j.member_id AS member_id,
            argMax(e.type = 'group.joined', (e.ts, e.type = 'group.joined')) AS held
        FROM joins AS j
        INNER JOIN (
            SELECT brand_id, group_id, member_id, ts, type FROM $database.events FINAL
            WHERE type IN ('group.joined', 'group.left', 'group.kicked', 'group.banned')
        ) AS e ON e.brand_id = j.brand_id AND e.group_id = j.group_id AND e.member_id = j.member_id
        WHERE toDate(e.ts, '$zone') <= j.day + 7
        GROUP BY brand_id, group_id, member_id
    ),
    hours AS (
        SELECT j.brand_id AS brand_id, j.day AS day, j.channel_id AS channel_id, j.join_method AS join_method,
            toStartOfHour(j.at) AS hour, count() AS joins,
            countIf(m.held = 1) AS stayed, countIf(m.held = 1 AND ifNull(a.member_id, '') != '') AS active
        FROM joins AS j
        INNER JOIN moves AS m ON m.brand_id = j.brand_id AND m.group_id = j.group_id AND m.member_id = j.member_id
        LEFT JOIN (SELECT DISTINCT brand_id, group_id, member_id, day FROM $database.own_acts) AS a
            ON a.brand_id = j.brand_id AND a.group_id = j.group_id AND a.member_id = j.member_id AND a.day = j.day + 7
        GROUP BY brand_id, day, channel_id, join_method, hour
    )
SELECT
    h.brand_id AS brand_id, h.day AS day, h.channel_id AS channel_id, h.join_method AS join_method,
    sum(h.joins) AS joins, joins / 24 AS joins_per_hour, max(h.joins) AS most_in_an_hour,
    if(h.day + 7 < any(l.day), sum(h.stayed), NULL) AS stayed,
    if(h.day + 7 < any(l.day), sum(h.active), NULL) AS active,
    stayed / joins AS stay_rate,
    if(ifNull(stayed, 0) = 0, NULL, active / stayed) AS rate
FROM hours AS h
INNER JOIN $database.last_days AS l ON l.brand_id = h.brand_id
GROUP BY brand_id, day, channel_id, join_method;

-- G39: who does the talking in a group, week by week (Monday first): newcomers of less than 30 days, and the best fifth of buyers.
CREATE OR REPLACE VIEW $database.newcomer_weeks AS
WITH
    seen AS (SELECT brand_id, group_id, member_id, min(a.at) AS since FROM $database.own_acts AS a GROUP BY brand_id, group_id, member_id),
    money AS (SELECT brand_id, member_id, sum(o.net_fen) AS fen FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    high AS (
        SELECT m.brand_id AS brand_id, m.member_id AS member_id
        FROM money AS m
        INNER JOIN (SELECT brand_id, quantileExact(0.8)(money.fen) AS least FROM money GROUP BY brand_id) AS c ON c.brand_id = m.brand_id
        WHERE m.fen >= c.least
    ),
    weeks AS (
        SELECT
            a.brand_id AS brand_id, a.group_id AS group_id, toMonday(a.day) AS week,
            countIf(a.type = 'message') AS messages,
            countIf(a.type = 'message' AND a.at < s.since + INTERVAL 30 DAY) AS newcomer_messages,
            if(messages = 0, NULL, newcomer_messages / messages) AS newcomer_share,
            uniqExactIf(a.member_id, ifNull(h.member_id, '') != '') AS high_active
        FROM $database.own_acts AS a
        INNER JOIN seen AS s ON s.brand_id = a.brand_id AND s.group_id = a.group_id AND s.member_id = a.member_id
        LEFT JOIN high AS h ON h.brand_id = a.brand_id AND h.member_id = a.member_id
        GROUP BY brand_id, group_id, week
    )
SELECT
    brand_id, group_id, week, messages, newcomer_messages, newcomer_share, high_active,
    newcomer_share > avg(w.newcomer_share) OVER before AND high_active < avg(w.high_active) OVER before AS only_newcomers
FROM weeks AS w
WINDOW before AS (PARTITION BY brand_id, group_id ORDER BY week ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING);
