"""Features made of tallies and purchases: counts, sums and shares in windows of days, days since, and the commonest word.

The window of n days is today and the n - 1 local days before it. Nothing here comes to hold by time alone; a count falls
as its days leave, each at the first ms of the local day that is n days later (formulas 4.9).
"""

from collections.abc import Callable, Sequence
from functools import cache, reduce
from operator import or_
from typing import Final

from models import purchases
from models.amounts import last_day_of, named, on_en, on_id, on_zh, source_of
from models.courses import days_places, days_since, days_turn
from models.crossing import NEVER
from models.feature import Course, Step
from models.frame import Frame
from models.measures import COUNTS, SUMS, WORDS
from models.named_days import NamedDays
from models.state import MemberState
from models.tally import lifetime, most
from models.within import Days, Source, sum_within, within
from models.work import Value

ORDER_DAYS: Final = 3650
"""Longest window of purchases, which are kept for ever: ten years."""

COUNTABLE: Final = (*COUNTS, *WORDS, *purchases.KINDS)
"""What a rule may count."""


def window(what: str) -> int:
    """Longest window (days) of something that can be counted or summed up."""
    measure = COUNTS.get(what) or SUMS.get(what) or WORDS.get(what)
    return ORDER_DAYS if measure is None else measure.kept


@cache
def counted(what: str, word: str | None, days: int, on: NamedDays | None = None) -> Course:
    """How often something happened, or a word was seen, within ``days`` days, or on the days ``on`` among these."""
    zh, en, row, bit = named(what)
    about = what if word is None else f"{what}={word}"
    zh, en = (zh, en) if word is None else (f"{zh}“{word}”", f"{en} “{word}”")
    return within(
        f"count({about},{days}d{on_id(on)})",
        f"近{days}日{on_zh(on)}{zh}次数",
        f"{en} in {days} days{on_en(on)}",
        "times",
        row,
        bit,
        days,
        source_of(what, word, on),
        on,
    )


@cache
def summed(what: str, days: int, on: NamedDays | None = None) -> Course:
    """An amount added up over ``days`` days, or over the days ``on`` among these."""
    zh, en, row, bit = named(what)
    return within(
        f"sum({what},{days}d{on_id(on)})",
        f"近{days}日{on_zh(on)}{zh}",
        f"{en}, in {days} days{on_en(on)}",
        "amount",
        row,
        bit,
        days,
        source_of(what, None, on),
        on,
    )


@cache
def distinct(what: str, days: int) -> Course:
    """How many different words were seen within ``days`` days."""
    zh, en, row, bit = named(what)

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
def repeated(what: str, days: int, each: int) -> Step:
    """How many words were seen at least ``each`` times within ``days`` days (T34)."""
    zh, en, row, bit = named(what)

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        words = state.keyed.get(what)
        if not words:
            return 0, NEVER
        today = frame.day(now)
        start, number, until = today - days + 1, 0, NEVER
        for tally in words.values():
            if tally.within(start, today) >= each:
                number += 1
                until = min(until, *(day for day in tally.days if day >= start))
        return number, frame.calendar.start(until + days) if number else NEVER

    return Step(
        id=f"distinct({what},{days}d,each={each})", zh=f"近{days}日各至少{each}次的不同{zh}数",
        en=f"different {en} of at least {each} each in {days} days", unit="words", source=row, reads=bit, look=look,
    )  # fmt: skip


@cache
def ever(what: str, word: str | None) -> Step:
    """How often something happened, or a word was seen, in all."""
    zh, en, row, bit = named(what)
    about = what if word is None else f"{what}={word}"
    tallies = _total(what, word)
    return Step(
        id=f"count({about})", zh=f"累计{zh}次数", en=f"{en} in all", unit="times", source=row, reads=bit,
        look=lambda state, now, frame: (tallies(state, frame), NEVER),
    )  # fmt: skip


@cache
def since(what: str, word: str | None) -> Course:
    """Local days since something last happened, or a word was last seen."""
    zh, en, row, bit = named(what)
    about = what if word is None else f"{what}={word}"
    day_of = last_day_of(what, word)

    return Course(
        id=f"days_since({about})", zh=f"距上次{zh}天数", en=f"days since the last of {en}", unit="days", source=row,
        reads=bit, rises=True, value=days_since(day_of), turns=days_turn(day_of), places=days_places(day_of),
    )  # fmt: skip


@cache
def share(
    parts: tuple[str, ...],
    whole: tuple[str, ...],
    days: int,
    least: int,
    told_apart: bool = False,
    on: NamedDays | None = None,
) -> Step:
    """How much of a whole some parts are within ``days`` days; nothing while the whole is below ``least``.

    ``told_apart`` puts that into the id, for a file that describes the share with several. Only of the parts is it asked that
    they fall on the days ``on``.
    """
    names = {name: named(name) for name in (*parts, *whole)}

    over_of = [source_of(name, None) for name in whole]
    part_of = [source_of(name, None, on) for name in parts]
    more_of = [source_of(name, None) for name in parts if name not in whole]

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        today = frame.day(now)
        start = today - days + 1
        over, oldest = sum_within(over_of, start, today, state, frame)
        if more_of:
            oldest = min(oldest, sum_within(more_of, start, today, state, frame)[1])
        until = frame.calendar.start(oldest + days) if oldest <= today else NEVER
        if over < max(least, 1):
            return None, until
        return sum_within(part_of, start, today, state, frame)[0] / over, until

    def idle(state: MemberState, frame: Frame) -> bool:
        return not (_any_day(part_of, state, frame) and _any_day(over_of, state, frame))

    return Step(
        id=f"share({'+'.join(parts)}/{'+'.join(whole)},{days}d{on_id(on)}{f',least={least}' if told_apart else ''})",
        zh=f"近{days}日{on_zh(on)}{'、'.join(names[name][0] for name in parts)}占比",
        en=f"share of {' and '.join(names[name][1] for name in parts)} in {days} days{on_en(on)}",
        unit="share",
        source=names[parts[0]][2],
        reads=reduce(or_, (bit for _, _, _, bit in names.values())),
        look=look,
        idle=idle,
        on=on,
    )


def _any_day(sources: Sequence[Source], state: MemberState, frame: Frame) -> bool:
    for source in sources:  # noqa: SIM110 - a generator costs more
        if source(state, frame):
            return True
    return False


@cache
def top(what: str, days: int, least: int, at_least_share: float, told_apart: bool = False) -> Step:
    """The word seen most within ``days`` days, if it was seen so often and made up such a share; else nothing.

    ``told_apart`` puts both into the id, for a file that describes the word with several.
    """
    zh, en, row, bit = named(what)

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        words = state.keyed.get(what)
        if not words:
            return None, NEVER
        today = frame.day(now)
        start = today - days + 1
        word, count, all_of_them, oldest = most(words, start, today)
        until = NEVER if word is None else frame.calendar.start(oldest + days)
        good = word is not None and count >= least and count >= at_least_share * all_of_them
        return (word if good else None), until

    more = f",least={least},with_share={at_least_share}" if told_apart else ""

    return Step(
        id=f"top({what},{days}d{more})", zh=f"近{days}日最多的{zh}", en=f"commonest of {en} in {days} days", unit="word",
        source=row, sort="text", reads=bit, look=look,
    )  # fmt: skip


def _total(what: str, word: str | None) -> Callable[[MemberState, Frame], int]:
    if what in purchases.KINDS:
        source = source_of(what, None)
        return lambda state, frame: sum(source(state, frame).values())

    def total(state: MemberState, frame: Frame) -> int:
        if word is None:
            return lifetime(state.tallies, what)
        return lifetime(state.keyed.get(what, {}), word)

    return total
