"""Features of tastes (categories, promotions, channels) as SQL over the marks that events leave (`streams.recompute.counted`)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models import answers, channels, deciding, drawn, liked, looks, lucky, offers, record, sessions


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
        "red packets": "sumIf(amount, what = 'red_packet_fen' AND today - day BETWEEN 0 AND 365)",
        "lucky": f"sumMapIf([day], [amount], what = 'luckiest' AND {_within(lucky.WINDOW_DAYS)})",
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
        "margins": "arrayFilter(one -> today - one.1 <= 365, money.margins)",
        "margin_fen": (
            "if(empty(margins), NULL, toInt64(arraySum(arrayMap(one -> one.2, margins))) - toInt64(tallied.`red packets`))"
        ),
        "lucky_orders": (
            f"toInt64(arraySum(arrayMap((day, lucky) -> least(lucky, {_at('tallied.`days of payments`', 'day')}), "
            "tallied.lucky.1, tallied.lucky.2)))"
        ),
        "pushes_over": (
            f"arrayFilter(one -> today - one.2 < {answers.WINDOW_DAYS} AND one.1 + {answers.ANSWER_MS} < now, pushed.pushes)"
        ),
        "push_answers": (
            f"if(length(pushes_over) < {answers.LEAST_PUSHES}, NULL, arrayCount(one -> arrayExists("
            f"act -> act > one.1 AND act <= one.1 + {answers.ANSWER_MS}, pushed.answers), pushes_over) / length(pushes_over))"
        ),
        "in_on": "toInt64(toDate(fromUnixTimestamp64Milli(ties.in_since, 'UTC'), {zone:String}))",
        "drawn_out": (
            f"toInt64(arrayCount(gift -> today - gift.2 BETWEEN 0 AND {drawn.WINDOW_DAYS - 1} "
            f"AND gift.2 - first_day >= {drawn.SILENT_DAYS} AND ties.groups > 0 AND gift.2 - in_on >= {drawn.MEMBER_DAYS} "
            f"AND NOT arrayExists(one -> one.1 < gift.1 AND gift.2 - one.2 < {drawn.SILENT_DAYS}, acts_after_gifts.said) "
            f"AND arrayCount(one -> one > gift.1 AND one <= gift.1 + {drawn.AFTER_MS}, "
            "arrayConcat(arrayMap(one -> one.1, acts_after_gifts.said), paid_orders.times)) "
            f"BETWEEN 1 AND {drawn.MOST_ACTS}, acts_after_gifts.gifts))"
        ),
        "sessions_10": (
            "toInt64(arrayCount(one -> today - toInt64(toDate(fromUnixTimestamp64Milli(one, 'UTC'), {zone:String})) "
            f"BETWEEN 0 AND {sessions.WINDOW_DAYS - 1}, visits.begun))"
        ),
        "ways_told": "arrayFilter(one -> one != '', decisions.last.2)",
        "ways_most": "arraySort(arrayMap(one -> (-countEqual(ways_told, one), one), arrayDistinct(ways_told)))",
        "decision": "if(empty(ways_told) OR -2 * ways_most[1].1 <= length(ways_told), NULL, ways_most[1].2)",
        "channels": f"arraySort(arrayFilter(one -> one.3 >= {channels.LEAST_SENT}, {_RATES}))",
        "push_channel": "if(empty(channels), NULL, channels[1].2)",
        "push_rate": "if(empty(channels), NULL, -channels[1].1)",
        "promotions": f"arraySort(arrayFilter(one -> -one.2 >= {offers.LEAST_USES}, {_KINDS}))",
        "promo_kind": "if(empty(promotions), NULL, promotions[1].3)",
        "promo_share": "if(empty(promotions), NULL, -promotions[1].1)",
    }
)
"""What the features are; later ones may use earlier ones."""


_NAMES: Final = ", ".join(f"'{name}'" for name, _ in liked.WEIGHTS)
_WEIGHTS: Final = ", ".join(f"{weight}." for _, weight in liked.WEIGHTS)

PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "liked_weights": f"transform(what, [{_NAMES}], [{_WEIGHTS}], 0.0)",
        "liked_half_life": str(liked.HALF_LIFE_DAYS),
        "liked_days": str(liked.WINDOW_DAYS),
        "given": ", ".join(f"'{name}'" for name in sorted(record.GIVEN)),
        "most_pushes": str(answers.MOST_PUSHES),
        "most_gifts": str(drawn.MOST_GIFTS),
        "session_gap": str(sessions.GAP_MS),
        "kept_days": str(looks.KEPT_DAYS),
        "most_goods": str(looks.MOST_GOODS),
        "last_orders": str(deciding.LAST_ORDERS),
        "compare_days": str(deciding.COMPARE_DAYS),
        "compare_goods": str(deciding.COMPARE_GOODS),
        "before_days": str(deciding.BEFORE_DAYS),
        "impulse_ms": str(deciding.IMPULSE_MS),
        "impulse_goods": str(deciding.IMPULSE_GOODS),
        "hesitant_ms": str(deciding.HESITANT_MS),
        "hesitant_removals": str(deciding.HESITANT_REMOVALS),
    }
)
"""What is put into the query."""
