-- One person behind several member ids (F05), without losing or doubling what they did.

-- M50, P24: member ids that share an identity (unionid, external_userid, openid or phone_hash) are of one person, through up to four
-- ids in between; the person has the smallest of them.
CREATE OR REPLACE VIEW $database.identities AS
WITH
    links AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, (word, JSONExtractString(e.raw, 'ids', word)) AS identity
        FROM $database.events AS e FINAL
        ARRAY JOIN ['unionid', 'external_userid', 'openid', 'phone_hash'] AS word
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND identity.2 != ''
    ),
    one AS (SELECT *, min(member_id) OVER (PARTITION BY brand_id, identity) AS a FROM links),
    two AS (SELECT *, min(a) OVER (PARTITION BY brand_id, member_id) AS b FROM one),
    three AS (SELECT *, min(b) OVER (PARTITION BY brand_id, identity) AS c FROM two),
    four AS (SELECT *, min(c) OVER (PARTITION BY brand_id, member_id) AS d FROM three),
    five AS (SELECT *, min(d) OVER (PARTITION BY brand_id, identity) AS f FROM four),
    six AS (SELECT *, min(f) OVER (PARTITION BY brand_id, member_id) AS g FROM five),
    seven AS (SELECT *, min(g) OVER (PARTITION BY brand_id, identity) AS h FROM six),
    whose AS (SELECT brand_id, member_id, min(h) AS person_id FROM seven GROUP BY brand_id, member_id)
SELECT m.brand_id AS brand_id, m.member_id AS member_id, if(ifNull(w.person_id, '') = '', m.member_id, w.person_id) AS person_id
FROM (
    SELECT DISTINCT brand_id, member_id FROM $database.events FINAL WHERE member_id != '' AND role IN ('customer', 'kol')
) AS m
LEFT JOIN whose AS w ON w.brand_id = m.brand_id AND w.member_id = m.member_id;

-- M50, P24: the persons of a brand. An order that is reported under several member ids counts once, by the largest report.
CREATE OR REPLACE VIEW $database.persons AS
WITH
    ids AS (
        SELECT brand_id, person_id, arraySort(groupArray(i.member_id)) AS member_ids
        FROM $database.identities AS i
        GROUP BY brand_id, person_id
    ),
    arrivals AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, argMin(e.group_id, (e.ts, e.event_id)) AS first_seen_group
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.type = 'group.joined'
        GROUP BY brand_id, person_id
    ),
    places AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, uniqExact(g.group_id) AS groups_n
        FROM $database.group_members AS g
        INNER JOIN $database.identities AS i ON i.brand_id = g.brand_id AND i.member_id = g.member_id
        GROUP BY brand_id, person_id
    ),
    reports AS (
        SELECT
            i.brand_id AS brand_id, i.person_id AS person_id, e.member_id AS member_id,
            if(empty(e.order_id), e.event_id, e.order_id) AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') != 'cashback') AS refunded,
            sumIf(greatest(JSONExtractInt(e.raw, 'points_used'), 0), e.type = 'paid' AND e.role IN ('customer', 'kol')) AS points
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.type IN ('paid', 'refunded')
        GROUP BY brand_id, person_id, member_id, parcel
    ),
    parcels AS (
        SELECT brand_id, person_id, parcel, max(r.parent) AS parent, max(r.paid) AS paid, max(r.refunded) AS refunded, max(r.points) AS points
        FROM reports AS r
        GROUP BY brand_id, person_id, parcel
    ),
    money AS (
        SELECT brand_id, person_id,
            uniqExactIf(if(empty(p.parent), p.parcel, p.parent), p.paid > p.refunded) AS orders,
            sum(p.paid - p.refunded) AS net_fen, sum(p.points) AS points
        FROM parcels AS p
        GROUP BY brand_id, person_id
    ),
    granted AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, sum(JSONExtractInt(e.raw, 'points_delta')) AS points
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.kind = 'checkin' AND e.role IN ('customer', 'kol')
            AND JSONExtractString(e.raw, 'audit_state') NOT IN ('pending', 'rejected')
        GROUP BY brand_id, person_id
    ),
    levels AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, arraySort(groupUniqArray(JSONExtractString(m.features, 'level'))) AS levels
        FROM $database.member_profiles AS m FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = m.brand_id AND i.member_id = m.member_id
        GROUP BY brand_id, person_id
    )
SELECT
    p.brand_id AS brand_id, p.person_id AS person_id, p.member_ids AS member_ids,
    ifNull(a.first_seen_group, '') AS first_seen_group, ifNull(g.groups_n, 0) AS groups_n,
    ifNull(m.orders, 0) AS orders, ifNull(m.net_fen, 0) AS net_fen,
    ifNull(r.points, 0) - ifNull(m.points, 0) AS points,
    l.levels AS levels, toUInt8(length(levels) > 1) AS levels_differ
FROM ids AS p
LEFT JOIN arrivals AS a ON a.brand_id = p.brand_id AND a.person_id = p.person_id
LEFT JOIN places AS g ON g.brand_id = p.brand_id AND g.person_id = p.person_id
LEFT JOIN money AS m ON m.brand_id = p.brand_id AND m.person_id = p.person_id
LEFT JOIN granted AS r ON r.brand_id = p.brand_id AND r.person_id = p.person_id
LEFT JOIN levels AS l ON l.brand_id = p.brand_id AND l.person_id = p.person_id;

-- M50: how many different persons the groups of a brand hold, among the sum of their sizes.
CREATE OR REPLACE VIEW $database.person_reach AS
SELECT g.brand_id AS brand_id, count() AS memberships, uniqExact(i.person_id) AS persons, persons / memberships AS rate
FROM $database.group_members AS g
INNER JOIN $database.identities AS i ON i.brand_id = g.brand_id AND i.member_id = g.member_id
GROUP BY brand_id;
