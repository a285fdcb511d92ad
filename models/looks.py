"""What a member looked at before they bought: by product, and by order (M14).

Of a product are kept the first look of each local day and the times at which it was taken out of the cart; putting it into the
cart is a look too. Of an order are kept its goods and their categories, of the latest orders. All are sets, minima and maxima,
so the order of arrival does not matter.
"""

from typing import Final

from models.calendar import DAY_MS
from models.identity import hash64
from models.state import Decided, Looked, MemberState
from schemas.view import Event, Line

KEPT_DAYS: Final = 184
"""What was done to a product so long before the latest of its kind is let go."""

MOST_GOODS: Final = 128
"""Products kept; beyond it the one longest not looked at is let go."""

MOST_ORDERS: Final = 8
"""Orders kept: three more than count, since one that was paid late may take the place of another."""


def look(state: MemberState, lines: list[Line] | None, at: int, day: int) -> None:
    """Take in a look at the products of some lines at ``at`` (ms), of the local day ``day``."""
    for line in lines or ():
        if line.sku is not None:
            days = _looked(state, line.sku, line.category).days
            first = days.get(day)
            if first is None:
                days[day] = at
                if len(days) > 1:
                    _forget(state, days)
            elif at < first:
                days[day] = at
            _tell(state, at)


def remove(state: MemberState, lines: list[Line] | None, at: int) -> None:
    """Take in that the products of some lines were taken out of the cart."""
    for line in lines or ():
        if line.sku is not None:
            looked = _looked(state, line.sku, line.category)
            times = {*looked.removed, at}
            looked.removed = sorted(one for one in times if one > max(times) - KEPT_DAYS * DAY_MS)
            _tell(state, at)


def _tell(state: MemberState, at: int) -> None:
    """What is worked out of orders holds on, unless one of them was paid after ``at``."""
    ways = state.work.ways
    if ways and any(order.at >= at for order in state.decided.values()):
        ways.clear()


def _forget(state: MemberState, days: dict[int, int]) -> None:
    oldest = max(days) - KEPT_DAYS
    for past in [one for one in days if one <= oldest]:
        del days[past]
        state.work.ways.clear()


def _looked(state: MemberState, sku: str, category: str | None) -> Looked:
    key = hash64(sku)
    found = state.looks.get(key)
    if found is None:
        found = state.looks[key] = Looked()
        if len(state.looks) > MOST_GOODS:
            state.work.ways.clear()
            del state.looks[
                min(
                    (one for one in state.looks if one != key),
                    key=lambda one: (_latest(state.looks[one]), one),
                )
            ]
    if category is not None and category > found.category:
        found.category = category
        state.work.ways.clear()
    return found


def _latest(looked: Looked) -> int:
    return max(max(looked.days.values(), default=0), max(looked.removed, default=0))


def decide(state: MemberState, event: Event, lines: list[Line], at: int) -> None:
    """Take in the goods of a payment; parcels of one order are one decision."""
    key = hash64(event.parent_order_id or event.order_id or event.event_id)
    found = state.decided.get(key)
    state.work.ways.pop(key, None)
    if found is None:
        found = state.decided[key] = Decided()
    found.at = max(found.at, at)
    goods = {hash64(line.sku) for line in lines if line.sku is not None}
    found.goods = sorted(goods.union(found.goods))
    found.categories = sorted({line.category for line in lines if line.category}.union(found.categories))
    if len(state.decided) > MOST_ORDERS:
        gone = min(state.decided, key=lambda one: (state.decided[one].at, one))
        del state.decided[gone]
        state.work.ways.pop(gone, None)
