-- One level for a person on every platform: what all their member ids did brings the growth, and each of these ids carries the level.

-- P24, P17: growth and level of a person, once for each of their member ids, as the section `levels` of the rules `full` has them: 1 for
-- each whole yuan of a net order and 1 for each day signed in, over 365 days; from 500 silver, from 2,000 gold, from 10,000 diamond;
-- held for 365 days and 30 more. An order reported under several member ids counts once, by the largest report, a day signed in once.
-- A level is reached on the day of an act, and reviewed where its period or its grace ends. Such a day is periods of 365 days and at
-- most as many graces of 30 behind some act, so no other day is gone through.
CREATE OR REPLACE VIEW $database.person_levels AS
WITH
    money AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(empty(e.order_id), e.event_id, e.order_id) AS parcel,
            e.ts AS ts, e.type = 'paid' AS is_paid,
            e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AS is_refund,
            JSONExtractString(e.raw, 'parent_order_id') AS parent,
            toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            JSONExtractInt(e.raw, 'stored_fen') AS stored_fen,
            is_refund AND JSONType(e.raw, 'stored_fen') IN ('Int64', 'UInt64') AS tells
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND e.member_id != ''
    ),
    reports AS (
        SELECT
            brand_id, member_id, parcel, max(m.parent) AS parent, maxIf(m.ts, m.is_paid) AS paid_at,
            sumIf(m.paid_fen, m.is_paid) AS paid, sumIf(m.refund_fen, m.is_refund) AS refunded,
            sumIf(least(m.stored_fen, m.paid_fen), m.is_paid) AS spent,
            sumIf(least(m.stored_fen, m.refund_fen), m.is_refund) AS restored, max(m.tells) AS tells
        FROM money AS m
        GROUP BY brand_id, member_id, parcel
    ),
    parcels AS (
        SELECT
            i.brand_id AS brand_id, i.person_id AS person_id, r.parcel AS parcel, max(r.parent) AS parent, max(r.paid_at) AS paid_at,
            max(r.paid) AS paid, max(r.refunded) AS refunded, max(r.spent) AS spent, max(r.restored) AS restored, max(r.tells) AS tells
        FROM reports AS r
        INNER JOIN $database.identities AS i ON i.brand_id = r.brand_id AND i.member_id = r.member_id
        GROUP BY brand_id, person_id, parcel
    ),
    acts AS (
        SELECT
            brand_id, person_id, toDate(max(p.paid_at), '$zone') AS day,
            toInt64(intDiv(greatest(sum(p.paid - p.refunded - if(p.tells, p.spent - p.restored,
                p.spent - intDiv(toInt128(p.spent) * p.refunded, greatest(p.paid, 1)))), 0), 100)) AS growth
        FROM parcels AS p
        WHERE p.paid > p.refunded
        GROUP BY brand_id, person_id, if(empty(p.parent), ('', p.parcel), (p.parent, ''))
        UNION ALL
        SELECT DISTINCT
            i.brand_id AS brand_id, i.person_id AS person_id,
            ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, '$zone')) AS day, toInt64(1) AS growth
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.type = 'signin' AND e.role IN ('customer', 'kol')
    ),
    days AS (
        SELECT
            a.brand_id AS brand_id, a.person_id AS person_id, toInt64(a.day) AS day, sum(a.growth) AS brought, toInt64(any(l.day)) AS today
        FROM acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day <= l.day
        GROUP BY brand_id, person_id, day
    ),
    steps AS (
        SELECT
            d.brand_id AS brand_id, d.person_id AS person_id, step.1 AS day, d.today AS today,
            sum(step.2) AS brought, max(step.3) AS is_act
        FROM days AS d
        ARRAY JOIN arrayPushBack(arrayFlatten(arrayMap(
            reviews -> arrayMap(graces -> (d.day + 365 * reviews + 30 * graces, toInt64(0), 0), range(reviews + 1)),
            range(1, toUInt64(intDiv(d.today - d.day, 365)) + 1)
        )), (d.day, d.brought, 1)) AS step
        WHERE step.1 <= d.today
        GROUP BY brand_id, person_id, day, today
    ),
    grown AS (
        SELECT
            s.brand_id AS brand_id, s.person_id AS person_id, s.day AS day, s.today AS today, s.is_act AS is_act, s.brought AS brought,
            sum(s.brought) OVER (
                PARTITION BY s.brand_id, s.person_id ORDER BY s.day RANGE BETWEEN 364 PRECEDING AND CURRENT ROW
            ) AS growth
        FROM steps AS s
    ),
    ladders AS (
        SELECT
            brand_id, person_id,
            sumIf(g.brought, g.day > g.today - 365) AS growth,
            maxIf(g.growth, g.is_act = 1 AND g.day > g.today - 395) AS growth_held,
            tupleElement(arrayFold(
                (held, step) -> multiIf(
                    step.2 = 1, if(step.3 > held.1 OR (held.3 = 1 AND step.3 = held.1), (step.3, step.1 + 365, toInt64(0)), held),
                    held.1 = 0 OR held.2 != step.1, held,
                    step.3 >= held.1, (held.1, step.1 + 365, toInt64(0)),
                    held.3 = 0, (held.1, step.1 + 30, toInt64(1)),
                    (step.3, step.1 + 365, toInt64(0))
                ),
                arraySort(arrayConcat(
                    groupArray((g.day, toInt64(0), toInt64(g.growth - g.brought >= 500) + (g.growth - g.brought >= 2000)
                        + (g.growth - g.brought >= 10000))),
                    groupArrayIf((g.day, toInt64(1), toInt64(g.growth >= 500) + (g.growth >= 2000) + (g.growth >= 10000)), g.is_act = 1)
                )),
                (toInt64(0), toInt64(0), toInt64(0))
            ), 1) AS rank
        FROM grown AS g
        GROUP BY brand_id, person_id
    )
SELECT
    i.brand_id AS brand_id, i.member_id AS member_id, i.person_id AS person_id,
    ifNull(l.growth, 0) AS growth, ifNull(l.growth_held, 0) AS growth_held,
    ['', 'silver', 'gold', 'diamond'][1 + ifNull(l.rank, 0)] AS level
FROM $database.identities AS i
LEFT JOIN ladders AS l ON l.brand_id = i.brand_id AND l.person_id = i.person_id;
