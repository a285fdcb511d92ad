-- T94: products that many buy at once (爆款), and baselines that leave these days out. A day without an order counts as 0.

-- A product's day is a spike with at least 10 orders, and more than three times the median of the 28 days before plus one.
CREATE OR REPLACE VIEW $database.product_days AS
WITH
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            toDate(maxIf(e.ts, e.type = 'paid'), '$zone') AS day,
            groupArrayArrayIf(arrayMap(line -> (JSONExtractString(line, 'sku'), JSONExtractString(line, 'product_role'),
                if(JSONType(line, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'qty'), 1)),
                JSONExtractArrayRaw(e.raw, 'lines')), e.type = 'paid') AS goods
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, member_id, parcel
        HAVING sumIf(toInt64(ifNull(e.paid_fen, 0)), e.type = 'paid') > sumIf(toInt64(ifNull(e.refund_fen, 0)), e.type = 'refunded')
    ),
    days AS (
        SELECT
            p.brand_id AS brand_id, good.1 AS sku, p.day AS day, uniqExact(if(empty(p.parent), p.parcel, p.parent)) AS orders,
            uniqExactIf(p.member_id, p.member_id != '') AS buyers, toInt64(sum(good.3)) AS pieces,
            max(lower(good.2) IN ('hit', '爆款', '爆款商品')) AS is_named
        FROM parcels AS p
        ARRAY JOIN p.goods AS good
        WHERE good.1 != ''
        GROUP BY brand_id, sku, day
    ),
    spread AS (
        SELECT brand_id, sku, arraySort(groupArray((d.day, d.orders))) AS course FROM days AS d GROUP BY brand_id, sku
    ),
    judged AS (
        SELECT
            s.brand_id AS brand_id, s.sku AS sku, s.course AS course,
            arrayMap(one -> arraySort(arrayResize(arrayMap(was -> was.2,
                arrayFilter(was -> was.1 < one.1 AND was.1 >= one.1 - 28, s.course)), 28, toUInt64(0))), s.course) AS before,
            arrayMap((one, was) -> one.2 >= 10 AND one.2 > 3 * ((was[14] + was[15]) / 2 + 1), s.course, before) AS spikes
        FROM spread AS s
    )
SELECT
    d.brand_id AS brand_id,
    d.sku AS sku,
    d.day AS day,
    d.orders AS orders,
    d.buyers AS buyers,
    d.pieces AS pieces,
    toUInt8(d.is_named) AS named_hit,
    toUInt8(j.spikes[indexOf(arrayMap(one -> one.1, j.course), d.day)]) AS is_spike,
    arraySum(arrayMap((one, spike) -> if(one.1 < d.day AND one.1 >= d.day - 28 AND NOT spike, one.2, 0), j.course, j.spikes))
        / greatest(28 - arrayCount((one, spike) -> one.1 < d.day AND one.1 >= d.day - 28 AND spike, j.course, j.spikes), 1) AS usual
FROM days AS d
INNER JOIN judged AS j ON j.brand_id = d.brand_id AND j.sku = d.sku;

-- Orders of a brand by day: what spikes of products brought is told apart and left out of what is usual.
CREATE OR REPLACE VIEW $database.order_days AS
WITH
    spikes AS (SELECT brand_id, day, groupArray(sku) AS skus FROM $database.product_days WHERE is_spike GROUP BY brand_id, day),
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            toDate(maxIf(e.ts, e.type = 'paid'), '$zone') AS day,
            groupArrayArrayIf(arrayMap(line -> JSONExtractString(line, 'sku'), JSONExtractArrayRaw(e.raw, 'lines')),
                e.type = 'paid') AS skus
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, member_id, parcel
        HAVING sumIf(toInt64(ifNull(e.paid_fen, 0)), e.type = 'paid') > sumIf(toInt64(ifNull(e.refund_fen, 0)), e.type = 'refunded')
    ),
    orders AS (
        SELECT p.brand_id AS brand_id, if(empty(p.parent), p.parcel, p.parent) AS whole, max(p.day) AS day,
            max(hasAny(p.skus, s.skus)) AS in_spike
        FROM parcels AS p
        LEFT JOIN spikes AS s ON s.brand_id = p.brand_id AND s.day = p.day
        GROUP BY brand_id, whole
    ),
    days AS (
        SELECT brand_id, day, count() AS orders, countIf(o.in_spike) AS spike_orders FROM orders AS o GROUP BY brand_id, day
    ),
    courses AS (SELECT brand_id, groupArray((d.day, d.orders - d.spike_orders)) AS course FROM days AS d GROUP BY brand_id)
SELECT
    d.brand_id AS brand_id,
    d.day AS day,
    d.orders AS orders,
    d.spike_orders AS spike_orders,
    arraySum(one -> if(one.1 < d.day AND one.1 >= d.day - 28, one.2, 0), c.course) / 28 AS usual
FROM days AS d
INNER JOIN courses AS c ON c.brand_id = d.brand_id;
