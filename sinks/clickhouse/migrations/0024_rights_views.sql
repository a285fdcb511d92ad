-- What members paid for or were granted and may still use: stored value, plans, coupons, cash backs for sign-ins.

-- P20: orders that loaded or drew stored value. Of an order of which something was refunded, cards and stored value are gone back in the
-- same part, unless a refund tells what went back to stored value. All is booked at the latest payment, or where none was seen at the
-- payment that the refund speaks of, else at the refund.
CREATE OR REPLACE VIEW $database.stored_moves AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS order_id,
            e.ts AS ts, e.type = 'paid' AS is_paid,
            toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            JSONExtractInt(e.raw, 'stored_fen') AS stored_fen,
            NOT is_paid AND JSONType(e.raw, 'stored_fen') IN ('Int64', 'UInt64') AS tells,
            multiIf(JSONType(e.raw, 'paid_ts_orig') IN ('Int64', 'UInt64'),
                    fromUnixTimestamp64Milli(JSONExtractInt(e.raw, 'paid_ts_orig'), 'UTC'),
                JSONExtractString(e.raw, 'paid_ts_orig') != '',
                    ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'paid_ts_orig'), 3, 'UTC'), e.ts),
                e.ts) AS owed_at,
            arraySum(arrayMap(
                line -> if(JSONType(line, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'qty'), 1) * multiIf(
                    JSONExtractString(line, 'sku_type') NOT IN ('card', 'gift_card'), 0,
                    JSONType(line, 'face_fen') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'face_fen'),
                    JSONExtractString(line, 'sku_type') = 'gift_card', JSONExtractInt(line, 'unit_fen'), 0),
                JSONExtractArrayRaw(e.raw, 'lines'))) AS face_fen
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AND e.member_id != ''
    ),
    sums AS (
        SELECT
            brand_id, member_id, order_id,
            if(countIf(t.is_paid) > 0, maxIf(t.ts, t.is_paid), minIf(t.owed_at, NOT t.is_paid)) AS at,
            sumIf(t.paid_fen, t.is_paid) AS paid, sumIf(t.refund_fen, NOT t.is_paid) AS refunded,
            sumIf(t.face_fen, t.is_paid) AS loaded, sumIf(least(t.stored_fen, t.paid_fen), t.is_paid) AS spent,
            sumIf(least(t.stored_fen, t.refund_fen), NOT t.is_paid) AS back, max(t.tells) AS tells
        FROM told AS t
        GROUP BY brand_id, member_id, order_id
        HAVING loaded > 0 OR spent > 0 OR tells
    )
SELECT
    s.brand_id AS brand_id,
    s.member_id AS member_id,
    s.order_id AS order_id,
    s.at AS at,
    toDate(s.at, '$zone') AS day,
    toInt64(multiIf(s.paid = 0, if(s.refunded = 0, s.loaded, 0),
        s.paid > s.refunded, intDiv(toInt128(s.loaded) * (s.paid - s.refunded), s.paid), 0)) AS loaded_fen,
    toInt64(if(s.tells OR s.paid = 0, s.spent - s.back,
        s.spent - intDiv(toInt128(s.spent) * least(s.refunded, s.paid), s.paid))) AS spent_fen
FROM sums AS s
WHERE loaded_fen != 0 OR spent_fen != 0;

CREATE OR REPLACE VIEW $database.stored_balances AS
SELECT
    m.brand_id AS brand_id,
    m.member_id AS member_id,
    sum(m.loaded_fen) AS loaded_fen,
    sum(m.spent_fen) AS spent_fen,
    loaded_fen - spent_fen AS balance_fen,
    max(m.at) AS last_at
FROM $database.stored_moves AS m
GROUP BY brand_id, member_id;

-- What the brand owes its members: those who spend what others loaded lower it.
CREATE OR REPLACE VIEW $database.stored_days AS
SELECT
    d.brand_id AS brand_id,
    d.day AS day,
    d.loaded AS loaded_fen,
    d.spent AS spent_fen,
    sum(d.loaded - d.spent) OVER (PARTITION BY d.brand_id ORDER BY d.day) AS liability_fen
FROM (
    SELECT brand_id, day, sum(m.loaded_fen) AS loaded, sum(m.spent_fen) AS spent
    FROM $database.stored_moves AS m
    GROUP BY brand_id, day
) AS d;

-- P12, A51: coupons granted by a check-in or by an order for the next purchase, and what became of them by the brand's last event.
CREATE OR REPLACE VIEW $database.coupon_states AS
WITH
    slips AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, slip.1 AS coupon_id, slip.2 AS is_grant, e.ts AS ts, e.type AS type,
            e.order_id AS order_id, if(is_grant, -JSONExtractInt(e.raw, 'points_delta'), 0) AS points,
            if(NOT is_grant, NULL, if(JSONType(e.raw, 'coupon_expires_ts') IN ('Int64', 'UInt64'),
                fromUnixTimestamp64Milli(JSONExtractInt(e.raw, 'coupon_expires_ts'), 'UTC'),
                parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'coupon_expires_ts'), 3, 'UTC'))) AS expires
        FROM $database.events AS e FINAL
        ARRAY JOIN arrayConcat(
            if(e.kind = 'checkin' AND e.role IN ('customer', 'kol'), [(JSONExtractString(e.raw, 'coupon_id'), 1)], []),
            if(e.type = 'paid', [(JSONExtractString(e.raw, 'next_coupon_id'), 1), (JSONExtractString(e.raw, 'coupon_id'), 0)], [])
        ) AS slip
        WHERE (e.kind = 'checkin' OR e.type = 'paid') AND e.member_id != '' AND slip.1 != ''
    ),
    last AS (SELECT brand_id, max(ts) AS at FROM $database.events GROUP BY brand_id)
SELECT
    s.brand_id AS brand_id,
    s.member_id AS member_id,
    s.coupon_id AS coupon_id,
    argMinIf(s.type, (s.ts, s.type), s.is_grant = 1) AS granted_by,
    toInt64(sum(s.points)) AS points,
    minIf(s.ts, s.is_grant = 1) AS granted_at,
    toDate(granted_at, '$zone') AS day,
    max(s.expires) AS expires_at,
    argMinIf(s.order_id, (s.ts, s.order_id), s.is_grant = 0) AS order_id,
    if(countIf(s.is_grant = 0) > 0, minIf(s.ts, s.is_grant = 0), NULL) AS used_at,
    multiIf(isNotNull(used_at), 'used', ifNull(expires_at <= any(l.at), 0), 'lapsed', 'unused') AS state
FROM slips AS s
INNER JOIN last AS l ON l.brand_id = s.brand_id
GROUP BY brand_id, member_id, coupon_id
HAVING countIf(s.is_grant = 1) > 0;

CREATE OR REPLACE VIEW $database.coupon_days AS
SELECT
    c.brand_id AS brand_id,
    c.day AS day,
    c.granted_by AS granted_by,
    count() AS coupons,
    countIf(c.state = 'used') AS used,
    countIf(c.state = 'lapsed') AS lapsed,
    used / coupons AS rate,
    toInt64(sumIf(o.net_fen, c.state = 'used')) AS net_fen
FROM $database.coupon_states AS c
LEFT JOIN $database.net_orders AS o ON o.brand_id = c.brand_id AND o.member_id = c.member_id AND o.order_id = c.order_id
GROUP BY brand_id, day, granted_by;

-- A22: cash backs for sign-ins, as the features bets_* have them, as of the brand's last day.
CREATE OR REPLACE VIEW $database.bet_states AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'bet_id') AS bet_id, e.type AS type, e.ts AS ts,
            if(e.order_id = '', e.event_id, e.order_id) AS order_id,
            toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            JSONExtractUInt(e.raw, 'required_days') AS required,
            ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, '$zone')) AS day
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND bet_id != '' AND (e.type = 'paid' OR (e.type = 'signin' AND e.role IN ('customer', 'kol'))
            OR (e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') = 'cashback'))
    ),
    kept AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS order_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, member_id, order_id
        HAVING sumIf(toInt64(ifNull(e.paid_fen, 0)), e.type = 'paid') > sumIf(toInt64(ifNull(e.refund_fen, 0)), e.type = 'refunded')
    ),
    bets AS (
        SELECT
            t.brand_id AS brand_id, t.member_id AS member_id, t.bet_id AS bet_id,
            countIf(t.type = 'paid') AS payments, minIf(t.ts, t.type = 'paid') AS first_paid,
            toInt64(sumIf(t.paid_fen, t.type = 'paid')) AS paid, toInt64(sumIf(t.refund_fen, t.type = 'refunded')) AS back,
            toUInt64(max(t.required)) AS required, arraySort(groupUniqArrayIf(t.day, t.type = 'signin')) AS days
        FROM told AS t
        LEFT JOIN kept AS k ON k.brand_id = t.brand_id AND k.member_id = t.member_id AND k.order_id = t.order_id
        GROUP BY brand_id, member_id, bet_id
        HAVING required > 0 AND (payments = 0 OR countIf(t.type = 'paid' AND k.order_id != '') > 0)
    )
SELECT
    b.brand_id AS brand_id,
    b.member_id AS member_id,
    b.bet_id AS bet_id,
    if(b.payments > 0, b.first_paid, NULL) AS paid_at,
    b.paid AS paid_fen,
    b.required AS required_days,
    if(empty(b.days), NULL, b.days[1]) AS day,
    toUInt64(arrayCount(one -> one < b.days[1] + required_days, b.days)) AS days,
    multiIf(b.back > 0, 'paid_back',
        empty(b.days) OR (b.payments > 0 AND b.days[1] > toDate(b.first_paid, '$zone') + 7),
            if(toDate(b.first_paid, '$zone') + 7 < l.day, 'failed', 'active'),
        days >= required_days, 'earned',
        arrayCount(one -> one < b.days[1] + required_days AND one < l.day, b.days)
            < least(toInt64(required_days), dateDiff('day', b.days[1], l.day)), 'failed', 'active') AS state,
    b.back AS back_fen
FROM bets AS b
INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id;

-- A51: due dates of plans, as the features plan_* have them, as of the brand's last day.
CREATE OR REPLACE VIEW $database.plan_dues AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS order_id, e.ts AS ts,
            e.type = 'paid' AS is_paid, toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            arrayMax(arrayPushBack(arrayMap(
                line -> JSONExtractInt(line, 'plan_days') * 1000 + JSONExtractInt(line, 'plan_times'),
                arrayFilter(line -> JSONExtractString(line, 'sku_type') = 'plan' AND JSONExtractInt(line, 'plan_days') > 0
                    AND JSONExtractInt(line, 'plan_times') > 0, JSONExtractArrayRaw(e.raw, 'lines'))), 0)) AS plan
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AND e.member_id != ''
    ),
    bought AS (
        SELECT
            brand_id, member_id, order_id, toDate(maxIf(t.ts, t.is_paid), '$zone') AS day,
            maxIf(t.plan, t.is_paid) AS plan, intDiv(plan, 1000) AS period
        FROM told AS t
        GROUP BY brand_id, member_id, order_id
        HAVING plan > 0 AND sumIf(t.paid_fen, t.is_paid) > sumIf(t.refund_fen, NOT t.is_paid)
    ),
    uses AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'plan_order_id') AS order_id,
            groupUniqArray(toDate(e.ts, '$zone')) AS days
        FROM $database.events AS e FINAL
        WHERE order_id != '' AND e.role IN ('customer', 'kol') AND (e.type IN ('placed', 'paid') OR e.kind = 'checkin')
        GROUP BY brand_id, member_id, order_id
    )
SELECT
    b.brand_id AS brand_id,
    b.member_id AS member_id,
    b.order_id AS order_id,
    toUInt64(n) AS number,
    b.day + n * b.period AS day,
    multiIf(arrayExists(one -> one <= b.day + n * b.period AND one >= b.day + (n - 1) * b.period + (n > 1), u.days), 'met',
        day < l.day, 'missed', 'open') AS state
FROM bought AS b
LEFT JOIN uses AS u ON u.brand_id = b.brand_id AND u.member_id = b.member_id AND u.order_id = b.order_id
INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id
ARRAY JOIN range(1, toUInt32(b.plan % 1000 + 1)) AS n;
