"""Stored value, plans, coupons and bets as SQL: columns of ``each_order`` and ``money``, tables of their own, and features."""

from typing import Final

from models.bets import BEGIN_DAYS
from models.coupons import WARN_MS
from models.rights import MOST
from streams.recompute.named import moment, text

_QTY: Final = "if(JSONType(one, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(one, 'qty'), 1)"
_FACE: Final = (
    "multiIf(JSONExtractString(one, 'sku_type') NOT IN ('card', 'gift_card'), 0, "
    "JSONType(one, 'face_fen') IN ('Int64', 'UInt64'), JSONExtractInt(one, 'face_fen'), "
    "JSONExtractString(one, 'sku_type') = 'gift_card', JSONExtractInt(one, 'unit_fen'), 0)"
)
_PLANS: Final = (
    "arrayMap(one -> JSONExtractInt(one, 'plan_days') * 1000 + JSONExtractInt(one, 'plan_times'), arrayFilter(one -> "
    "JSONExtractString(one, 'sku_type') = 'plan' AND JSONExtractInt(one, 'plan_days') > 0 "
    "AND JSONExtractInt(one, 'plan_times') > 0, lines))"
)
_STORED: Final = "JSONExtractInt(raw, 'stored_fen')"

OF_ORDER: Final = f"""sumIf(arraySum(arrayMap(one -> {_FACE} * {_QTY}, lines)), type = 'paid') AS loaded,
        sumIf(least({_STORED}, toInt64(ifNull(paid_fen, 0))), type = 'paid') AS spent,
        sumIf(least({_STORED}, toInt64(ifNull(refund_fen, 0))), is_refund) AS to_card,
        maxIf(JSONType(raw, 'stored_fen') IN ('Int64', 'UInt64'), is_refund) AS tells,
        maxIf(arrayMax(arrayPushBack({_PLANS}, 0)), type = 'paid') AS plan,
        toInt64(if(tells OR paid = 0, spent - to_card,
            spent - intDiv(toInt128(spent) * least(back, paid), paid))) AS drawn,
        toInt64(multiIf(paid = 0, if(back = 0, loaded, 0), paid > back,
            intDiv(toInt128(loaded) * (paid - back), paid), 0)) AS on_card"""
"""Columns of each parcel: face value of its cards, stored value that it cost, and period and number of its plan."""

OF_MONEY: Final = """sum(on_card) AS loads, sum(drawn) AS draws,
        maxIf(if(payments > 0, paid_at, owed_at), on_card != 0 OR drawn != 0) AS moved_at"""

TABLES: Final = f"""coupons AS (
    SELECT brand_id, member_id, groupArray((coupon_got, coupon_used, ends)) AS slips FROM (
        SELECT brand_id, member_id, slip.1 AS coupon,
            countIf(slip.2 = 1) > 0 AS coupon_got, countIf(slip.2 = 0) > 0 AS coupon_used,
            max(if(slip.2 = 1, {moment("raw", "coupon_expires_ts")}, NULL)) AS ends
        FROM mine ARRAY JOIN arrayConcat(
            if(own AND JSONExtractString(raw, 'kind') = 'checkin', [({text("coupon_id")}, 1)], []),
            if(type = 'paid', [({text("next_coupon_id")}, 1), ({text("coupon_id")}, 0)], [])) AS slip
        WHERE slip.1 != '' GROUP BY brand_id, member_id, coupon
    ) GROUP BY brand_id, member_id
),
plan_uses AS (
    SELECT brand_id, member_id, {text("plan_order_id")} AS order_key, groupUniqArray(day) AS used
    FROM mine WHERE own AND (type IN ('placed', 'paid') OR JSONExtractString(raw, 'kind') = 'checkin') AND order_key != ''
    GROUP BY brand_id, member_id, order_key
),
plans AS (
    SELECT bought.brand_id AS brand_id, bought.member_id AS member_id, groupArrayArray(arrayFilter(
        due -> NOT arrayExists(one -> one <= due.1 AND one >= due.1 - due.2 + (due.3 > 1), plan_uses.used),
        arrayMap(n -> (bought_on + n * intDiv(plan, 1000), intDiv(plan, 1000), n), range(1, toUInt32(plan % 1000 + 1)))
    )) AS dues
    FROM (
        SELECT *, toInt64(toDate(fromUnixTimestamp64Milli(paid_at, 'UTC'), {{zone:String}})) AS bought_on
        FROM each_order WHERE plan > 0 AND paid > back
    ) AS bought
    LEFT JOIN plan_uses ON plan_uses.brand_id = bought.brand_id AND plan_uses.member_id = bought.member_id
        AND plan_uses.order_key = bought.order_key
    GROUP BY brand_id, member_id
),
bet_moves AS (
    SELECT brand_id, member_id, {text("bet_id")} AS bet, type, at, day, order_id,
        JSONExtractInt(raw, 'required_days') AS asked,
        if({text("local_day")} = '', day, toInt64(toDate({text("local_day")}))) AS signed_on,
        type = 'refunded' AND JSONExtractString(raw, 'refund_type') = 'cashback' AS is_back, ifNull(refund_fen, 0) AS fen
    FROM mine
    WHERE bet != '' AND (type = 'paid' OR type = 'signin' AND own OR is_back)
),
bets AS (
    SELECT brand_id, member_id, groupArray((stands, signed)) AS stakes FROM (
        SELECT brand_id, member_id, bet, notEmpty(days) AS signed, paid_on, last_start,
            arrayMin(arrayFilter(one -> NOT has(days, one),
                arrayMap(n -> days[1] + n, range(toUInt32(required))))) AS gap,
            multiIf(came_back > 0, 'paid_back',
                NOT signed OR payments > 0 AND days[1] > last_start, if(last_start < today, 'failed', 'active'),
                arrayAll(n -> has(days, days[1] + n), range(toUInt32(required))), 'earned',
                gap < today, 'failed', 'active') AS stands
        FROM (
            SELECT m.brand_id AS brand_id, m.member_id AS member_id, bet, any(p.today) AS today,
                max(asked) AS required, sumIf(fen, is_back) AS came_back, countIf(type = 'paid') AS payments,
                toInt64(toDate(fromUnixTimestamp64Milli(minIf(m.at, type = 'paid'), 'UTC'), {{zone:String}})) AS paid_on,
                paid_on + {BEGIN_DAYS} AS last_start,
                arraySort(groupUniqArrayIf(signed_on, type = 'signin')) AS days,
                countIf(type = 'paid' AND o.order_key != '' AND o.paid > o.back) AS kept
            FROM bet_moves AS m
            INNER JOIN profiles AS p ON p.brand_id = m.brand_id AND p.member_id = m.member_id
            LEFT JOIN each_order AS o ON o.brand_id = m.brand_id AND o.member_id = m.member_id AND o.order_key = m.order_id
            GROUP BY brand_id, member_id, bet
            HAVING required > 0 AND if(payments > 0, kept > 0, notEmpty(days) OR came_back > 0)
        )
    ) GROUP BY brand_id, member_id
),
"""
"""Common table expressions."""

JOINS: Final = "\n".join(
    f"LEFT JOIN {name} ON {name}.brand_id = p.brand_id AND {name}.member_id = p.member_id"
    for name in ("coupons", "plans", "bets")
)

CROWDED: Final = f"length(coupons.slips) > {MOST} OR length(bets.stakes) > {MOST}"


def _coupons(where: str) -> str:
    return f"toInt64(arrayCount(one -> one.1 AND {where}, coupons.slips))"


def _bets(where: str) -> str:
    return f"toInt64(arrayCount(one -> {where}, bets.stakes))"


NAMED: Final = {
    "stored_fen": "toInt64(money.loads - money.draws)",
    "stored_loaded_fen": "toInt64(money.loads)",
    "stored_spent_fen": "toInt64(money.draws)",
    "stored_idle_days": (
        "if(stored_fen <= 0, NULL, "
        "today - toInt64(toDate(fromUnixTimestamp64Milli(money.moved_at, 'UTC'), {zone:String})))"
    ),
    "coupons_unused": _coupons("NOT one.2 AND ifNull(one.3 > now, 1)"),
    "coupons_expiring": _coupons(f"NOT one.2 AND ifNull(one.3 > now AND one.3 - {WARN_MS} <= now, 0)"),
    "coupons_lapsed": _coupons("NOT one.2 AND ifNull(one.3 <= now, 0)"),
    "coupons_used": _coupons("one.2"),
    "plan_due_days": (
        "if(arrayExists(one -> one.1 >= today, plans.dues), "
        "arrayMin(arrayMap(one -> one.1, arrayFilter(one -> one.1 >= today, plans.dues))) - today, NULL)"
    ),
    "plan_missed": "toInt64(arrayCount(one -> one.1 < today, plans.dues))",
    **{
        f"bets_{stands}": _bets(f"one.1 = '{stands}'")
        for stands in ("active", "failed", "earned", "paid_back")
    },
    "bets_unbegun": _bets("NOT one.2 AND one.1 != 'paid_back'"),
}
"""SQL of the features, by id."""
