-- Figures of a brand by live stream, by group, and with super members apart.

-- A28, M60: what came of a live stream in each of its phases, which the events name. An order is led by a group where it is
-- attributed to one or names one, else by the platform.
CREATE OR REPLACE VIEW $database.live_phases AS
WITH
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.order_id AS parcel, any(e.member_id) AS member_id,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            argMaxIf((JSONExtractString(e.raw, 'live_id'), JSONExtractString(e.raw, 'live_phase')), (e.ts, e.event_id), e.type = 'paid') AS live,
            maxIf(e.group_id != '' OR JSONExtractString(e.raw, 'attributed_group_id') != '', e.type = 'paid') AS by_group,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded') AS refunded
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, parcel
        HAVING paid > refunded AND tupleElement(live, 1) != ''
    ),
    sold AS (
        SELECT
            brand_id, tupleElement(o.live, 1) AS live_id, tupleElement(o.live, 2) AS phase,
            uniqExact(if(empty(o.parent), o.parcel, o.parent)) AS orders,
            sum(o.paid - o.refunded) AS net_fen, sumIf(o.paid - o.refunded, o.by_group) AS group_fen
        FROM parcels AS o
        GROUP BY brand_id, live_id, phase
    ),
    acts AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'live_id') AS live_id, JSONExtractString(e.raw, 'live_phase') AS phase,
            uniqExactIf(e.member_id, e.type = 'visited') AS visitors,
            uniqExactIf(e.member_id, e.type = 'group.joined') AS joins,
            uniqExactIf(e.member_id, e.type IN ('account.followed', 'contact.added')) AS fans,
            uniqExactIf(e.member_id, e.type = 'lottery') AS drawing
        FROM $database.events AS e FINAL
        WHERE e.type IN ('visited', 'group.joined', 'account.followed', 'contact.added', 'lottery') AND live_id != ''
            AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, live_id, phase
    ),
    found AS (
        SELECT brand_id, live_id, phase, visitors, joins, fans, drawing, 0 AS orders, 0 AS net_fen, 0 AS group_fen FROM acts
        UNION ALL
        SELECT brand_id, live_id, phase, 0, 0, 0, 0, orders, net_fen, group_fen FROM sold
    )
SELECT
    f.brand_id AS brand_id,
    f.live_id AS live_id,
    f.phase AS phase,
    toUInt64(sum(f.visitors)) AS visitors,
    toUInt64(sum(f.joins)) AS joins,
    toUInt64(sum(f.fans)) AS fans,
    toUInt64(sum(f.drawing)) AS drawing,
    toUInt64(sum(f.orders)) AS orders,
    toInt64(sum(f.net_fen)) AS net_fen,
    toInt64(sum(f.group_fen)) AS group_fen
FROM found AS f
GROUP BY brand_id, live_id, phase;

-- M52: repurchase among those who are in a group, in the 90 days that end with the brand's last day.
CREATE OR REPLACE VIEW $database.group_repurchase AS
SELECT
    g.brand_id AS brand_id,
    g.group_id AS group_id,
    count() AS buyers,
    countIf(o.orders >= 2) AS repeat_buyers,
    repeat_buyers / buyers AS rate
FROM $database.group_members AS g
INNER JOIN (
    SELECT n.brand_id AS brand_id, n.member_id AS member_id, count() AS orders
    FROM $database.net_orders AS n
    INNER JOIN $database.last_days AS l ON l.brand_id = n.brand_id
    WHERE n.day > l.day - 90
    GROUP BY brand_id, member_id
) AS o ON o.brand_id = g.brand_id AND o.member_id = g.member_id
GROUP BY brand_id, group_id;

-- M48: visitors of each platform and how many of them have a net order there, by how near they are to the brand: super members by
-- their tag, registered members, fans (a contact or a follower), others.
CREATE OR REPLACE VIEW $database.relation_platforms AS
WITH
    visits AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'platform') AS platform
        FROM $database.events AS e FINAL
        WHERE e.type = 'visited' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    ties AS (
        SELECT brand_id, member_id, if(type = 'member.registered', 2, 1) AS nearness
        FROM $database.events FINAL
        WHERE type IN ('member.registered', 'contact.added', 'account.followed')
        UNION ALL
        SELECT brand_id, member_id, 3
        FROM $database.member_profiles FINAL
        WHERE has(tags, 'value.super')
    ),
    relations AS (SELECT brand_id, member_id, max(t.nearness) AS nearness FROM ties AS t GROUP BY brand_id, member_id),
    orders AS (SELECT DISTINCT brand_id, member_id, platform FROM $database.net_orders)
SELECT
    v.brand_id AS brand_id,
    ['other', 'fan', 'member', 'super'][1 + ifNull(r.nearness, 0)] AS relation,
    v.platform AS platform,
    count() AS visitors,
    countIf(ifNull(o.member_id, '') != '') AS payers,
    payers / visitors AS rate
FROM visits AS v
LEFT JOIN relations AS r ON r.brand_id = v.brand_id AND r.member_id = v.member_id
LEFT JOIN orders AS o ON o.brand_id = v.brand_id AND o.member_id = v.member_id AND o.platform = v.platform
GROUP BY brand_id, relation, platform;
