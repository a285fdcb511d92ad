-- What groups are, and what groups alike do: figures by type, by weekday, and of the members of VIP groups.

-- G01-G20, G22: what a group is, by the latest word on each trait; of two of one time the greater holds, as with the groups agent.
CREATE OR REPLACE VIEW $database.group_types AS
SELECT
    brand_id, group_id,
    argMaxIf(w.purpose, (w.at, w.purpose), w.purpose != '') AS purpose,
    argMaxIf(w.growth_type, (w.at, w.growth_type), w.growth_type != '') AS growth_type,
    argMaxIf(w.tier, (w.at, w.tier), w.tier != '') AS tier,
    argMaxIf(w.audience, (w.at, w.audience), w.audience != '') AS audience,
    argMaxIf(w.entry_gate, (w.at, w.entry_gate), w.entry_gate != '') AS entry_gate,
    argMaxIf(w.owned, (w.at, w.owned), isNotNull(w.owned)) AS owned,
    argMaxIf(w.store, (w.at, w.store), w.store != '') AS store,
    argMaxIf(w.city, (w.at, w.city), w.city != '') AS city,
    argMaxIf(w.community_no, (w.at, w.community_no), w.community_no != '') AS community_no,
    argMaxIf(w.warehouse_id, (w.at, w.warehouse_id), w.warehouse_id != '') AS warehouse_id,
    argMaxIf(w.campaign_id, (w.at, w.campaign_id), w.campaign_id != '') AS campaign_id,
    argMaxIf(w.welfare_weekday, (w.at, w.welfare_weekday), w.welfare_weekday > 0) AS welfare_weekday,
    argMaxIf(w.planned_end, (w.at, w.planned_end), isNotNull(w.planned_end)) AS planned_end,
    minOrNullIf(w.at, w.made) AS created_at
FROM (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.type = 'group.created' AS made,
        JSONExtractString(e.raw, 'group_meta', 'purpose') AS purpose,
        JSONExtractString(e.raw, 'group_meta', 'growth_type') AS growth_type,
        JSONExtractString(e.raw, 'group_meta', 'tier') AS tier,
        JSONExtractString(e.raw, 'group_meta', 'audience') AS audience,
        JSONExtractString(e.raw, 'entry_gate') AS entry_gate,
        if(JSONType(e.raw, 'group_meta', 'owned') = 'Bool', JSONExtract(e.raw, 'group_meta', 'owned', 'Nullable(UInt8)'), NULL) AS owned,
        if(empty(JSONExtractString(e.raw, 'group_meta', 'store')), JSONExtractString(e.raw, 'store_id'),
            JSONExtractString(e.raw, 'group_meta', 'store')) AS store,
        JSONExtractString(e.raw, 'city') AS city,
        JSONExtractString(e.raw, 'group_meta', 'community_no') AS community_no,
        JSONExtractString(e.raw, 'warehouse_id') AS warehouse_id,
        JSONExtractString(e.raw, 'campaign_id') AS campaign_id,
        toUInt8(JSONExtractUInt(e.raw, 'group_meta', 'welfare_weekday')) AS welfare_weekday,
        coalesce(
            fromUnixTimestamp64Milli(JSONExtract(e.raw, 'group_meta', 'planned_end_ts', 'Nullable(Int64)'), 'UTC'),
            parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'group_meta', 'planned_end_ts'), 3, 'UTC')) AS planned_end
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.created', 'group.updated') AND e.group_id != ''
) AS w
GROUP BY brand_id, group_id;

-- G01-G20: figures of a group in the 30 days that end with the brand's last day, beside the median of the groups that are of the same
-- purpose, growth and tier.
CREATE OR REPLACE VIEW $database.group_profiles AS
WITH
    sizes AS (SELECT brand_id, group_id, count() AS members FROM $database.group_members GROUP BY brand_id, group_id),
    moves AS (
        SELECT s.brand_id AS brand_id, s.group_id AS group_id, sum(s.joins) AS joins, sum(s.left_self + s.kicked + s.banned) AS leaves
        FROM $database.group_stats AS s FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
        WHERE toDate(s.window_start, '$zone') > l.day - 30
        GROUP BY brand_id, group_id
    ),
    acts AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id,
            uniqExactIf((a.member_id, a.day), a.type = 'signin') AS signins,
            uniqExactIf(a.member_id, a.type = 'visited') AS visitors,
            length(arrayIntersect(groupUniqArrayIf(a.member_id, a.type = 'visited'), groupUniqArrayIf(a.member_id, a.type = 'paid'))) AS payers
        FROM $database.own_acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day > l.day - 30
        GROUP BY brand_id, group_id
    ),
    figures AS (
        SELECT
            s.brand_id AS brand_id, s.group_id AS group_id, s.members AS members,
            ifNull(t.purpose, '') AS purpose, ifNull(t.growth_type, '') AS growth_type, ifNull(t.tier, '') AS tier,
            ifNull(m.joins, 0) AS joins, ifNull(m.leaves, 0) AS leaves,
            if(leaves = 0, NULL, joins / leaves) AS joins_per_leave,
            leaves / (leaves + s.members) AS leave_rate,
            ifNull(a.signins, 0) / (30 * s.members) AS checkin_rate,
            ifNull(a.visitors, 0) AS visitors, ifNull(a.payers, 0) AS payers,
            if(visitors = 0, NULL, payers / visitors) AS conversion
        FROM sizes AS s
        LEFT JOIN $database.group_types AS t ON t.brand_id = s.brand_id AND t.group_id = s.group_id
        LEFT JOIN moves AS m ON m.brand_id = s.brand_id AND m.group_id = s.group_id
        LEFT JOIN acts AS a ON a.brand_id = s.brand_id AND a.group_id = s.group_id
    )
SELECT
    brand_id, group_id, purpose, growth_type, tier, members, joins, leaves, joins_per_leave, leave_rate, checkin_rate,
    visitors, payers, conversion,
    count() OVER alike AS type_groups,
    quantileExact(0.5)(f.leave_rate) OVER alike AS type_leave_rate,
    quantileExact(0.5)(f.checkin_rate) OVER alike AS type_checkin_rate,
    quantileExact(0.5)(f.conversion) OVER alike AS type_conversion,
    if(growth_type IN ('content', '内容型') OR purpose IN ('content', '内容型'), 0.4, NULL) AS expected_conversion
FROM figures AS f
WINDOW alike AS (PARTITION BY brand_id, purpose, growth_type, tier);

-- A46: what a group says and buys on each day of the week, in the twelve weeks that end with the brand's last day.
CREATE OR REPLACE VIEW $database.group_weekdays AS
WITH
    talk AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, toDayOfWeek(a.day) AS weekday,
            countIf(a.type = 'message') AS messages, uniqExactIf(a.member_id, a.type = 'message') AS speakers
        FROM $database.own_acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day > l.day - 84
        GROUP BY brand_id, group_id, weekday
    ),
    sales AS (
        SELECT o.brand_id AS brand_id, o.group_id AS group_id, toDayOfWeek(o.day) AS weekday,
            sum(o.orders) AS orders, sum(o.net_fen) AS net_fen
        FROM $database.group_orders AS o
        INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
        WHERE o.day > l.day - 84 AND o.group_id != ''
        GROUP BY brand_id, group_id, weekday
    ),
    places AS (
        SELECT brand_id, group_id, weekday
        FROM (SELECT brand_id, group_id FROM talk UNION DISTINCT SELECT brand_id, group_id FROM sales) AS g
        ARRAY JOIN [1, 2, 3, 4, 5, 6, 7] AS weekday
    ),
    figures AS (
        SELECT
            p.brand_id AS brand_id, p.group_id AS group_id, toUInt8(p.weekday) AS weekday,
            ifNull(t.messages, 0) AS messages, ifNull(t.speakers, 0) AS speakers,
            ifNull(s.orders, 0) AS orders, ifNull(s.net_fen, 0) AS net_fen
        FROM places AS p
        LEFT JOIN talk AS t ON t.brand_id = p.brand_id AND t.group_id = p.group_id AND t.weekday = p.weekday
        LEFT JOIN sales AS s ON s.brand_id = p.brand_id AND s.group_id = p.group_id AND s.weekday = p.weekday
    ),
    whole AS (
        SELECT *, sum(f.messages) OVER g AS all_messages, sum(f.orders) OVER g AS all_orders
        FROM figures AS f
        WINDOW g AS (PARTITION BY brand_id, group_id)
    )
SELECT
    w.brand_id AS brand_id, w.group_id AS group_id, w.weekday AS weekday,
    w.messages AS messages, w.speakers AS speakers, w.orders AS orders, w.net_fen AS net_fen,
    if(w.all_messages = w.messages, NULL, 6 * w.messages / (w.all_messages - w.messages)) AS messages_lift,
    if(w.all_orders = w.orders, NULL, 6 * w.orders / (w.all_orders - w.orders)) AS orders_lift,
    toUInt8(ifNull(t.welfare_weekday, 0) = w.weekday) AS welfare
FROM whole AS w
LEFT JOIN $database.group_types AS t ON t.brand_id = w.brand_id AND t.group_id = w.group_id;

-- T41, G82: the portrait of each member of a VIP group, over the year that ends with the brand's last day.
CREATE OR REPLACE VIEW $database.vip_portraits AS
WITH
    vips AS (
        SELECT g.brand_id AS brand_id, g.member_id AS member_id, min(g.since) AS since, arraySort(groupUniqArray(g.group_id)) AS groups
        FROM $database.group_members AS g
        INNER JOIN $database.group_types AS t ON t.brand_id = g.brand_id AND t.group_id = g.group_id
        WHERE lower(t.tier) = 'vip'
        GROUP BY brand_id, member_id
    ),
    facts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            argMaxIf(JSONExtract(e.raw, 'profile', 'age', 'Nullable(Int64)'), (e.ts, e.event_id), e.type = 'profile.updated'
                AND JSONType(e.raw, 'profile', 'age') IN ('Int64', 'UInt64')) AS age,
            argMaxIf(JSONExtractString(e.raw, 'profile', 'occupation'), (e.ts, e.event_id), e.type = 'profile.updated'
                AND JSONExtractString(e.raw, 'profile', 'occupation') != '') AS occupation,
            max(JSONExtractString(e.raw, 'ids', 'phone_hash') != '') AS phone_known,
            max(JSONExtractString(e.raw, 'ids', 'unionid') != '' OR JSONExtractString(e.raw, 'ids', 'external_userid') != ''
                OR JSONExtractString(e.raw, 'ids', 'openid') != '') AS wechat_known,
            countIf(e.type = 'form' OR e.type = 'message' AND hasAny(JSONExtract(e.raw, 'intent', 'Array(String)'), ['反馈', '建议'])) AS suggestions
        FROM $database.events AS e FINAL
        INNER JOIN vips AS v ON v.brand_id = e.brand_id AND v.member_id = e.member_id
        WHERE e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
    ),
    words AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.type = 'paid' AS bought, word, count() AS times
        FROM $database.events AS e FINAL
        INNER JOIN vips AS v ON v.brand_id = e.brand_id AND v.member_id = e.member_id
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        ARRAY JOIN arrayDistinct(arrayConcat(
            if(e.type = 'visited', [JSONExtractString(e.raw, 'query_category')], []),
            arrayMap(line -> JSONExtractString(line, 'category'), JSONExtractArrayRaw(e.raw, 'lines')))) AS word
        WHERE e.type IN ('visited', 'cart_added', 'paid') AND e.role IN ('customer', 'kol') AND word != ''
            AND toDate(e.ts, '$zone') > l.day - 365
        GROUP BY brand_id, member_id, bought, word
    ),
    wishes AS (
        SELECT brand_id, member_id,
            argMinIf(w.word, (-toInt64(w.times), w.word), NOT w.bought) AS wanted,
            argMinIf(w.word, (-toInt64(w.times), w.word), w.bought) AS category
        FROM words AS w
        GROUP BY brand_id, member_id
    ),
    year AS (
        SELECT o.brand_id AS brand_id, o.member_id AS member_id, o.day AS day, o.net_fen AS net_fen, o.platform AS platform
        FROM $database.net_orders AS o
        INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
        WHERE o.day > l.day - 365
    ),
    money AS (
        SELECT y.brand_id AS brand_id, y.member_id AS member_id, count() AS orders, sum(y.net_fen) AS net_fen,
            if(orders < 2, NULL, dateDiff('day', min(y.day), max(y.day)) / (orders - 1)) AS days_between
        FROM year AS y
        GROUP BY brand_id, member_id
    ),
    platforms AS (
        SELECT brand_id, member_id, argMin(p.platform, (-toInt64(p.orders), p.platform)) AS platform
        FROM (
            SELECT y.brand_id AS brand_id, y.member_id AS member_id, y.platform AS platform, count() AS orders
            FROM year AS y WHERE y.platform != '' GROUP BY brand_id, member_id, platform
        ) AS p
        GROUP BY brand_id, member_id
    ),
    totals AS (SELECT brand_id, sum(y.net_fen) AS net_fen FROM year AS y GROUP BY brand_id)
SELECT
    v.brand_id AS brand_id, v.member_id AS member_id, v.groups AS groups, v.since AS since,
    f.age AS age, ifNull(f.occupation, '') AS occupation,
    toUInt8(ifNull(f.phone_known, 0)) AS phone_known, toUInt8(ifNull(f.wechat_known, 0)) AS wechat_known,
    ifNull(w.wanted, '') AS wanted, ifNull(f.suggestions, 0) AS suggestions, ifNull(w.category, '') AS category,
    ifNull(m.orders, 0) AS orders, m.days_between AS days_between, ifNull(p.platform, '') AS platform,
    ifNull(m.net_fen, 0) AS net_fen, if(ifNull(t.net_fen, 0) = 0, NULL, net_fen / t.net_fen) AS share
FROM vips AS v
LEFT JOIN facts AS f ON f.brand_id = v.brand_id AND f.member_id = v.member_id
LEFT JOIN wishes AS w ON w.brand_id = v.brand_id AND w.member_id = v.member_id
LEFT JOIN money AS m ON m.brand_id = v.brand_id AND m.member_id = v.member_id
LEFT JOIN platforms AS p ON p.brand_id = v.brand_id AND p.member_id = v.member_id
LEFT JOIN totals AS t ON t.brand_id = v.brand_id;

-- G84: how far those who were in a VIP group in a month went, each step of those of the one before.
CREATE OR REPLACE VIEW $database.vip_months AS
WITH
    spells AS (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, min(toDate(e.ts, '$zone')) AS first,
            arraySort(groupArray((toDate(e.ts, '$zone'), e.ts, e.type IN ('group.joined', 'message')))) AS words
        FROM $database.events AS e FINAL
        INNER JOIN $database.group_types AS t ON t.brand_id = e.brand_id AND t.group_id = e.group_id
        WHERE e.type IN ('group.joined', 'message', 'group.left', 'group.kicked', 'group.banned') AND e.member_id != ''
            AND e.role IN ('customer', 'kol') AND lower(t.tier) = 'vip'
        GROUP BY brand_id, group_id, member_id
    ),
    inside AS (
        SELECT DISTINCT s.brand_id AS brand_id, s.member_id AS member_id, month
        FROM spells AS s
        INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
        ARRAY JOIN arrayMap(n -> addMonths(toStartOfMonth(s.first), n), range(toUInt32(dateDiff('month', s.first, l.day)) + 1)) AS month
        WHERE arrayExists(w -> w.3 AND toStartOfMonth(w.1) = month, s.words) OR arrayLast(w -> w.1 < month, s.words).3
    ),
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, toStartOfMonth(toDate(e.ts, '$zone')) AS month,
            max(e.type = 'red_packet_claimed' OR e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant')) AS active,
            max(e.type IN ('claim', 'red_packet_claimed') OR e.kind = 'checkin' AND JSONExtractString(e.raw, 'reward', 'type') != '') AS benefit
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND (e.kind = 'checkin' OR e.type = 'red_packet_claimed')
        GROUP BY brand_id, member_id, month
    ),
    bought AS (SELECT DISTINCT brand_id, member_id, toStartOfMonth(o.day) AS month FROM $database.net_orders AS o)
SELECT
    i.brand_id AS brand_id, i.month AS month, count() AS members,
    countIf(ifNull(a.active, 0) = 1) AS active,
    countIf(ifNull(a.active, 0) = 1 AND ifNull(b.active, 0) = 1) AS retained,
    countIf(ifNull(a.active, 0) = 1 AND ifNull(b.active, 0) = 1 AND a.benefit = 1) AS stimulated,
    countIf(ifNull(a.active, 0) = 1 AND ifNull(b.active, 0) = 1 AND a.benefit = 1 AND ifNull(o.member_id, '') != '') AS bought
FROM inside AS i
LEFT JOIN acts AS a ON a.brand_id = i.brand_id AND a.member_id = i.member_id AND a.month = i.month
LEFT JOIN acts AS b ON b.brand_id = i.brand_id AND b.member_id = i.member_id AND addMonths(b.month, 1) = i.month
LEFT JOIN bought AS o ON o.brand_id = i.brand_id AND o.member_id = i.member_id AND o.month = i.month
GROUP BY brand_id, month;
