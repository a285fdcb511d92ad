"""Members of VIP groups, and the review of each calendar month (T66, G79-G81).

The state follows from ties, active days and net orders alone: a late order re-opens the verdict of its month.
"""

from bisect import bisect_left
from datetime import date
from typing import Final

from models import changes
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.state import MemberState
from models.work import Value

_EPOCH: Final = date(1970, 1, 1).toordinal()


def _month(day: int) -> int:
    """Months since the year 0 that a day falls on."""
    there = date.fromordinal(day + _EPOCH)
    return there.year * 12 + there.month - 1


def _first(month: int) -> int:
    """First day of a month."""
    return date(month // 12, month % 12 + 1, 1).toordinal() - _EPOCH


def _passes(state: MemberState, month: int, frame: Frame) -> bool:
    """Whether there was an own act or a net order in a month."""
    first, end = _first(month), _first(month + 1)
    if state.days.count(first, end - 1):
        return True
    times = state.book().times if state.orders else ()
    start = frame.calendar.start
    return bisect_left(times, start(first)) < bisect_left(times, start(end))


def _look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Reviewed at the first midnight of each month, over the month before; that of joining passes."""
    ties = [state.groups[name] for name in frame.vip_groups if name in state.groups]
    since = [tie.at for tie in ties if tie.holds]
    if not since:
        return None, NEVER
    this = _month(frame.day(now))
    reviewed = range(_month(frame.day(max(since))) + 1, this)
    if not all(_passes(state, month, frame) for month in reviewed):
        return "out", NEVER
    return "member", frame.calendar.start(_first(this + 1))


VIP: Final[tuple[Feature, ...]] = (
    Step(
        id="vip_state", zh="VIP 状态", en="standing in the VIP groups, by the review of each month", unit="word", source="G80",
        sort="text", words=("member", "out"), reads=changes.TIES | changes.DAYS | changes.ORDERS, look=_look,
    ),
)  # fmt: skip
"""All of them."""
