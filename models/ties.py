"""Ties that hold or not, of which the latest word counts: groups, contacts, accounts followed, tags set by hand."""

import msgspec


class Tie(msgspec.Struct, array_like=True, gc=False):
    """Whether it holds, and since when (ms): the time of the last event that said so."""

    holds: bool
    at: int


def say(ties: dict[str, Tie], name: str, holds: bool, at: int) -> bool:
    """Take in that a tie held, or did not, from ``at`` on; whether that changes anything.

    The latest event time wins whatever the order of arrival; of two words at one time, the one that it holds.
    """
    tie = ties.get(name)
    if tie is None:
        ties[name] = Tie(holds, at)
        return True
    if (at, holds) <= (tie.at, tie.holds):
        return False
    tie.holds, tie.at = holds, at
    return True


def says(ties: dict[str, Tie], name: str) -> bool:
    """Whether the tie of that name holds."""
    tie = ties.get(name)
    return tie is not None and tie.holds


def holding(ties: dict[str, Tie]) -> int:
    """Number of ties that hold."""
    count = 0
    for tie in ties.values():
        if tie.holds:
            count += 1
    return count


def oldest(ties: dict[str, Tie]) -> int | None:
    """Since when the longest lasting of the ties that hold has held, ms."""
    first: int | None = None
    for tie in ties.values():
        if tie.holds and (first is None or tie.at < first):
            first = tie.at
    return first
