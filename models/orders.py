"""A member's orders: what was paid, what went back, and what is left of it, in any order of arrival.

A refund finds its payment by the order's id, so it may come first. A cashback is a reward and no refund (A22).
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from models.crossing import NEVER

_MOST: Final = 1 << 62
"""A cost stops here, so that it fits the 64 bits that are stored."""


class Order(msgspec.Struct, array_like=True, gc=False):
    """One order, or one parcel of an order that was split.

    ``at`` is the time of its latest payment; ``owed_at`` that of the payment a refund speaks of (or else of the
    refund), which stands in while the payment was not seen. ``parent`` is the hashed id of the order it was split
    from, 0 if none. Money is in fen, times in ms.
    """

    paid: int = 0
    refunded: int = 0
    at: int | None = None
    owed_at: int | None = None
    parent: int = 0
    flags: int = 0
    """What the order is like, as bits of `models.purchases`."""
    cost: int = 0
    """What its goods cost, where the lines tell."""

    @property
    def left(self) -> int:
        """What is left of the payment; below 0 where only the refund was seen."""
        return self.paid - self.refunded

    @property
    def booked_at(self) -> int:
        """Time that its money is booked to: that of the payment, also for the refund (M03)."""
        if self.at is not None:
            return self.at
        return 0 if self.owed_at is None else self.owed_at

    @property
    def counts_at(self) -> int | None:
        """Time that it counts as a net order from; none if nothing is left of it."""
        return self.at if self.paid > self.refunded else None


class Window:
    """Money booked within the RFM window, valid until the oldest booking leaves it."""

    __slots__ = ("fen", "oldest")

    def __init__(self, fen: int, oldest: int) -> None:
        self.fen = fen
        self.oldest = oldest


class Book:
    """What is read from the orders, kept up with each of them instead of summed anew."""

    __slots__ = ("_changed", "_orders", "_parcels", "purchases", "refunds", "revenue", "times", "window")

    def __init__(self, orders: dict[int, Order]) -> None:
        self._orders = orders
        self._parcels: dict[int, list[int]] = {}
        for key, order in orders.items():
            if order.parent:
                self._parcels.setdefault(order.parent, []).append(key)
        self.revenue = sum(order.left for order in orders.values())
        """Paid minus refunded over the whole life, fen."""
        self.refunds = sum(order.refunded > 0 for order in orders.values())
        """Orders of which something was refunded."""
        self.times = sorted(self._net_times())
        """Latest payment of each net order, the parcels of one parent being one (M02)."""
        self.window: Window | None = None
        self.purchases: Any = None
        """What `models.purchases` made of the orders; none before it was asked."""
        singles = ((False, key) for key, order in orders.items() if not order.parent)
        self._changed = {*singles, *((True, parent) for parent in self._parcels)}

    def paid(self, key: int, parent: int, fen: int, at: int, flags: int = 0, cost: int = 0) -> None:
        """Take in a payment of an order that is like ``flags``, for goods that cost so much."""

        def pay(order: Order) -> None:
            order.paid += fen
            order.flags |= flags
            order.cost = min(order.cost + cost, _MOST)
            order.at = at if order.at is None else max(order.at, at)

        self._change(key, parent, pay)

    def refunded(self, key: int, parent: int, fen: int, paid_at: int) -> None:
        """Take in a refund of a payment that was, as far as the refund tells, made at ``paid_at``."""

        def refund(order: Order) -> None:
            order.refunded += fen
            order.owed_at = paid_at if order.owed_at is None else min(order.owed_at, paid_at)

        self._change(key, parent, refund)

    def money(self, since: int) -> Window:
        """Money booked at ``since`` or later; to be asked with a ``since`` that does not fall."""
        window = self.window
        if window is None or window.oldest < since:
            fen, oldest = 0, NEVER
            for order in self._orders.values():
                if order.paid != order.refunded and order.booked_at >= since:
                    fen += order.left
                    oldest = min(oldest, order.booked_at)
            window = self.window = Window(fen, oldest)
        return window

    def since(self, cutoff: int) -> int:
        """Number of net orders paid at ``cutoff`` or later."""
        return len(self.times) - bisect_left(self.times, cutoff)

    def parcels(self, parent: int) -> Sequence[int]:
        """Hashed ids of the parcels that an order was split into."""
        return self._parcels.get(parent, ())

    def take_changed(self) -> Iterable[tuple[bool, int]]:
        """Single orders, and with the flag parents of parcels, that have changed since this was last asked."""
        changed = self._changed
        if changed:
            self._changed = set()
        return changed

    def _net_times(self) -> list[int]:
        singles = [order.counts_at for order in self._orders.values() if not order.parent]
        split = [self._split_counts_at(parent) for parent in self._parcels]
        return [at for at in singles + split if at is not None]

    def _split_counts_at(self, parent: int) -> int | None:
        times = (self._orders[key].counts_at for key in self._parcels.get(parent, ()))
        return max((at for at in times if at is not None), default=None)

    def _change(self, key: int, parent: int, change: Callable[[Order], None]) -> None:
        order = self._orders.get(key)
        if order is None:
            order = self._orders[key] = Order(parent=parent)
            if parent:
                self._parcels.setdefault(parent, []).append(key)
        elif parent > order.parent:
            change(order)
            order.parent = parent
            self.__init__(self._orders)  # type: ignore[misc]  # a parcel found its parent: seldom, so all anew
            return
        self._changed.add((True, order.parent) if order.parent else (False, key))
        before = self._split_counts_at(order.parent) if order.parent else order.counts_at
        left, booked_at, refunded = order.left, order.booked_at, order.refunded
        change(order)
        self.revenue += order.left - left
        self.refunds += (order.refunded > 0) - (refunded > 0)
        after = self._split_counts_at(order.parent) if order.parent else order.counts_at
        self._move(before, after)
        self._rebook(order, left, booked_at)

    def _move(self, before: int | None, after: int | None) -> None:
        if before == after:
            return
        if before is not None:
            del self.times[bisect_left(self.times, before)]
        if after is not None:
            insort(self.times, after)

    def _rebook(self, order: Order, left: int, booked_at: int) -> None:
        """Keep the window's sum, or drop it where the change touches its edge."""
        window = self.window
        if window is None:
            return
        moved = left != 0 and booked_at != order.booked_at
        if moved or order.booked_at <= window.oldest:
            self.window = None
        else:
            window.fen += order.left - left
