"""Points as lots with a time to live, spent first in, first out (P14)."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Lot(NamedTuple):
    """Points granted together."""

    until: int
    """Time from which they are gone, ms."""
    points: int


Grants = Mapping[int, Sequence[Lot]]
"""Lots by the local day of granting."""

Debits = Mapping[int, int]
"""Points spent by local day."""


class Ledger(NamedTuple):
    """What is left of all grants after all spending."""

    lots: tuple[Lot, ...] = ()
    """What is left of each, the first granted first; those that time alone has ended since are among them."""
    owed: int = 0
    """Points spent, or taken back, beyond what there was; the next grants pay them."""
    granted: int = 0
    spent: int = 0
    by_rules: int = 0
    """Those of the points granted that follow from declared rules."""

    def live(self, now: int) -> int:
        """Points of the lots that have not expired."""
        return sum(lot.points for lot in self.lots if lot.until > now)

    def left(self, now: int) -> int:
        """The balance; below 0 for one who owes."""
        return self.live(now) - self.owed

    def expired(self, now: int) -> int:
        """Points that nobody spent in time."""
        return self.granted - self.live(now) - (self.spent - self.owed)


NOTHING = Ledger()


def settle(grants: Grants, debits: Debits, start: Callable[[int], int], by_rules: int) -> Ledger:
    """Go through all days; ``start`` tells the first ms of a day.

    Within a day what has expired by its beginning goes first, then grants come, then spending; so the result is one of the days'
    sums alone, in whatever order events came.
    """
    lots: list[Lot] = []
    owed, next_end = 0, None
    for day in sorted(grants.keys() | debits.keys()):
        morning = start(day)
        if next_end is not None and next_end <= morning:
            lots = [lot for lot in lots if lot.until > morning]
        for until, points in sorted(grants.get(day, ())):
            if until > morning:
                paid = min(owed, points)
                owed -= paid
                lots.append(Lot(until, points - paid))
        owed += _spend(lots, debits.get(day, 0))
        next_end = min((lot.until for lot in lots), default=None)
    granted = sum(lot.points for of_day in grants.values() for lot in of_day)
    return Ledger(tuple(lot for lot in lots if lot.points), owed, granted, sum(debits.values()), by_rules)


def _spend(lots: list[Lot], points: int) -> int:
    """Take points from the first lots on; answers with what they did not cover."""
    for place, (until, left) in enumerate(lots):
        if points <= left:
            lots[place] = Lot(until, left - points)
            del lots[:place]
            return 0
        points -= left
    lots.clear()
    return points
