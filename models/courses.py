"""What moves all the time in one direction while nothing happens, and when it meets a threshold.

The times are closed forms (formulas 4.9), right to within rounding; `models.crossing` finds the exact ms from there.
"""

from collections.abc import Callable
from math import ceil, exp2, floor, inf
from typing import Final

from models import lifecycle, palive, rfm, rhythm, ties
from models.calendar import DAY_MS
from models.decay import falls_to
from models.frame import Frame
from models.state import MemberState

WEEK_MS: Final = 7 * DAY_MS

DayOf = Callable[[MemberState, Frame], int | None]
"""Local day that something is counted from; none if there is none."""


def score(state: MemberState, now: int, frame: Frame) -> float:
    """Activity score (M12), to a billionth: twelve messages now are 12 points, whatever rounding did on the way."""
    last = state.days.last
    if last is None:
        return 0.0
    points = state.work.points
    if points is None:
        points = _points(state, last, frame)
    exact = points * exp2((last * DAY_MS - now) / frame.scale.half_life)
    return floor(exact * 1e9 + 0.5) / 1e9


def score_crosses(state: MemberState, now: int, threshold: float, frame: Frame) -> float:
    """When the activity score meets a threshold."""
    last = state.days.last
    if last is None:
        return inf
    points = state.work.points
    if points is None:
        points = _points(state, last, frame)
    return falls_to(points, last * DAY_MS, threshold, frame.scale.half_life)


def _points(state: MemberState, last: int, frame: Frame) -> float:
    """Points of all days as of the reference of the latest; found anew after each act, the days before it seldom."""
    work = state.work
    if work.before is None:
        work.before = frame.scale.before(state.cells, last)
    work.points = work.before + frame.scale.worth(state.cells[last])
    return work.points


def silence(state: MemberState, now: int, frame: Frame) -> float | None:
    last = state.days.last
    if last is None:
        return None
    days = (now - frame.calendar.start(last)) / DAY_MS
    return rhythm.outlasts(lifecycle.own_rhythm(state, frame), days)


def silence_crosses(state: MemberState, now: int, threshold: float, frame: Frame) -> float:
    last = state.days.last
    if last is None:
        return inf
    days = rhythm.falls_to(lifecycle.own_rhythm(state, frame), threshold)
    return frame.calendar.start(last) + days * DAY_MS


def p_alive(state: MemberState, now: int, frame: Frame) -> float:
    x, origin, last = _repeats(state, now, frame)
    age = max(now - origin, 0) / WEEK_MS
    return palive.mbg_nbd(x, last, max(age, last), frame.params.spread)


def p_alive_crosses(state: MemberState, now: int, threshold: float, frame: Frame) -> float:
    x, origin, last = _repeats(state, now, frame)
    return origin + palive.mbg_falls_to(x, last, threshold, frame.params.spread) * WEEK_MS


def _repeats(state: MemberState, now: int, frame: Frame) -> tuple[int, int, float]:
    """Active days after the first, start of the first (ms), and time from there to the last one, in weeks."""
    first, last = state.days.first(), state.days.last
    if first is None or last is None:
        return 0, frame.calendar.start(frame.day(now if state.first is None else state.first)), 0.0
    origin = frame.calendar.start(first)
    return len(state.days) - 1, origin, (frame.calendar.start(last) - origin) / WEEK_MS


def active_days(state: MemberState, now: int, frame: Frame) -> float:
    """Active days of the last 30, today included."""
    today = frame.day(now)
    return state.days.count(today - 29, today)


def active_days_cross(state: MemberState, now: int, threshold: float, frame: Frame) -> float:
    """When fewer than ``threshold`` active days are within the last 30: when the so-manieth latest leaves them."""
    for rank, day in enumerate(state.days, start=1):
        if rank >= threshold:
            return frame.calendar.start(day + 30)
    return inf


def days_since(day_of: DayOf) -> Callable[[MemberState, int, Frame], float | None]:
    def days(state: MemberState, now: int, frame: Frame) -> float | None:
        day = day_of(state, frame)
        return None if day is None else frame.day(now) - day

    return days


def days_cross(day_of: DayOf) -> Callable[[MemberState, int, float, Frame], float]:
    def crosses(state: MemberState, now: int, threshold: float, frame: Frame) -> float:
        day = day_of(state, frame)
        return inf if day is None else frame.calendar.start(day + ceil(threshold))

    return crosses


def paid_day(state: MemberState, frame: Frame) -> int | None:
    at = rfm.last_paid_at(state)
    return None if at is None else frame.day(at)


def spoke_day(state: MemberState, frame: Frame) -> int | None:
    return seen_day(state, frame) if state.spoke is None else state.spoke


def seen_day(state: MemberState, frame: Frame) -> int | None:
    return None if state.first is None else frame.day(state.first)


def member_day(state: MemberState, frame: Frame) -> int | None:
    at = ties.oldest(state.groups)
    return None if at is None else frame.day(at)
