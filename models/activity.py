"""Activity M10 and its frequency M11.

The four words are asked in order: new, active, sleeping, lost; so a member always has exactly one.
"""

from typing import Literal

from models import rfm
from models.crossing import NEVER
from models.frame import Frame
from models.stage import Activity, Word
from models.state import MemberState

Freq = Literal["high", "mid", "low", "none"]


def activity(state: MemberState, now: int, frame: Frame) -> tuple[Activity, int]:
    """M10, and when the word changes if nothing happens.

    New: joined, or first paid, within 30 days. Else by the days since the last net order; for a member without
    one, since the last own act; for one who never acted, since first seen: active to 90, sleeping to 180, then lost.
    """
    known = state.work.word
    if known is None or not known.since <= now < known.until:
        known = state.work.word = Word(*_find(state, now, frame))
    return known.activity, known.until


def _find(state: MemberState, now: int, frame: Frame) -> tuple[Activity, int, int, bool]:
    params, calendar = frame.params, frame.calendar
    today = calendar.day(now)
    joined, paid = state.joined, state.first_paid
    if joined is None or (paid is not None and paid > joined):
        joined = paid
    if joined is not None:
        start = calendar.day(joined)
        if today - start <= params.new_days:
            return "new", now, calendar.start(start + params.new_days + 1), False
    paid_at = rfm.last_paid_at(state)
    by_days = paid_at is None
    basis = _basis(state, now, frame) if paid_at is None else frame.day(paid_at)
    if today - basis <= params.active_days:
        return "active", now, calendar.start(basis + params.active_days + 1), by_days
    if today - basis <= params.sleeping_days:
        return "sleeping", now, calendar.start(basis + params.sleeping_days + 1), by_days
    return "lost", now, NEVER, by_days


def freq(state: MemberState, now: int, frame: Frame) -> tuple[Freq, int]:
    """M11: net orders within 90 days are 6 or more (high), 3-5 (mid), 1-2 (low) or none."""
    if not state.orders:
        return "none", NEVER
    params, times = frame.params, state.book().times
    orders = state.book().since(frame.back(now, params.freq_days))
    if orders >= params.freq_high:
        return "high", frame.after(times[-params.freq_high], params.freq_days)
    if orders >= params.freq_mid:
        return "mid", frame.after(times[-params.freq_mid], params.freq_days)
    if orders:
        return "low", frame.after(times[-1], params.freq_days)
    return "none", NEVER


def _basis(state: MemberState, now: int, frame: Frame) -> int:
    """Local day that the silence of one without orders is counted from."""
    if state.days.last is not None:
        return state.days.last
    return frame.day(now if state.first is None else state.first)
