"""How much more of something there is on some days than on as many of all days (A15: uplift of a member day)."""

from functools import cache

from models.amounts import named, source_of
from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.named_days import Known, NamedDays
from models.state import MemberState
from models.work import Value


@cache
def lift(what: str, days: int, on: NamedDays, least: int, told_apart: bool = False) -> Step:
    """The share that falls on the days ``on``, over the share of these among the ``days`` days: 1 is as on any day.

    There is nothing to tell while all there is is below ``least``, or while none of the days of the window is one of them.
    ``told_apart`` puts ``least`` into the id, for a file that describes it with several.
    """
    zh, en, row, bit = named(what)
    source, known = source_of(what, None), Known(on)

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        today = frame.day(now)
        start = today - days + 1
        found = {day: amount for day, amount in source(state, frame).items() if start <= day <= today}
        if not found:
            return None, NEVER
        rare = sum(map(known.holds, range(start, today + 1)))
        turn = _turn(known, start, days, min(found) - start)
        until = frame.calendar.start(today + turn)
        whole = sum(found.values())
        if whole < max(least, 1) or not rare:
            return None, until
        return sum(known.within(found).values()) * days / (whole * rare), until

    return Step(
        id=f"lift({what},{days}d,during={on.id}{f',least={least}' if told_apart else ''})",
        zh=f"近{days}日{on.zh}的{zh}提升倍数",
        en=f"lift of {en} on days of {on.en}, in {days} days",
        unit="times",
        source=row,
        reads=bit,
        look=look,
        on=on,
    )


def _turn(known: Known, start: int, days: int, oldest: int) -> int:
    """Days until the number of named days in the window changes, or an amount that is ``oldest`` days in it leaves."""
    for gone in range(oldest + 1):
        if known.holds(start + gone) is not known.holds(start + gone + days):
            return gone + 1
    return oldest + 1
