-- M16: what members bring in, and what part of it comes from the top fifth of them.

-- As the feature margin_fen has it, as of the brand's last day: of the orders of the last 365 days that tell what all their goods
-- cost, what is left of the payment less the same part of the cost; less the red packets claimed in these days.
CREATE OR REPLACE VIEW $database.member_margins AS
WITH
    moves AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS parcel, e.ts AS ts,
            e.type = 'paid' AS is_paid, ifNull(e.paid_fen, 0) AS paid_fen, ifNull(e.refund_fen, 0) AS refund_fen,
            JSONExtractArrayRaw(e.raw, 'lines') AS lines,
            is_paid AND length(lines) > 0
                AND arrayAll(line -> JSONType(line, 'cost_fen') IN ('Int64', 'UInt64'), lines) AS costed,
            if(costed, arraySum(arrayMap(line -> JSONExtractInt(line, 'cost_fen')
                * if(JSONType(line, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'qty'), 1), lines)), 0) AS cost
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AND e.member_id != ''
    ),
    parcels AS (
        SELECT
            brand_id, member_id, parcel, toDate(maxIf(m.ts, m.is_paid), '$zone') AS day,
            toInt64(sumIf(m.paid_fen, m.is_paid)) AS paid, toInt64(sumIf(m.refund_fen, NOT m.is_paid)) AS refunded,
            toInt64(sum(m.cost)) AS costs
        FROM moves AS m
        GROUP BY brand_id, member_id, parcel
        HAVING max(m.costed)
    ),
    claims AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, sum(JSONExtractInt(e.raw, 'red_packet', 'amount_fen')) AS fen
        FROM $database.events AS e FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        WHERE e.type = 'red_packet_claimed' AND e.role IN ('customer', 'kol') AND toDate(e.ts, '$zone') >= l.day - 365
        GROUP BY brand_id, member_id
    ),
    earned AS (
        SELECT
            p.brand_id AS brand_id, p.member_id AS member_id,
            sum(if(p.paid > p.refunded, p.paid - p.refunded - intDiv(p.costs * (p.paid - p.refunded), p.paid),
                p.paid - p.refunded)) AS fen
        FROM parcels AS p
        INNER JOIN $database.last_days AS l ON l.brand_id = p.brand_id
        WHERE p.day >= l.day - 365
        GROUP BY brand_id, member_id
    )
SELECT
    e.brand_id AS brand_id,
    e.member_id AS member_id,
    e.fen - ifNull(c.fen, 0) AS margin_fen,
    row_number() OVER (PARTITION BY e.brand_id ORDER BY margin_fen DESC, e.member_id) AS place
FROM earned AS e
LEFT JOIN claims AS c ON c.brand_id = e.brand_id AND c.member_id = e.member_id;

-- The top fifth are the first so many by margin, a part of a member counting as one.
CREATE OR REPLACE VIEW $database.margin_shares AS
SELECT
    m.brand_id AS brand_id,
    any(n.members) AS members,
    countIf(m.place * 5 < n.members + 5) AS top_members,
    countIf(m.margin_fen < 0) AS losing_members,
    toInt64(sum(m.margin_fen)) AS margin_fen,
    toInt64(sumIf(m.margin_fen, m.place * 5 < n.members + 5)) AS top_fen,
    toInt64(sumIf(m.margin_fen, m.margin_fen < 0)) AS losses_fen,
    if(margin_fen > 0, top_fen / margin_fen, NULL) AS top_share
FROM $database.member_margins AS m
INNER JOIN (
    SELECT brand_id, count() AS members FROM $database.member_margins GROUP BY brand_id
) AS n ON n.brand_id = m.brand_id
GROUP BY brand_id;
