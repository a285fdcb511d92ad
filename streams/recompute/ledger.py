"""The ledger of points as SQL: grants and spending by day, first in, first out, as the section ``points`` of the file says."""

from collections.abc import Mapping
from typing import Any, Final

from streams.recompute.counted import where_of
from streams.recompute.levels import Ladder
from streams.recompute.named import moment, start_of_day, text

_DELTA: Final = "JSONExtractInt(raw, 'points_delta')"
_SOURCE: Final = (
    "own AND JSONExtractString(raw, 'kind') = 'checkin' "
    "AND JSONExtractString(raw, 'audit_state') NOT IN ('pending', 'rejected')"
)
_SIGNED_ON: Final = f"if({text('local_day')} = '', day, toInt64(toDate({text('local_day')})))"
_TYPES: Final = {"right_answer": "quiz", "photo_approved": "photo_share"}
_NEVER: Final = "toInt64(4611686018427387904)"

NAMES: Final = (
    "points_left",
    "points_expiring",
    "points_expired",
    "points_by_rules",
    "points_cost_fen",
    "points_redeemed",
)
"""Features of the ledger."""


class Points:
    """Writes the ledger that one rule file declares."""

    def __init__(self, section: Mapping[str, Any], ladder: Ladder) -> None:
        self._section, self._ladder = section, ladder
        self._order: Mapping[str, int] = section.get("order", {})

    def tables(self) -> str:
        """Common table expressions, the last of which is ``ledgers``."""
        parts = "\n        UNION ALL ".join([*self._of_source(), *self._of_rules()])
        alive = "arrayFilter(lot -> lot.1 > x.1, acc.1)"
        grant = f"if(x.3 > x.1, (arrayPushBack({alive}, (x.3, greatest(x.4 - acc.2, 0))), greatest(acc.2 - x.4, 0)), acc)"
        spend = (
            f"(arrayMap((lot, sum) -> (lot.1, greatest(0, least(lot.2, sum - x.4))), {alive}, "
            f"arrayCumSum(lot -> lot.2, {alive})), acc.2 + greatest(0, x.4 - arraySum(lot -> lot.2, {alive})))"
        )
        return f"""
told AS (
    SELECT brand_id, member_id, type AS of, if(type = 'signin', {_SIGNED_ON}, day) AS told_on, toInt64(count()) AS told_times
    FROM mine WHERE {_SOURCE} AND {_DELTA} > 0 GROUP BY brand_id, member_id, of, told_on
),
moves AS ({parts}),
ledgers AS (
    SELECT brand_id, member_id,
        arrayFold((acc, x) -> if(x.2 = 0, {grant}, {spend}),
            arraySort(groupArray(({start_of_day("on_day")}, sort, until, amount))),
            (CAST([], 'Array(Tuple(Int64, Int64))'), toInt64(0))) AS settled,
        settled.1 AS lots, settled.2 AS owed,
        sumIf(amount, sort = 0) AS granted, sumIf(amount, sort = 1) AS spent, sumIf(amount, ruled = 1) AS by_rules
    FROM moves WHERE amount > 0 GROUP BY brand_id, member_id
),"""

    def features(self) -> Mapping[str, str]:
        """SQL of the features, by id."""
        live = "toInt64(arraySum(arrayMap(lot -> if(lot.1 > now, lot.2, 0), ledgers.lots)))"
        ahead = self._section.get("warn_days", 7) * 86_400_000
        soon = f"lot.1 > now AND lot.1 - {ahead} <= now"
        return {
            "points_left": f"{live} - ledgers.owed",
            "points_expiring": f"toInt64(arraySum(arrayMap(lot -> if({soon}, lot.2, 0), ledgers.lots)))",
            "points_expired": f"ledgers.granted - {live} - (ledgers.spent - ledgers.owed)",
            "points_by_rules": "toInt64(ledgers.by_rules)",
            "points_cost_fen": f"intDiv(greatest(points_left, 0) * 100, {self._section.get('per_yuan', 100)})",
            "points_redeemed": "if(ledgers.granted = 0, NULL, ledgers.spent / ledgers.granted)",
        }

    def _end(self, day: str) -> str:
        valid = self._section.get("valid_days", 0)
        return start_of_day(f"{day} + {valid}") if valid else _NEVER

    def _of_source(self) -> list[str]:
        until = f"ifNull({moment('raw', 'points_expire_ts')}, {self._end('day')})"
        taken = "brand_id, member_id, day, toUInt8(1), toInt64(0)"
        return [
            f"SELECT brand_id, member_id, day AS on_day, toUInt8(0) AS sort, toInt64({until}) AS until, "
            f"toInt64({_DELTA}) AS amount, toUInt8(0) AS ruled FROM mine WHERE {_SOURCE}",
            f"SELECT {taken}, toInt64(-{_DELTA}), toUInt8(0) FROM mine WHERE {_SOURCE}",
            f"SELECT {taken}, toInt64(JSONExtractInt(raw, 'points_used')), toUInt8(0) FROM mine WHERE own AND type = 'paid'",
        ]

    def _of_rules(self) -> list[str]:
        found = [self._of_orders()]
        if self._section.get("signin"):
            days = "SELECT brand_id, member_id, arrayJoin(days) AS one FROM signins"
            told = "SELECT brand_id, member_id, told_on FROM told WHERE of = 'signin'"
            left = f"({days}) WHERE (brand_id, member_id, one) NOT IN ({told})"
            found.append(self._ruled("one", str(self._section["signin"]), left))
        return found + [self._of_count(one) for one in self._section.get("counts", [])]

    def _of_orders(self) -> str:
        points = str(self._order.get("each", 0))
        if "unit_fen" in self._order:
            points += f" + intDiv(cash, {self._order['unit_fen']}) * {self._order['per_unit']}"
        if not self._ladder.multiplies:
            return self._ruled("on_day", points, "net")
        source = (
            "net LEFT JOIN ladders ON ladders.brand_id = net.brand_id AND ladders.member_id = net.member_id"
        )
        return self._ruled("on_day", f"intDiv(({points}) * {self._ladder.percent()}, 100)", source, "net.")

    def _of_count(self, one: Mapping[str, Any]) -> str:
        what = one["count"]
        times = (
            f"SELECT brand_id, member_id, day, toInt64(count()) AS times FROM mine WHERE own AND ({where_of(what)}) "
            "GROUP BY brand_id, member_id, day"
        )
        told = (
            f"SELECT brand_id, member_id, told_on, told_times FROM told WHERE of = '{_TYPES.get(what, what)}'"
        )
        joined = (
            f"({times}) AS seen LEFT JOIN ({told}) AS own ON own.brand_id = seen.brand_id "
            "AND own.member_id = seen.member_id AND own.told_on = seen.day"
        )
        points = f"{one['points']} * least(greatest(times - told_times, 0), {one['most_a_day']})"
        return self._ruled("day", points, joined, "seen.")

    def _ruled(self, day: str, points: str, source: str, of: str = "") -> str:
        return (
            f"SELECT {of}brand_id, {of}member_id, toInt64({day}), toUInt8(0), {self._end(day)}, "
            f"toInt64({points}), toUInt8(1) FROM {source}"
        )
