-- What came of code words, flash sales, red packets and games.

-- A11: who told a group's code word, and what was bought with it, online or in a store, whether anybody is known or not.
CREATE OR REPLACE VIEW $database.code_words AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'answer')), JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'answer'))
                AS code_word,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'code_word' AND e.group_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, group_id, member_id, code_word
    ),
    later AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    used AS (
        SELECT
            e.brand_id AS brand_id, max(e.member_id) AS member_id, max(JSONExtractString(e.raw, 'code_word')) AS code_word,
            max(if(empty(JSONExtractString(e.raw, 'attributed_group_id')), e.group_id, JSONExtractString(e.raw, 'attributed_group_id')))
                AS named,
            max(JSONExtractString(e.raw, 'store_id')) != '' AS in_store, minIf(e.ts, e.type = 'paid') AS at,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') != 'cashback') AS refunded
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded')
        GROUP BY brand_id, e.order_id
        HAVING code_word != '' AND paid > refunded
    ),
    counted AS (
        SELECT
            t.brand_id AS brand_id, t.group_id AS group_id, t.code_word AS code_word, toDate(t.at, '$zone') AS day,
            uniqExact(t.member_id) AS members,
            uniqExactIf(t.member_id, arrayExists(x -> x > t.at AND x <= t.at + INTERVAL 7 DAY, l.times)) AS bought,
            toUInt64(0) AS orders, toUInt64(0) AS store_orders, toInt64(0) AS net_fen
        FROM told AS t
        LEFT JOIN later AS l ON l.brand_id = t.brand_id AND l.member_id = t.member_id
        GROUP BY brand_id, group_id, code_word, day
        UNION ALL
        SELECT
            u.brand_id AS brand_id, if(empty(u.named), ifNull(t.told_in, ''), u.named) AS group_id, u.code_word AS code_word,
            toDate(u.at, '$zone') AS day,
            0, 0, count(), countIf(u.in_store), sum(u.paid - u.refunded)
        FROM used AS u
        LEFT JOIN (
            SELECT brand_id, member_id, code_word, argMin(told.group_id, (told.at, told.group_id)) AS told_in
            FROM told GROUP BY brand_id, member_id, code_word
        ) AS t ON t.brand_id = u.brand_id AND t.member_id = u.member_id AND t.code_word = u.code_word
        GROUP BY brand_id, group_id, code_word, day
    )
SELECT
    brand_id, group_id, code_word, day,
    sum(c.members) AS members, sum(c.bought) AS bought, sum(c.orders) AS orders, sum(c.store_orders) AS store_orders,
    sum(c.net_fen) AS net_fen
FROM counted AS c
GROUP BY brand_id, group_id, code_word, day;

-- A17: minute by minute, the visits, orders and payments of a flash sale.
CREATE OR REPLACE VIEW $database.flash_minutes AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, promo.2 AS promo_id, toStartOfMinute(e.ts) AS minute, toString(e.type) AS type,
            e.member_id AS member_id, if(empty(e.order_id), e.event_id, e.order_id) AS order_id,
            arraySum(JSONExtract(e.raw, 'lines', 'Array(Tuple(qty UInt64))').qty) AS pieces, ifNull(e.paid_fen, 0) AS fen
        FROM $database.events AS e FINAL
        ARRAY JOIN arrayDistinct(JSONExtract(e.raw, 'promo', 'Array(Tuple(type String, id String))')) AS promo
        WHERE e.type IN ('visited', 'placed', 'paid') AND promo.1 IN ('flash', '秒杀', '1元秒杀', '闪购', '限时折扣')
    ),
    minutes AS (
        SELECT
            brand_id, promo_id, minute,
            uniqExactIf(a.member_id, a.type = 'visited' AND a.member_id != '') AS visitors,
            uniqExactIf(a.order_id, a.type = 'placed') AS placed,
            uniqExactIf(a.order_id, a.type = 'paid') AS paid,
            sumIf(a.pieces, a.type = 'paid') AS pieces,
            sumIf(a.fen, a.type = 'paid') AS paid_fen
        FROM acts AS a
        GROUP BY brand_id, promo_id, minute
    )
SELECT
    brand_id, promo_id, minute, visitors, placed, paid, pieces, paid_fen,
    sum(pieces) OVER (PARTITION BY brand_id, promo_id ORDER BY minute) AS sold
FROM minutes;

-- A19, G56, W20: what became of a red packet by its expiry, 24 hours after it was sent where no other time is told.
CREATE OR REPLACE VIEW $database.red_packets AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.staff_id AS staff_id, e.event_id AS event_id,
            e.ts AS at, e.role IN ('customer', 'kol') AS own, e.type = 'red_packet_sent' AS sent,
            JSONExtractString(e.raw, 'red_packet', 'id') AS packet_id,
            JSONExtractUInt(e.raw, 'red_packet', 'parts') AS parts, JSONExtractUInt(e.raw, 'red_packet', 'amount_fen') AS fen,
            coalesce(
                fromUnixTimestamp64Milli(JSONExtract(e.raw, 'red_packet', 'expire_ts', 'Nullable(Int64)'), 'UTC'),
                parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'red_packet', 'expire_ts'), 3, 'UTC'),
                e.ts + INTERVAL 24 HOUR) AS ends
        FROM $database.events AS e FINAL
        WHERE e.type IN ('red_packet_sent', 'red_packet_claimed') AND packet_id != ''
    ),
    packets AS (
        SELECT
            brand_id, packet_id, argMin(told.group_id, (told.at, told.event_id)) AS group_id,
            argMin(told.member_id, (told.at, told.event_id)) AS sender,
            argMin(told.staff_id, (told.at, told.event_id)) AS staff_id,
            min(told.at) AS sent_at, argMin(told.ends, (told.at, told.event_id)) AS expires_at,
            max(told.parts) AS parts, max(told.fen) AS amount_fen
        FROM told
        WHERE sent
        GROUP BY brand_id, packet_id
    ),
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    woken AS (SELECT brand_id, event_id FROM $database.awakenings WHERE type = 'red_packet_claimed')
SELECT
    p.brand_id AS brand_id, p.packet_id AS packet_id, any(p.group_id) AS group_id, any(p.sender) AS sender, any(p.staff_id) AS staff_id,
    any(p.sent_at) AS sent_at, any(p.expires_at) AS expires_at,
    any(h.last) >= expires_at AS expired,
    any(p.parts) AS parts, any(p.amount_fen) AS amount_fen,
    uniqExactIf(c.event_id, c.packet_id != '') AS claimed,
    uniqExactIf(c.event_id, c.packet_id != '' AND c.own) AS claimed_by_members,
    if(parts + claimed_by_members <= claimed, NULL, claimed_by_members / (parts + claimed_by_members - claimed)) AS rate,
    sumIf(c.fen, c.packet_id != '') AS claimed_fen,
    if(expired, greatest(toInt64(amount_fen) - toInt64(claimed_fen), 0), NULL) AS returned_fen,
    dateDiff('millisecond', sent_at, maxOrNullIf(c.at, c.packet_id != '' AND c.own)) / 1000 AS seconds_to_last,
    uniqExactIf(c.member_id, ifNull(w.event_id, '') != '') AS woken,
    if(woken = 0, NULL, claimed_fen / woken) AS fen_for_woken
FROM packets AS p
INNER JOIN heard AS h ON h.brand_id = p.brand_id
LEFT JOIN (
    SELECT t.brand_id AS brand_id, t.packet_id AS packet_id, t.event_id AS event_id, t.member_id AS member_id, t.at AS at,
        t.own AS own, t.fen AS fen
    FROM told AS t
    INNER JOIN packets AS k ON k.brand_id = t.brand_id AND k.packet_id = t.packet_id
    WHERE NOT t.sent AND t.at <= k.expires_at
) AS c ON c.brand_id = p.brand_id AND c.packet_id = p.packet_id
LEFT JOIN woken AS w ON w.brand_id = c.brand_id AND w.event_id = c.event_id
GROUP BY brand_id, packet_id;

-- A12: who was luckiest with a packet, and the receipt of the same day that goes free: one for each packet, the earliest that
-- no packet before it took.
CREATE OR REPLACE VIEW $database.lucky_receipts AS
WITH
    lucky AS (
        SELECT brand_id, packet_id, group_id, member_id, at, toDate(at, '$zone') AS day,
            row_number() OVER (PARTITION BY brand_id, member_id, day ORDER BY at, packet_id) AS place
        FROM (
            SELECT
                e.brand_id AS brand_id, JSONExtractString(e.raw, 'red_packet', 'id') AS packet_id, min(e.ts) AS at,
                argMin(e.group_id, (e.ts, e.event_id)) AS group_id, argMin(e.member_id, (e.ts, e.event_id)) AS member_id
            FROM $database.events AS e FINAL
            WHERE e.type = 'red_packet_claimed' AND e.role IN ('customer', 'kol') AND JSONExtractBool(e.raw, 'red_packet', 'best')
            GROUP BY brand_id, packet_id
            HAVING packet_id != ''
        )
    ),
    receipts AS (
        SELECT brand_id, member_id, day, order_id, net_fen,
            row_number() OVER (PARTITION BY brand_id, member_id, day ORDER BY o.at, order_id) AS place
        FROM $database.net_orders AS o
    )
SELECT
    l.brand_id AS brand_id, l.packet_id AS packet_id, l.group_id AS group_id, l.member_id AS member_id, l.at AS at, l.day AS day,
    ifNull(r.order_id, '') AS order_id, ifNull(r.net_fen, 0) AS net_fen
FROM lucky AS l
LEFT JOIN receipts AS r ON r.brand_id = l.brand_id AND r.member_id = l.member_id AND r.day = l.day AND r.place = l.place;

-- A45: joint orders of players within three hours after a game.
CREATE OR REPLACE VIEW $database.team_orders AS
WITH
    games AS (
        SELECT brand_id, group_id, member_id, at, day FROM $database.own_acts WHERE type IN ('game', 'dice')
    ),
    joint AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at, e.order_id AS order_id,
            JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'placed' AND e.member_id != '' AND e.role IN ('customer', 'kol') AND groupbuy_id != ''
    ),
    after AS (
        SELECT g.brand_id AS brand_id, g.group_id AS group_id, g.day AS day, j.groupbuy_id AS groupbuy_id, j.order_id AS order_id,
            j.member_id AS member_id
        FROM joint AS j
        ASOF INNER JOIN games AS g ON g.brand_id = j.brand_id AND g.member_id = j.member_id AND j.at >= g.at
        WHERE j.at <= g.at + INTERVAL 3 HOUR
    ),
    played AS (SELECT brand_id, group_id, day, uniqExact(g.member_id) AS players FROM games AS g GROUP BY brand_id, group_id, day),
    ordered AS (
        SELECT brand_id, group_id, day, uniqExact(a.groupbuy_id) AS groupbuys, uniqExact(a.order_id) AS orders,
            uniqExact(a.member_id) AS buyers
        FROM after AS a
        GROUP BY brand_id, group_id, day
    )
SELECT
    p.brand_id AS brand_id, p.group_id AS group_id, p.day AS day, p.players AS players,
    ifNull(o.groupbuys, 0) AS groupbuys, ifNull(o.orders, 0) AS orders, ifNull(o.buyers, 0) AS buyers, buyers / players AS rate
FROM played AS p
LEFT JOIN ordered AS o ON o.brand_id = p.brand_id AND o.group_id = p.group_id AND o.day = p.day;
