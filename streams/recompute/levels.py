"""Levels as SQL, as the section ``levels`` of the file says: a ladder climbed at once, and reviewed at the ends of periods."""

from collections.abc import Mapping
from typing import Any, Final

from streams.recompute.literal import literal
from streams.recompute.named import start_of_day

NAMES: Final = ("level", "level_rank", "level_until", "level_in_grace", "level_highest")
"""Features of levels."""


class Ladder:
    """Writes the terms that one rule file declares.

    Each member's steps are gone through in the order of time: an act, or a midnight at which a review may be due; before the
    first period is over there is none of these. A step carries the rank that the growth within the window on that day reaches.
    """

    def __init__(self, section: Mapping[str, Any]) -> None:
        self._rungs: list[Mapping[str, Any]] = section.get("steps", [])
        growth = section.get("growth", {})
        self._per_yuan, self._signin = growth.get("per_yuan", 1), growth.get("signin", 0)
        self._window = section.get("window_days", 365)
        self._period, self._grace = section.get("period_days", 365), section.get("grace_days", 30)

    @property
    def multiplies(self) -> bool:
        """Whether any level multiplies the points of orders."""
        return any("points_percent" in one for one in self._rungs)

    def tables(self) -> str:
        """Common table expressions, the last of which is ``ladders``: the present term, and ``terms`` as (since, rank, end)."""
        of, order = "PARTITION BY brand_id, member_id", "at, is_act"
        ranks = " + ".join(f"(growth >= {one['from']})" for one in self._rungs) or "0"
        midnights = f"range(toUInt64(first_day + {self._period}), toUInt64(today + 1))"
        return f"""
growing AS (
    SELECT brand_id, member_id, groupArray((at, on_day, brought)) AS acts, min(on_day) AS first_day FROM ({self._acts()})
    GROUP BY brand_id, member_id
),
growth_steps AS (
    SELECT brand_id, member_id, step.1 AS at, step.2 AS is_act, step.3 AS on_day,
        sum(step.4) OVER ({of} ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far,
        sum(step.4) OVER ({of} ORDER BY on_day RANGE BETWEEN UNBOUNDED PRECEDING AND {self._window} PRECEDING) AS gone,
        so_far - gone AS growth
    FROM (
        SELECT growing.brand_id AS brand_id, growing.member_id AS member_id, arrayConcat(
            arrayMap(one -> (one.1, toUInt8(1), one.2, one.3), arrayFilter(one -> one.1 <= now, acts)),
            arrayMap(one -> ({start_of_day("one")}, toUInt8(0), toInt64(one), toInt64(0)), {midnights})
        ) AS steps
        FROM growing
        INNER JOIN profiles ON profiles.brand_id = growing.brand_id AND profiles.member_id = growing.member_id
    ) ARRAY JOIN steps AS step
),
ladders AS (
    SELECT brand_id, member_id,
        arrayFold((acc, x) -> {self._step()}, arraySort(groupArray((at, is_act, on_day, toInt64({ranks})))),
            (toInt64(0), toInt64(0), toUInt8(0), CAST([], 'Array(Tuple(Int64, Int64, Int64))'))) AS climbed,
        climbed.1 AS rank, climbed.3 AS in_grace, climbed.4 AS terms
    FROM growth_steps GROUP BY brand_id, member_id
),"""

    def features(self) -> Mapping[str, str]:
        """SQL of the features, by id."""
        names = ", ".join(literal(one["level"]) for one in self._rungs)
        return {
            "level_rank": "ladders.rank",
            "level": f"if(level_rank = 0, NULL, [{names}][level_rank])" if names else "NULL",
            "level_until": "if(level_rank = 0, NULL, toString(toDate(ladders.terms[-1].3 - 1)))",
            "level_in_grace": "ladders.in_grace",
            "level_highest": "if(empty(ladders.terms), 0, arrayMax(term -> term.2, ladders.terms))",
        }

    def percent(self) -> str:
        """What the points of an order paid at ``last_at`` are multiplied by, hundredths, over ``terms``."""
        percents = ", ".join(str(one.get("points_percent", 100)) for one in self._rungs)
        return f"[100, {percents}][arrayLast(term -> term.1 < last_at, terms).2 + 1]"

    def _acts(self) -> str:
        orders = (
            "SELECT brand_id, member_id, last_at AS at, on_day, "
            f"toInt64(intDiv(cash, 100) * {self._per_yuan}) AS brought FROM net"
        )
        if not self._signin:
            return orders
        days = "SELECT brand_id, member_id, arrayJoin(days) AS one FROM signins"
        return f"{orders} UNION ALL SELECT brand_id, member_id, {start_of_day('one')}, one, toInt64({self._signin}) FROM ({days})"

    def _step(self) -> str:
        """From (rank, day of the next review, in grace, terms) over a step (time, is an act, day, rank) to the next."""

        def term(rank: str) -> str:
            end = f"x.3 + {self._period}"
            return f"({rank}, {end}, toUInt8(0), arrayPushBack(acc.4, (x.1, {rank}, {end})))"

        grace = f"acc.3 = 0, (acc.1, x.3 + {self._grace}, toUInt8(1), acc.4), " if self._grace else ""
        review = f"multiIf(x.4 >= acc.1, {term('acc.1')}, {grace}{term('x.4')})"
        return (
            f"multiIf(x.2 = 0 AND acc.1 > 0 AND acc.2 = x.3, {review}, "
            f"x.2 = 1 AND (x.4 > acc.1 OR acc.3 = 1 AND x.4 = acc.1), {term('x.4')}, acc)"
        )
