"""Features of tastes (categories, promotions, channels) as SQL over the marks that events leave (`streams.recompute.counted`)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models import channels, liked, offers


def _within(days: int) -> str:
    return f"today - day BETWEEN 0 AND {days - 1}"


def _words(what: str, days: int) -> str:
    return f"sumMapIf([word], [amount], what = '{what}' AND {_within(days)})"


TALLIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pushes sent": _words("push_sent", channels.WINDOW_DAYS),
        "pushes clicked": _words("push_clicks", channels.WINDOW_DAYS),
        "promotions used": _words("promo", offers.WINDOW_DAYS),
        "promotions offered": f"groupUniqArrayIf((word, day), what = 'offered' AND {_within(offers.WINDOW_DAYS)})",
        "days of payments": f"sumMapIf([day], [amount], what = 'paid' AND {_within(offers.WINDOW_DAYS)})",
    }
)
"""Columns of what was marked of a member."""


def _at(of: str, key: str) -> str:
    """Sum of a key; 0 if it has none."""
    return f"{of}.2[indexOf({of}.1, {key})]"


_CLICKS: Final = _at("tallied.`pushes clicked`", "word")
_RATES: Final = (
    f"arrayMap((word, sent) -> (-round(({_CLICKS} + {channels.MORE_CLICKS}) / (sent + {channels.MORE_SENT}), 9), word, sent), "
    "tallied.`pushes sent`.1, tallied.`pushes sent`.2)"
)
_ORDERS: Final = (
    f"arraySum(arrayMap(one -> {_at('tallied.`days of payments`', 'one.2')}, "
    "arrayFilter(one -> one.1 = word, tallied.`promotions offered`)))"
)
_KINDS: Final = (
    f"arrayMap((word, uses) -> (-round(uses / {_ORDERS}, 9), -uses, word), "
    "tallied.`promotions used`.1, tallied.`promotions used`.2)"
)

_TOLD: Final = (
    "arrayStringConcat(arrayMap(one -> concat(one.2, ' ', toString(toInt64(floor(-one.1 * 100 + 0.5))), '%'), "
    f"arraySlice(liked.categories, 1, {liked.MOST_TOLD})), ', ')"
)

NAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "liked_category": "if(empty(liked.categories), NULL, liked.categories[1].2)",
        "liked_share": "if(empty(liked.categories), NULL, -liked.categories[1].1)",
        "liked_actions": "toInt64(liked.categories[1].3)",
        "liked_categories": f"if(empty(liked.categories), NULL, {_TOLD})",
        "channels": f"arraySort(arrayFilter(one -> one.3 >= {channels.LEAST_SENT}, {_RATES}))",
        "push_channel": "if(empty(channels), NULL, channels[1].2)",
        "push_rate": "if(empty(channels), NULL, -channels[1].1)",
        "promotions": f"arraySort(arrayFilter(one -> -one.2 >= {offers.LEAST_USES}, {_KINDS}))",
        "promo_kind": "if(empty(promotions), NULL, promotions[1].3)",
        "promo_share": "if(empty(promotions), NULL, -promotions[1].1)",
    }
)
"""What the features are; later ones may use earlier ones."""


def weights() -> str:
    """Weight of a mark for its category."""
    names = ", ".join(f"'{name}'" for name, _ in liked.WEIGHTS)
    return f"transform(what, [{names}], [{', '.join(f'{weight}.' for _, weight in liked.WEIGHTS)}], 0.0)"
