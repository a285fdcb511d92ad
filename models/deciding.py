"""How a member decides on a purchase: on impulse, by comparing, or with hesitation (M14).

Of each of the last orders it is asked how long it took from the first look at the goods to the payment, how many products of
their categories were looked at in the days before, and how often one of these was taken out of the cart again. The time spent
looking is no more than the first of these, so it decides nothing of its own. An order of which no look is known tells nothing.
"""

from collections import Counter
from typing import Final, Literal

from models.calendar import DAY_MS
from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import COUNTS
from models.state import Decided, MemberState
from models.work import Value

LAST_ORDERS: Final = 5
"""Orders that decide; what more than half of those say that tell anything holds."""

IMPULSE_MS: Final = 30 * 60_000
"""From the first look to the payment at most, for an impulse."""
IMPULSE_GOODS: Final = 2
"""Products looked at, at most."""

COMPARE_GOODS: Final = 5
"""Products looked at, at least."""
COMPARE_DAYS: Final = 7
"""In so many local days before the payment."""

HESITANT_MS: Final = 7 * DAY_MS
"""From the first look to the payment at least, for hesitation."""
HESITANT_REMOVALS: Final = 2
"""Or: products put into the cart and taken out again so often."""

BEFORE_DAYS: Final = 30
"""Looks and carts so many local days before a payment belong to it."""

Way = Literal["impulse", "compare", "hesitant"]

_READS: Final = (
    COUNTS["visited"].bit | COUNTS["cart_added"].bit | COUNTS["cart_removed"].bit | COUNTS["paid"].bit
)


def way(state: MemberState, order: Decided, frame: Frame) -> Way | None:
    """How an order was decided; none if that is not known."""
    first, goods, removals = _before(state, order, frame)
    if first is not None and order.at - first <= IMPULSE_MS and goods <= IMPULSE_GOODS:
        return "impulse"
    if goods >= COMPARE_GOODS:
        return "compare"
    if removals >= HESITANT_REMOVALS or (first is not None and order.at - first >= HESITANT_MS):
        return "hesitant"
    return None


def _before(state: MemberState, order: Decided, frame: Frame) -> tuple[int | None, int, int]:
    """First look at the goods (ms), products of their categories looked at, and how often one was taken out of the cart."""
    paid_on, first, goods, removals = frame.day(order.at), NEVER, 0, 0
    for sku, looked in state.looks.items():
        own = sku in order.goods
        if not own and looked.category not in order.categories:
            continue
        looks = [
            (day, at) for day, at in looked.days.items() if at <= order.at and paid_on - day <= BEFORE_DAYS
        ]
        if own:
            first = min([first, *(at for _, at in looks)])
        goods += any(paid_on - day <= COMPARE_DAYS for day, _ in looks)
        removals += sum(at <= order.at and paid_on - frame.day(at) <= BEFORE_DAYS for at in looked.removed)
    return (None if first == NEVER else first), goods, removals


def _decision(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    known = state.work.ways
    for key, order in state.decided.items():
        if key not in known:
            known[key] = way(state, order, frame) or ""
    ways = sorted((-order.at, known[key]) for key, order in state.decided.items())
    told = Counter(one for _, one in ways[:LAST_ORDERS] if one)
    return next((one for one, count in told.items() if 2 * count > told.total()), None), NEVER


DECIDING: Final = Step(
    id="decision", zh="购物决策类型", en="way of deciding on purchases", unit="word", source="M14", sort="text",
    words=("impulse", "compare", "hesitant"), reads=_READS, look=_decision,
)  # fmt: skip
"""How a member decides, of their last orders."""
