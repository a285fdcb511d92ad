"""Features made of tallies and purchases: counts, sums and shares in windows of days, days since, and the commonest word.

The window of n days is today and the n - 1 local days before it. Nothing here comes to hold by time alone; a count falls
as its days leave, each at the first ms of the local day that is n days later (formulas 4.9).
"""

from collections.abc import Callable
from functools import cache, reduce
from operator import or_
from types import MappingProxyType
from typing import Final

from models import changes, purchases
from models.courses import days_places, days_since, days_turn
from models.crossing import NEVER
from models.feature import Course, Step
from models.frame import Frame
from models.measures import COUNTS, SUMS, WORDS, Measure
from models.state import MemberState
from models.tally import Tallies, lifetime, most
from models.within import Days, Source, sum_within, within
from models.work import Value

_NONE: Final[Days] = MappingProxyType({})

ORDER_DAYS: Final = 3650
"""Longest window of purchases, which are kept for ever: ten years."""

COUNTABLE: Final = (*COUNTS, *WORDS, *purchases.KINDS)
"""What a rule may count."""


def window(what: str) -> int:
    """Longest window (days) of something that can be counted or summed up."""
    measure = COUNTS.get(what) or SUMS.get(what) or WORDS.get(what)
    return ORDER_DAYS if measure is None else measure.kept


@cache
def counted(what: str, word: str | None, days: int) -> Course:
    """How often something happened, or a word was seen, within ``days`` days."""
    zh, en, row, bit = _named(what)
    about = what if word is None else f"{what}={word}"
    zh, en = (zh, en) if word is None else (f"{zh}“{word}”", f"{en} “{word}”")
    return within(
        f"count({about},{days}d)",
        f"近{days}日{zh}次数",
        f"{en} in {days} days",
        "times",
        row,
        bit,
        days,
        _source(what, word),
    )


@cache
def summed(what: str, days: int) -> Course:
    """An amount added up over ``days`` days."""
    zh, en, row, bit = _named(what)
    return within(
        f"sum({what},{days}d)",
        f"近{days}日{zh}",
        f"{en}, in {days} days",
        "amount",
        row,
        bit,
        days,
        _source(what, None),
    )


@cache
def distinct(what: str, days: int) -> Course:
    """How many different words were seen within ``days`` days."""
    zh, en, row, bit = _named(what)

    def latest(state: MemberState, frame: Frame) -> Days:
        found: dict[int, int] = {}
        for tally in state.keyed.get(what, {}).values():
            found[tally.last] = found.get(tally.last, 0) + 1
        return found

    return within(
        f"distinct({what},{days}d)",
        f"近{days}日不同{zh}数",
        f"different {en} in {days} days",
        "words",
        row,
        bit,
        days,
        latest,
    )


@cache
def ever(what: str, word: str | None) -> Step:
    """How often something happened, or a word was seen, in all."""
    zh, en, row, bit = _named(what)
    about = what if word is None else f"{what}={word}"
    tallies = _total(what, word)
    return Step(
        id=f"count({about})", zh=f"累计{zh}次数", en=f"{en} in all", unit="times", source=row, reads=bit,
        look=lambda state, now, frame: (tallies(state, frame), NEVER),
    )  # fmt: skip


@cache
def since(what: str, word: str | None) -> Course:
    """Local days since something last happened, or a word was last seen."""
    zh, en, row, bit = _named(what)
    about = what if word is None else f"{what}={word}"
    source = _source(what, word)

    def day_of(state: MemberState, frame: Frame) -> int | None:
        return max(source(state, frame), default=None)

    return Course(
        id=f"days_since({about})", zh=f"距上次{zh}天数", en=f"days since the last of {en}", unit="days", source=row,
        reads=bit, rises=True, value=days_since(day_of), turns=days_turn(day_of), places=days_places(day_of),
    )  # fmt: skip


@cache
def share(
    parts: tuple[str, ...], whole: tuple[str, ...], days: int, least: int, told_apart: bool = False
) -> Step:
    """How much of a whole some parts are within ``days`` days; nothing while the whole is below ``least``.

    ``told_apart`` puts that into the id, for a file that describes the share with several.
    """
    sources = {name: _source(name, None) for name in (*parts, *whole)}
    names = {name: _named(name) for name in sources}

    over_of, part_of = [sources[name] for name in whole], [sources[name] for name in parts]
    more_of = [sources[name] for name in parts if name not in whole]

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        today = frame.day(now)
        start = today - days + 1
        over, oldest = sum_within(over_of, start, today, state, frame)
        oldest = min(oldest, sum_within(more_of, start, today, state, frame)[1])
        until = frame.calendar.start(oldest + days) if oldest <= today else NEVER
        if over < max(least, 1):
            return None, until
        return sum_within(part_of, start, today, state, frame)[0] / over, until

    def idle(state: MemberState, frame: Frame) -> bool:
        return not (
            any(source(state, frame) for source in part_of)
            and any(source(state, frame) for source in over_of)
        )

    return Step(
        id=f"share({'+'.join(parts)}/{'+'.join(whole)},{days}d{f',least={least}' if told_apart else ''})",
        zh=f"近{days}日{'、'.join(names[name][0] for name in parts)}占比",
        en=f"share of {' and '.join(names[name][1] for name in parts)} in {days} days",
        unit="share",
        source=names[parts[0]][2],
        reads=reduce(or_, (bit for _, _, _, bit in names.values())),
        look=look,
        idle=idle,
    )


@cache
def top(what: str, days: int, least: int, at_least_share: float, told_apart: bool = False) -> Step:
    """The word seen most within ``days`` days, if it was seen so often and made up such a share; else nothing.

    ``told_apart`` puts both into the id, for a file that describes the word with several.
    """
    zh, en, row, bit = _named(what)

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        words = state.keyed.get(what)
        if not words:
            return None, NEVER
        today = frame.day(now)
        start = today - days + 1
        leaving = [day for tally in words.values() for day in tally.days if start <= day <= today]
        until = frame.calendar.start(min(leaving) + days) if leaving else NEVER
        word, count, all_of_them = most(words, start, today)
        good = word is not None and count >= least and count >= at_least_share * all_of_them
        return (word if good else None), until

    more = f",least={least},with_share={at_least_share}" if told_apart else ""

    return Step(
        id=f"top({what},{days}d{more})", zh=f"近{days}日最多的{zh}", en=f"commonest of {en} in {days} days", unit="word",
        source=row, sort="text", reads=bit, look=look,
    )  # fmt: skip


def _named(what: str) -> tuple[str, str, str, int]:
    """Chinese and English name, row of the catalogue, and bits of what can be counted or summed up."""
    kind = purchases.KINDS.get(what)
    if kind is not None:
        return kind.zh, kind.en, kind.source, changes.ORDERS
    measure = _measure(what)
    return measure.zh, measure.en, measure.source, measure.bit


def _measure(what: str) -> Measure:
    return COUNTS.get(what) or SUMS.get(what) or WORDS[what]


def _source(what: str, word: str | None) -> Source:
    kind = purchases.KINDS.get(what)
    if kind is not None:
        return lambda state, frame: purchases.days(state, kind, frame)
    if word is not None:
        return lambda state, frame: _days_of(state.keyed.get(what, {}), word)
    return lambda state, frame: _days_of(state.tallies, what)


def _days_of(tallies: Tallies, name: str) -> Days:
    tally = tallies.get(name)
    return _NONE if tally is None else tally.days


def _total(what: str, word: str | None) -> Callable[[MemberState, Frame], int]:
    if what in purchases.KINDS:
        source = _source(what, None)
        return lambda state, frame: sum(source(state, frame).values())

    def total(state: MemberState, frame: Frame) -> int:
        if word is None:
            return lifetime(state.tallies, what)
        return lifetime(state.keyed.get(what, {}), word)

    return total
