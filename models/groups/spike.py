"""Is it a spike? Unplanned leaves in sliding windows of several lengths against what is usual."""

from bisect import bisect_left, bisect_right
from operator import attrgetter

import msgspec

from models.groups.baseline import count_leave
from models.groups.expectation import expect, threshold
from models.groups.params import HOUR, GroupParams
from models.groups.state import GroupState, Hour, Leave
from models.groups.terms import Terms

_at = attrgetter("at")


class Spike(msgspec.Struct, frozen=True):
    """A window that tipped: who left in it and why, and the group's ``size`` before.

    ``end`` and ``window`` (its length) are in ms; ``p_values`` holds p of every window tested, by its seconds.
    """

    leavers: dict[str, str]
    end: int
    window: int
    size: int
    expected: float
    p_value: float
    p_values: dict[str, float]


def record(state: GroupState, leave: Leave, terms: Terms) -> bool:
    """Remember an unplanned leave, and count it in the baseline; whether it may be part of a wave.

    One that comes later than the lateness may not, nor does it enter the baseline: late leaves come in bulk.
    """
    horizon = state.latest - terms.params.lateness
    if leave.at <= horizon:
        return False
    recent = state.recent
    recent.insert(bisect_right(recent, leave.at, key=_at), leave)
    stale = bisect_right(recent, horizon, key=_at)
    del recent[: max(stale, len(recent) - terms.params.recent_leaves)]
    hour = count_leave(state.baseline, leave.at, terms)
    if hour is not None:
        _raise_peaks(hour, recent, leave.at, terms.params)
    return True


def _raise_peaks(hour: Hour, recent: list[Leave], at: int, params: GroupParams) -> None:
    """Let the leaves that are together around ``at`` (ms) count for their hour's habit."""
    if not hour.peaks:
        hour.peaks = [0] * len(params.windows)
    for index, window in enumerate(params.windows):
        together = len(leavers(_within(recent, _last_end(recent, at, window), window)))
        hour.peaks[index] = max(hour.peaks[index], together)


def leavers(leaves: list[Leave]) -> dict[str, str]:
    """Who left, and why: one who goes twice (a bad connection) is one loss; waves are counted in people."""
    return {leave.member: leave.cause for leave in leaves}


def detect(state: GroupState, at: int, terms: Terms) -> Spike | None:
    """The most surprising window around a leave at ``at`` (ms), if any is surprising enough."""
    best: Spike | None = None
    p_values: dict[str, float] = {}
    for window in terms.params.windows:
        end = _last_end(state.recent, at, window)
        start = max(end - window, state.spent_until)
        leaves = between(state.recent, start, end)
        gone = leavers(leaves)
        if len(gone) < terms.params.floor:
            continue
        size = max(leaves[0].size, len(gone))
        usual = expect(state.baseline, end // HOUR, window, size, terms)
        p_value = usual.tail(len(gone))
        p_values[str(window // 1000)] = p_value
        enough = max(terms.params.share * size, terms.params.fold * usual.mean)
        tips = p_value <= threshold(terms.params, window) and len(gone) >= enough
        if tips and (best is None or p_value < best.p_value):
            best = Spike(gone, end, window, size, usual.mean, p_value, p_values)
    return best


def _last_end(recent: list[Leave], at: int, window: int) -> int:
    """The last leave within ``window`` after ``at``: a late leave is judged with those that came after it."""
    return recent[max(1, bisect_left(recent, at + window, key=_at)) - 1].at


def _within(recent: list[Leave], end: int, window: int) -> list[Leave]:
    """Leaves in the ``window`` ms up to and with ``end``."""
    return recent[bisect_right(recent, end - window, key=_at) : bisect_right(recent, end, key=_at)]


def between(recent: list[Leave], start: int, end: int) -> list[Leave]:
    """Leaves after ``start`` up to and with ``end``, ms."""
    return _within(recent, end, end - start)
