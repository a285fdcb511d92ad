"""What lies in the cart and is not bought (T32), by product.

Kept of a product are the times of the last addition, the last removal and the last payment; all are maxima, so the order of
arrival does not matter.
"""

from typing import Final, Literal

from models.crossing import NEVER
from models.frame import Frame
from models.identity import hash64
from models.state import CartItem, MemberState

WAIT_MS: Final = 24 * 3_600_000
"""T32: what was put into the cart counts as not bought after so many ms."""

WINDOW_DAYS: Final = 30
"""T32: window, days."""

MOST_ITEMS: Final = 128
"""Products kept; beyond it the one longest not touched is let go."""


Part = Literal["added", "removed", "paid"]
"""What may befall a product."""


def touch(state: MemberState, sku: str, part: Part, at: int) -> None:
    """Take in that a product was ``added``, ``removed`` or ``paid``."""
    key = hash64(sku)
    item = state.carts.get(key)
    if item is None:
        item = state.carts[key] = CartItem()
        if len(state.carts) > MOST_ITEMS:
            del state.carts[min(state.carts, key=lambda one: (_latest(state.carts[one], one == key), one))]
    setattr(item, part, max(getattr(item, part), at))


def _latest(item: CartItem, is_new: bool) -> int:
    return NEVER if is_new else max(item.added, item.removed, item.paid)


def undecided(state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
    """Whether at least one product lies in the cart for a day, and as many as were bought within 30 days; and when
    that may change."""
    today = frame.day(now)
    since, until, waiting, bought = frame.calendar.start(today - WINDOW_DAYS + 1), NEVER, 0, 0
    for item in state.carts.values():
        if item.paid >= since:
            bought += 1
            until = min(until, frame.calendar.start(frame.day(item.paid) + WINDOW_DAYS))
        if item.added >= since and item.added > item.removed and item.added > item.paid:
            ripe = item.added + WAIT_MS
            waiting += ripe <= now
            leaves = frame.calendar.start(frame.day(item.added) + WINDOW_DAYS)
            until = min(until, ripe if ripe > now else leaves)
    return waiting >= max(bought, 1), until
