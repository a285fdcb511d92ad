"""What a member paid for or was granted and may still use: stored value, plans, coupons and bets, as they are kept.

Each is a sum, a set, a minimum or a maximum of what events say, by a hashed id; so the order of arrival does not matter.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from models.days import DaySet

MOST: Final = 64
"""Plans, coupons and bets kept of a member, of each; beyond it the one longest not heard of is let go."""


class Stored(msgspec.Struct, array_like=True, gc=False):
    """What an order has to do with stored value (P20), fen."""

    loaded: int = 0
    """Face value of its cards."""
    spent: int = 0
    """What of its payments was made with stored value."""
    back: int = 0
    """What of its refunds went back to stored value, where they tell."""
    tells: bool = False
    """Whether any of them tells."""


class Plan(msgspec.Struct, array_like=True, gc=False):
    """A periodic plan (A51), by the order that bought it."""

    days: int = 0
    """Days from one due date to the next; 0 until the payment was seen."""
    times: int = 0
    """How many due dates there are."""
    used: DaySet = msgspec.field(default_factory=DaySet)
    """Local days on which it was used."""
    heard_at: int = 0
    """Latest event that names it, ms."""


class Coupon(msgspec.Struct, array_like=True, gc=False):
    """A coupon (P12): times are ms."""

    got: int | None = None
    """When it was first granted; none of one that was used and never seen granted."""
    used: int | None = None
    """First payment with it."""
    until: int | None = None
    """Time from which it is no longer valid; none if nothing tells."""


class Bet(msgspec.Struct, array_like=True, gc=False):
    """A cash back for sign-ins (A22)."""

    orders: list[int] = []
    """Hashed ids of the orders that paid for it, in their order."""
    paid_at: int | None = None
    """First payment for it, ms."""
    required: int = 0
    """Days in a row that it asks for."""
    days: DaySet = msgspec.field(default_factory=DaySet)
    """Local days signed in for it."""
    back: int = 0
    """Cash that came back for it, fen."""
    heard_at: int = 0
    """Latest event that names it, ms."""


Right = TypeVar("Right")


def held(
    rights: dict[int, Right], key: int, new: Callable[[], Right], heard: Callable[[Right], int]
) -> Right:
    """The right with an id, a new one if it is not known yet; with too many, the one longest not heard of goes."""
    found = rights.get(key)
    if found is None:
        if len(rights) >= MOST:
            del rights[min(rights, key=lambda one: (heard(rights[one]), one))]
        found = rights[key] = new()
    return found
