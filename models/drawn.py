"""Silent members whom a coupon or a red packet draws out: once or twice they speak or buy in the day after it (T68).

Kept are the times of gifts, the local days of own messages and check-ins, and of each such day that a silence may reach the
first and the last of their times: whether a member spoke before a gift, and whether more than twice after it, hangs on no other.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import chain
from typing import Final

from models import changes
from models.calendar import DAY_MS
from models.frame import Frame
from models.state import MemberState
from models.ties import oldest
from models.within import Days, within

SILENT_DAYS: Final = 14
"""T67: local days without an own message or check-in, up to the gift."""
MEMBER_DAYS: Final = 7
"""T67: local days in the group joined longest ago."""
AFTER_MS: Final = DAY_MS
MOST_ACTS: Final = 2
"""Who does more within that time after the gift is no watcher."""
WINDOW_DAYS: Final = 30
MOST_GIFTS: Final = 64
"""Latest gifts kept."""

_EDGE: Final = MOST_ACTS + 1
"""First and last times kept of a day, each."""
_SPAN: Final = 3
"""Local days that the time after a gift may touch; one whose clocks change may lie within it."""
_KEPT_DAYS: Final = WINDOW_DAYS + _SPAN


def gift(state: MemberState, at: int) -> int:
    """Take in a coupon or red packet that was got at the time ``at`` (ms); answers with the bits that it changed."""
    times = state.gifts
    place = bisect_left(times, at)
    if place < len(times) and times[place] == at:
        return 0
    times.insert(place, at)
    del times[: max(bisect_left(times, times[-1] - _KEPT_DAYS * DAY_MS), len(times) - MOST_GIFTS)]
    return changes.DRAWN


def speak(state: MemberState, at: int, day: int) -> int:
    """Take in an own message or check-in of the local day ``day``."""
    heard = state.heard
    if state.spoken.add(day):
        latest = state.spoken.last or day
        for old in [one for one in heard if _SPAN <= one - day < SILENT_DAYS or one <= latest - _KEPT_DAYS]:
            del heard[old]
        if day <= latest - _KEPT_DAYS or state.spoken.count(day - SILENT_DAYS + 1, day - _SPAN):
            return _told(state)
        heard[day] = [at]
        return _told(state)
    times = heard.get(day)
    if times is None:
        return 0
    insort(times, at)
    if len(times) > 2 * _EDGE:
        del times[_EDGE]
    return _told(state)


def _told(state: MemberState) -> int:
    return changes.DRAWN if state.gifts else 0


def _silent(state: MemberState, at: int, day: int, frame: Frame) -> bool:
    """Whether a member was silent, as T67 has it, when a gift came."""
    first, since = state.first, oldest(state.groups)
    if first is None or day - frame.day(first) < SILENT_DAYS:
        return False
    if since is None or day - frame.day(since) < MEMBER_DAYS:
        return False
    if state.spoken.count(day - SILENT_DAYS + 1, day - 1):
        return False
    return min(state.heard.get(day, ()), default=at) >= at


def _acts(state: MemberState, at: int, day: int) -> int:
    """Messages, check-ins and paid orders within the time after a gift, as far as it matters how many."""
    spoken: Iterator[int] = chain.from_iterable(state.heard.get(day + one, ()) for one in range(_SPAN))
    paid = (order.at for order in state.orders.values() if order.at is not None)
    return sum(at < one <= at + AFTER_MS for one in chain(spoken, paid))


def _days(state: MemberState, frame: Frame) -> Days:
    """How many gifts drew the member out, by local day."""
    found: dict[int, int] = {}
    for at in state.gifts:
        day = frame.day(at)
        if _silent(state, at, day, frame) and 1 <= _acts(state, at, day) <= MOST_ACTS:
            found[day] = found.get(day, 0) + 1
    return found


DRAWN: Final = within(
    "drawn_out", "券与红包后偶尔冒泡",
    "coupons and red packets in 30 days after which a silent member spoke or bought once or twice within 24 hours", "times",
    "T68", changes.DRAWN | changes.TIES | changes.FIRST | changes.ORDERS, WINDOW_DAYS, _days,
)  # fmt: skip
"""How often a watcher surfaced."""
