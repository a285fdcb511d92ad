"""Recency, frequency and money of a member's orders (M01-M03)."""

from bisect import bisect_left

from models import stored
from models.crossing import NEVER
from models.frame import Frame
from models.state import MemberState


def last_paid_at(state: MemberState) -> int | None:
    """Latest payment among net orders, ms; a full refund of the latest falls back to the one before (M01)."""
    if not state.orders:
        return None
    times = state.book().times
    return times[-1] if times else None


def net_orders(state: MemberState) -> int:
    """Net orders over the whole life."""
    return len(state.book().times) if state.orders else 0


def r_days(state: MemberState, now: int, frame: Frame) -> int | None:
    """Local days since the last net order was paid; none if there is none."""
    paid_at = last_paid_at(state)
    return None if paid_at is None else frame.day(now) - frame.day(paid_at)


def frequency(state: MemberState, now: int, days: int, frame: Frame) -> tuple[int, int]:
    """Net orders within ``days`` days, and when the oldest of them no longer is."""
    if not state.orders:
        return 0, NEVER
    times = state.book().times
    first = bisect_left(times, frame.back(now, days))
    return len(times) - first, frame.after(times[first], days) if first < len(times) else NEVER


def money(state: MemberState, now: int, days: int, frame: Frame) -> tuple[int, int]:
    """Fen paid less refunded within ``days`` days, and when the oldest booking leaves; refunds count at their payment.

    What was paid from stored value is left out, as it is of all revenue.
    """
    if not state.orders:
        return 0, NEVER
    since = frame.back(now, days)
    window = state.book().money(since)
    fen, oldest = window.fen, window.oldest
    if state.stored:
        drawn, first = stored.drawn_since(state, since)
        fen, oldest = fen - drawn, min(oldest, first)
    return fen, NEVER if oldest == NEVER else frame.after(oldest, days)
