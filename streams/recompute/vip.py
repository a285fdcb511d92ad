"""Standing in the VIP groups as SQL: the months behind that of joining and before the present one must each have an act."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from streams.recompute.literal import literal


def since(section: Mapping[str, Any]) -> str:
    """Since when the member has been in the VIP group joined last, ms; null who is in none. Over ties one by one."""
    groups = ", ".join(map(literal, section["groups"]))
    if not groups:
        return "NULL"
    holds = f"sort = 'group' AND holds AND name IN ({groups})"
    return f"if(countIf({holds}) = 0, NULL, maxIf(since, {holds}))"


_MONTHS: Final = (
    "arrayMap(one -> toRelativeMonthNum(toDate(one)), arrayConcat(seen.act_days, bought.order_days))"
)
_JOINED: Final = (
    "toRelativeMonthNum(toDate(fromUnixTimestamp64Milli(ifNull(ties.vip_since, 0), 'UTC'), {zone:String}))"
)
_REVIEWED: Final = f"range({_JOINED} + 1, toRelativeMonthNum(toDate(today)))"

NAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "months": _MONTHS,
        "vip_state": (
            f"if(isNull(ties.vip_since), NULL, if(arrayAll(one -> has(months, one), {_REVIEWED}), 'member', 'out'))"
        ),
    }
)
"""SQL of the feature, by id, behind what it uses."""
