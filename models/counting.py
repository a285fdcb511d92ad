"""Counting into a member's tallies by the measures' names; each function answers with the bits that it changed."""

from collections.abc import Callable, Iterable

from models.frame import Frame
from models.measures import COUNTS, SUMS, WORDS
from models.state import MemberState
from models.tally import Tally, add, add_word
from schemas.view import Event

Recorder = Callable[[MemberState, Event, int, int, Frame], int]
"""Takes state, event, its time (ms) and its local day."""


def count(state: MemberState, name: str, day: int) -> int:
    """Count one."""
    measure = COUNTS[name]
    tally = state.tallies.get(name)
    if tally is None:
        state.tallies[name] = Tally(day, 1, {day: 1})
    else:
        tally.add(day, 1, measure.kept)
    return measure.bit


def total(state: MemberState, name: str, day: int, amount: int | None) -> int:
    """Add an amount; none and nothing change nothing."""
    if not amount or amount < 0:
        return 0
    measure = SUMS[name]
    add(state.tallies, name, day, amount, measure.kept)
    return measure.bit


def words(state: MemberState, name: str, day: int, seen: Iterable[str | None]) -> int:
    """Count each word that was seen once; empty ones are none."""
    measure, bits = WORDS[name], 0
    for word in dict.fromkeys(seen):
        if word:
            add_word(state.keyed, name, word, day, measure.kept)
            bits = measure.bit
    return bits
