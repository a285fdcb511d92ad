"""Levels of members (P17, P18): they rise at once, and fall only at the end of a period and its grace.

All terms follow from orders and days signed in alone, also those that are still to come if nothing happens; so refunds and late
events are as if they had always been known, and a level falls by a timer.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One level."""

    level: str
    least: int
    """Growth from which it is reached."""
    percent: int = 100
    """P04: what the points of an order are multiplied by, hundredths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a rule file declares of levels."""

    rungs: tuple[Rung, ...] = ()
    """The lowest first."""
    per_yuan: int = 1
    """Growth for each whole yuan of a net order."""
    signin: int = 0
    """Growth for each day signed in."""
    window_days: int = 365
    """Local days that growth is summed over, today among them."""
    period_days: int = 365
    """Local days that a level is held for at least."""
    grace_days: int = 30
    """Local days behind them within which growth may still make up for it."""

    def rank(self, growth: int) -> int:
        """Number of levels that a growth reaches."""
        return sum(growth >= rung.least for rung in self.rungs)


NO_LEVELS: Final = Levels()


class Term(NamedTuple):
    """A stretch of time at one level."""

    since: int
    """Ms."""
    rank: int
    """Level, counted from 1; 0 is none."""
    until: int | None
    """When the period ends, ms; behind it is the grace."""


Acts = Sequence[tuple[int, int]]
"""Times (ms) and the growth that they bring, in their order."""


def terms(acts: Acts, levels: Levels, day: Callable[[int], int], start: Callable[[int], int]) -> list[Term]:
    """All terms, to the last; ``day`` tells the local day of a time, ``start`` the first ms of a day."""
    if not levels.rungs or not acts:
        return []
    return _Ladder(acts, levels, day, start).climbed()


class _Ladder:
    def __init__(
        self, acts: Acts, levels: Levels, day: Callable[[int], int], start: Callable[[int], int]
    ) -> None:
        self._acts, self._levels, self._day, self._start = acts, levels, day, start
        self._days = [day(at) for at, _ in acts]
        self._sums = [0]
        for _, growth in acts:
            self._sums.append(self._sums[-1] + growth)
        self._found: list[Term] = []
        self._rank = 0
        self._due = 0
        self._in_grace = False

    def climbed(self) -> list[Term]:
        for number, (at, _) in enumerate(self._acts):
            while self._rank and self._due <= at:
                self._review(number)
            growth = self._growth(self._days[number], number + 1)
            rank = self._levels.rank(growth)
            if rank > self._rank or (self._in_grace and rank == self._rank):
                self._begin(at, rank)
        while self._rank:
            self._review(len(self._acts))
        return self._found

    def _growth(self, today: int, seen: int) -> int:
        """Growth within the window on a day, of so many acts."""
        return (
            self._sums[seen]
            - self._sums[bisect_left(self._days, today - self._levels.window_days + 1, 0, seen)]
        )

    def _review(self, seen: int) -> None:
        rank = self._levels.rank(self._growth(self._day(self._due), seen))
        if rank >= self._rank:
            self._begin(self._due, self._rank)
        elif self._levels.grace_days and not self._in_grace:
            self._in_grace = True
            self._due = self._start(self._day(self._due) + self._levels.grace_days)
        else:
            self._begin(self._due, rank)

    def _begin(self, at: int, rank: int) -> None:
        self._rank, self._in_grace = rank, False
        self._due = self._start(self._day(at) + self._levels.period_days)
        self._found.append(Term(at, rank, self._due if rank else None))


def term_at(found: Sequence[Term], at: int) -> Term | None:
    """The term that a time is in; none before the first."""
    place = bisect_right(found, at, key=lambda term: term.since)
    return found[place - 1] if place else None


def highest(found: Iterable[Term], at: int) -> int:
    """Highest level reached up to a time."""
    return max((term.rank for term in found if term.since <= at), default=0)
