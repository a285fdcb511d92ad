"""Where the amounts by local day of whatever can be counted or summed up are found, and what it is called."""

from types import MappingProxyType
from typing import Final

from models import changes, purchases
from models.measures import COUNTS, SUMS, WORDS, Measure
from models.named_days import Known, NamedDays
from models.tally import Tallies
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
        return lambda state, frame: _days_of(state.keyed.get(what, {}), word)
    return lambda state, frame: _days_of(state.tallies, what)


def _days_of(tallies: Tallies, name: str) -> Days:
    tally = tallies.get(name)
    return _NONE if tally is None else tally.days
