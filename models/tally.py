"""Daily sums: how often, or how much, on each local day; what windows are counted from.

Sums of integers by day end the same in whatever order events come. A day is let go once it is ``kept`` days before the
latest, at once or, if it came late, not much after it; so what is asked of a window of at most so many days is exact.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

MOST: Final = 1 << 62
"""A sum stops here, so that it fits the 64 bits that are stored."""

MOST_KEYS: Final = 64
"""Words that one keyed tally holds at most; beyond it the one longest not heard of is let go."""


class Tally(msgspec.Struct, array_like=True, gc=False):
    """Amounts by the number of the local day."""

    last: int
    """Latest day."""
    total: int
    """Of all days ever, whether or not they are kept."""
    days: dict[int, int]

    def add(self, day: int, amount: int, kept: int) -> None:
        """Take in an amount of a day."""
        self.total += amount
        days = self.days
        if day in days:
            days[day] += amount
            if self.total > MOST:
                self.total, days[day] = MOST, min(days[day], MOST)
        elif day > self.last:
            self.last = day
            past = day - kept
            if (
                next(iter(days)) <= past
            ):  # days come in order but for late ones, so the first tells whether any is past
                for old in [one for one in days if one <= past]:
                    del days[old]
            days[day] = amount
        elif day > self.last - kept:
            days[day] = amount

    def within(self, since: int, until: int) -> int:
        """Sum of the days from ``since`` to ``until``, both included."""
        if len(self.days) > until - since:
            return sum(self.days.get(day, 0) for day in range(since, until + 1))
        return sum(amount for day, amount in self.days.items() if since <= day <= until)


Tallies = dict[str, Tally]
Keyed = dict[str, Tallies]
"""Tallies by word, such as the days of each campaign."""


def lifetime(tallies: Tallies, name: str) -> int:
    """Sum of all days ever under a name."""
    tally = tallies.get(name)
    return 0 if tally is None else tally.total


def add(tallies: Tallies, name: str, day: int, amount: int, kept: int) -> None:
    """Take in an amount of a day under a name."""
    tally = tallies.get(name)
    if tally is None:
        tallies[name] = Tally(day, amount, {day: amount})
    else:
        tally.add(day, amount, kept)


def add_word(keyed: Keyed, name: str, word: str, day: int, kept: int) -> None:
    """Count a word of a day; which words are kept depends on the order of arrival only beyond `MOST_KEYS`."""
    add_amount(keyed, name, word, day, 1, kept)


def add_amount(keyed: Keyed, name: str, word: str, day: int, amount: int, kept: int) -> None:
    """Take in an amount of a day under a word."""
    words = keyed.get(name)
    if words is None:
        words = keyed[name] = {}
    add(words, word, day, amount, kept)
    if len(words) > MOST_KEYS:
        del words[min(words, key=lambda one: (words[one].last, one))]


def most(words: Mapping[str, Tally], since: int, until: int) -> tuple[str | None, int, int, int]:
    """The word counted most from ``since`` to ``until``, how often, how often all of them were, and the oldest of these days.

    Of two counted alike the first in the alphabet is taken.
    """
    best, most_often, whole, oldest = None, 0, 0, until
    for word, tally in words.items():
        if tally.last < since:
            continue
        count = 0
        for day, amount in tally.days.items():
            if since <= day <= until:
                count += amount
                if day < oldest:  # noqa: PLR1730 - a call less
                    oldest = day
        whole += count
        if count > most_often or (count and count == most_often and (best is None or word < best)):
            best, most_often = word, count
    return best, most_often, whole, oldest
