-- Sales against what was on offer or asked for.

-- A17: minute by minute, the visits, orders and payments of a flash sale. Pieces are those of the announced product, or all pieces of
-- its orders where none was announced; the announced stock is that of the activity with the id of the promotion.
CREATE OR REPLACE VIEW $database.flash_minutes AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, promo.2 AS promo_id, toStartOfMinute(e.ts) AS minute, toString(e.type) AS type,
            e.member_id AS member_id, if(empty(e.order_id), e.event_id, e.order_id) AS order_id,
            JSONExtract(e.raw, 'lines', 'Array(Tuple(sku String, qty UInt64))') AS lines, ifNull(e.paid_fen, 0) AS fen
        FROM $database.events AS e FINAL
        ARRAY JOIN arrayDistinct(JSONExtract(e.raw, 'promo', 'Array(Tuple(type String, id String))')) AS promo
        WHERE e.type IN ('visited', 'placed', 'paid') AND promo.1 IN ('flash', '秒杀', '1元秒杀', '闪购', '限时折扣')
    ),
    minutes AS (
        SELECT
            a.brand_id AS brand_id, a.promo_id AS promo_id, a.minute AS minute,
            uniqExactIf(a.member_id, a.type = 'visited' AND a.member_id != '') AS visitors,
            uniqExactIf(a.order_id, a.type = 'placed') AS placed,
            uniqExactIf(a.order_id, a.type = 'paid') AS paid,
            sumIf(arraySum(line -> if(ifNull(p.sku, '') IN ('', line.1), line.2, 0), a.lines), a.type = 'paid') AS pieces,
            sumIf(a.fen, a.type = 'paid') AS paid_fen,
            any(p.stock) AS stock
        FROM acts AS a
        LEFT JOIN $database.activities AS p ON p.brand_id = a.brand_id AND p.activity_id = a.promo_id
        GROUP BY brand_id, promo_id, minute
    )
SELECT
    brand_id, promo_id, minute, visitors, placed, paid, pieces, paid_fen,
    sum(pieces) OVER (PARTITION BY brand_id, promo_id ORDER BY minute) AS sold,
    stock,
    pieces / nullIf(stock, 0) AS rate,
    sold / nullIf(stock, 0) AS sell_through
FROM minutes;

-- A20: who took part in a group purchase, and who of the others brought them into their first group after its beginning.
CREATE OR REPLACE VIEW $database.group_purchase_members AS
WITH
    parts AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'parent_order_id')), e.order_id, JSONExtractString(e.raw, 'parent_order_id')) AS order_id,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type IN ('placed', 'paid') AND e.member_id != '' AND groupbuy_id != ''
        GROUP BY brand_id, groupbuy_id, member_id, order_id
    ),
    begun AS (SELECT brand_id, groupbuy_id, min(p.at) AS at FROM parts AS p GROUP BY brand_id, groupbuy_id)
SELECT
    p.brand_id AS brand_id,
    p.groupbuy_id AS groupbuy_id,
    p.member_id AS member_id,
    min(p.at) AS at,
    minOrNullIf(o.at, ifNull(o.member_id, '') != '') AS paid_at,
    if(any(ifNull(i.at >= b.at, 0)
        AND (p.brand_id, p.groupbuy_id, ifNull(i.inviter_id, '')) IN (SELECT brand_id, groupbuy_id, member_id FROM parts)),
        any(ifNull(i.inviter_id, '')), '') AS inviter_id
FROM parts AS p
INNER JOIN begun AS b ON b.brand_id = p.brand_id AND b.groupbuy_id = p.groupbuy_id
LEFT JOIN $database.net_orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id AND o.order_id = p.order_id
LEFT JOIN $database.invitees AS i ON i.brand_id = p.brand_id AND i.member_id = p.member_id
GROUP BY brand_id, groupbuy_id, member_id;

-- A20: group purchases. One is complete with as many buyers as its orders say that it takes, the latest word first, or with two where
-- none says so. An order that was taken back counts no more.
CREATE OR REPLACE VIEW $database.group_purchases AS
WITH sizes AS (
    SELECT
        e.brand_id AS brand_id, JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id,
        argMax(JSONExtractInt(e.raw, 'groupbuy_size'), (e.ts, e.event_id)) AS size
    FROM $database.events AS e FINAL
    WHERE e.type IN ('placed', 'paid') AND JSONExtractInt(e.raw, 'groupbuy_size') > 0
    GROUP BY brand_id, groupbuy_id
)
SELECT
    m.brand_id AS brand_id,
    m.groupbuy_id AS groupbuy_id,
    min(m.at) AS at,
    toDate(min(m.at), '$zone') AS day,
    count() AS members,
    count(m.paid_at) AS buyers,
    buyers >= if(size = 0, 2, size) AS complete,
    countIf(m.inviter_id != '') AS new_members,
    any(toInt64(ifNull(s.size, 0))) AS size,
    if(complete, arraySort(groupArray(m.paid_at))[if(size = 0, 2, size)], NULL) AS completed_at
FROM $database.group_purchase_members AS m
LEFT JOIN sizes AS s ON s.brand_id = m.brand_id AND s.groupbuy_id = m.groupbuy_id
GROUP BY brand_id, groupbuy_id;
