"""What moves all the time in one direction while nothing happens, and when it meets a threshold.

The times are closed forms (formulas 4.9), right to within rounding; `models.crossing` finds the exact ms from there.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil, exp2, floor
from operator import le, lt
from typing import Final

from models import lifecycle, palive, rfm, rhythm, ties
from models.calendar import DAY_MS
from models.crossing import NEVER, first_true
from models.decay import falls_to
from models.feature import NOWHERE, Cut, PlaceLook
from models.frame import Frame
from models.state import MemberState
from models.work import UNKNOWN

WEEK_MS: Final = 7 * DAY_MS

_TURNS: Final = 65_536
"""Turns kept of each course; most members share theirs with many."""

_BEFORE: Final = -1
"""Before every time counted from a start."""

ALWAYS: Final = -NEVER
"""The turn of what was past a threshold from the beginning."""

DayOf = Callable[[MemberState, Frame], int | None]
"""Local day that something is counted from; none if there is none."""


def score(state: MemberState, now: int, frame: Frame) -> float:
    """Activity score (M12), to a billionth: twelve messages now are 12 points, whatever rounding did on the way."""
    last = state.days.last
    if last is None:
        return 0.0
    return _decayed(_points(state, last, frame), now - last * DAY_MS, frame.scale.half_life)


def score_turns(state: MemberState, threshold: float, at: bool, frame: Frame) -> int:
    """The exact ms from which on the activity score is past a threshold, as `models.features.Course` wants it."""
    last = state.days.last
    if last is None:
        return ALWAYS if (le if at else lt)(0.0, threshold) else NEVER
    return _score_turn(_points(state, last, frame), last, threshold, at, frame.scale.half_life)


def score_places(cuts: Sequence[Cut]) -> PlaceLook:
    """The same of several thresholds: the score tells which it is past, and only of the next is the time looked for."""
    keys = [(-threshold, not at) for threshold, at in cuts]
    nothing = bisect_right(keys, (0.0, False))

    def look(state: MemberState, now: int, frame: Frame) -> tuple[int, int]:
        last = state.days.last
        if last is None:
            return nothing, NEVER
        points, half_life = _points(state, last, frame), frame.scale.half_life
        place = bisect_right(keys, (-_decayed(points, now - last * DAY_MS, half_life), False))
        return place, _score_turn(points, last, *cuts[place], half_life) if place < len(cuts) else NEVER

    return look


def _decayed(points: float, age: int, half_life: float) -> float:
    return floor(points * exp2(-age / half_life) * 1e9 + 0.5) / 1e9


def _score_turn(points: float, last: int, threshold: float, at: bool, half_life: float) -> int:
    past, ref = le if at else lt, last * DAY_MS
    guess = falls_to(points, ref, threshold, half_life)
    return first_true(lambda ms: past(_decayed(points, ms - ref, half_life), threshold), guess, ALWAYS)


def _points(state: MemberState, last: int, frame: Frame) -> float:
    """Points of all days as of the reference of the latest; found anew after each act, the days before it seldom."""
    work = state.work
    if work.points is not None:
        return work.points
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


def silence_turns(state: MemberState, threshold: float, at: bool, frame: Frame) -> int | None:
    last = state.days.last
    if last is None:
        return None
    return frame.calendar.start(last) + _silence_turn(lifecycle.own_rhythm(state, frame), threshold, at)


@lru_cache(maxsize=_TURNS)
def _silence_turn(own: rhythm.Rhythm, threshold: float, at: bool) -> int:
    """Ms from the start of the last active day until silence is past a threshold; the same for all of one rhythm."""
    past = le if at else lt
    if past(1.0, threshold):
        return ALWAYS
    guess = rhythm.falls_to(own, threshold) * DAY_MS
    return first_true(lambda ms: past(rhythm.outlasts(own, ms / DAY_MS), threshold), guess, _BEFORE)


def p_alive(state: MemberState, now: int, frame: Frame) -> float:
    x, origin, last = _repeats(state, now, frame)
    age = max(now - origin, 0) / WEEK_MS
    return palive.mbg_nbd(x, last, max(age, last), frame.params.spread)


def p_alive_turns(state: MemberState, threshold: float, at: bool, frame: Frame) -> int | None:
    days, start = state.days, frame.calendar.start
    last = days.last
    if last is None:
        seen = seen_day(state, frame)
        return None if seen is None else start(seen) + _p_alive_turn(0, 0, threshold, at, frame.params.spread)
    origin = start(days.base)
    return origin + _p_alive_turn(
        days.bits.bit_count() - 1, start(last) - origin, threshold, at, frame.params.spread
    )


@lru_cache(maxsize=_TURNS)
def _p_alive_turn(x: int, span: int, threshold: float, at: bool, spread: palive.Spread) -> int:
    """Ms from the start of the first active day until P(alive) is past a threshold, with ``span`` ms to the last."""
    past, last = le if at else lt, span / WEEK_MS
    if past(palive.mbg_nbd(x, last, last, spread), threshold):
        return ALWAYS
    guess = palive.mbg_falls_to(x, last, threshold, spread) * WEEK_MS
    return first_true(
        lambda ms: past(palive.mbg_nbd(x, last, max(ms / WEEK_MS, last), spread), threshold), guess, _BEFORE
    )


def _repeats(state: MemberState, now: int, frame: Frame) -> tuple[int, int, float]:
    """Active days after the first, start of the first (ms), and time from there to the last one, in weeks."""
    days, start = state.days, frame.calendar.start
    last = days.last
    if last is None:
        return 0, frame.calendar.start(frame.day(now if state.first is None else state.first)), 0.0
    origin = start(days.base)
    return days.bits.bit_count() - 1, origin, (start(last) - origin) / WEEK_MS


def active_days(state: MemberState, now: int, frame: Frame) -> float:
    """Active days of the last 30, today included."""
    today = frame.day(now)
    return state.days.count(today - 29, today)


def active_days_turns(state: MemberState, threshold: float, at: bool, frame: Frame) -> int:
    """When too few active days are left within the last 30: when the so-manieth latest of them leaves."""
    needed = floor(threshold) + 1 if at else ceil(threshold)
    if needed <= 0:
        return NEVER
    if len(state.days) < needed:
        return ALWAYS
    return frame.calendar.start(state.days.latest(needed) + 30)


def days_since(day_of: DayOf) -> Callable[[MemberState, int, Frame], float | None]:
    def days(state: MemberState, now: int, frame: Frame) -> float | None:
        day = day_of(state, frame)
        return None if day is None else frame.day(now) - day

    return days


def days_turn(day_of: DayOf) -> Callable[[MemberState, float, bool, Frame], int | None]:
    def turns(state: MemberState, threshold: float, at: bool, frame: Frame) -> int | None:
        day = day_of(state, frame)
        return (
            None
            if day is None
            else frame.calendar.start(day + (ceil(threshold) if at else floor(threshold) + 1))
        )

    return turns


def days_places(day_of: DayOf) -> Callable[[Sequence[Cut]], PlaceLook]:
    def places(cuts: Sequence[Cut]) -> PlaceLook:
        limits = [ceil(threshold) if at else floor(threshold) + 1 for threshold, at in cuts]

        def look(state: MemberState, now: int, frame: Frame) -> tuple[int, int]:
            day = day_of(state, frame)
            if day is None:
                return NOWHERE, NEVER
            place = bisect_right(limits, frame.day(now) - day)
            return place, frame.calendar.start(day + limits[place]) if place < len(limits) else NEVER

        return look

    return places


def paid_day(state: MemberState, frame: Frame) -> int | None:
    at = rfm.last_paid_at(state)
    return None if at is None else frame.day(at)


def spoke_day(state: MemberState, frame: Frame) -> int | None:
    return seen_day(state, frame) if state.spoke is None else state.spoke


def seen_day(state: MemberState, frame: Frame) -> int | None:
    return None if state.first is None else frame.day(state.first)


def member_day(state: MemberState, frame: Frame) -> int | None:
    work = state.work
    if work.member_since == UNKNOWN:
        work.member_since = ties.oldest(state.groups)
    at = work.member_since
    return None if at is None else frame.day(at)
