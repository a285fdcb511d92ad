"""Where the amounts by local day of whatever can be counted or summed up are found, and what it is called."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from models import changes, purchases
from models.frame import Frame
from models.measures import COUNTS, SUMS, WORDS, Measure
from models.named_days import Known, NamedDays
from models.state import MemberState
from models.tally import Tally
from models.within import Days, Source

_NONE: Final[Days] = MappingProxyType({})


def named(what: str) -> tuple[str, str, str, int]:
    """Chinese and English name, row of the catalogue, and bits of what can be counted or summed up."""
    kind = purchases.KINDS.get(what)
    if kind is not None:
        return kind.zh, kind.en, kind.source, changes.ORDERS
    measure = _measure(what)
    return measure.zh, measure.en, measure.source, measure.bit


def _measure(what: str) -> Measure:
    return COUNTS.get(what) or SUMS.get(what) or WORDS[what]


def on_id(on: NamedDays | None) -> str:
    """What confining to some days adds to an id."""
    return "" if on is None else f",during={on.id}"


def on_zh(on: NamedDays | None) -> str:
    """The same of the Chinese name."""
    return "" if on is None else f"{on.zh}的"


def on_en(on: NamedDays | None) -> str:
    """The same of the English name."""
    return "" if on is None else f", on days of {on.en}"


def source_of(what: str, word: str | None, on: NamedDays | None = None) -> Source:
    """Where amounts of something, or of a word of it, are found by local day; only those on the days ``on`` if given."""
    source = _everywhere(what, word)
    if on is None:
        return source
    pick = Known(on).within
    return lambda state, frame: pick(source(state, frame))


def _everywhere(what: str, word: str | None) -> Source:
    kind = purchases.KINDS.get(what)
    if kind is not None:
        return lambda state, frame: purchases.days(state, kind, frame)
    if word is not None:
        find = _tally_of(what, word)

        def of_word(state: MemberState, frame: Frame) -> Days:
            tally = find(state)
            return _NONE if tally is None else tally.days

        return of_word

    def counted(state: MemberState, frame: Frame) -> Days:
        tally = state.tallies.get(what)
        return _NONE if tally is None else tally.days

    return counted


def last_day_of(what: str, word: str | None) -> Callable[[MemberState, Frame], int | None]:
    """Where the latest local day with something, or with a word of it, is found."""
    if what in purchases.KINDS:
        source = source_of(what, word)
        return lambda state, frame: max(source(state, frame), default=None)
    find = _tally_of(what, word)

    def last(state: MemberState, frame: Frame) -> int | None:
        tally = find(state)
        return None if tally is None else tally.last

    return last


def _tally_of(what: str, word: str | None) -> Callable[[MemberState], Tally | None]:
    """Where what is counted, or summed up, or a word of it, is found."""
    if word is None:
        return lambda state: state.tallies.get(what)

    def of_word(state: MemberState) -> Tally | None:
        words = state.keyed.get(what)
        return None if words is None else words.get(word)

    return of_word
