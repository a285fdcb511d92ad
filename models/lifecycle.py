"""Life cycle M18-M22 and churn: exactly one stage for every member at every time.

The catalogue's conditions overlap and leave gaps, so they are asked in this order and the first that holds decides:

1. **lost**, churn `left`: the member was seen in a group or as a contact, and none of these ties holds any more.
2. **intro** (M18): first seen within 30 days, fewer than 2 net orders.
3. **lost**, churn `silent` (M22): silent for more than 3 usual gaps.
4. **decline** (M21): silent for more than 1.5 usual gaps.
5. **stable** (M20): 3 net orders or more, and so within 1.5 usual gaps.
6. **decline** (M21): fewer than half as many active days within the last 30 days as in the 30 before. A stable
   buyer who chats less is still a stable buyer, therefore this comes after 5.
7. **growth** (M19): all others: past the introduction, in rhythm, not falling. "Rising" is not asked for, since one
   who neither rises nor falls would else have no stage.

For a member with net orders a gap is one between orders: the usual one is the median of the own last ones, or the
brand's where there are fewer than 3 orders, and silence counts from the last order. For one without, gaps are those
between active days (`models.rhythm`), and silence counts from the start of the last active day.
"""

from math import floor
from statistics import median

from models import rfm
from models.calendar import DAY_MS
from models.crossing import NEVER
from models.frame import Frame
from models.rhythm import Gaps, Rhythm
from models.stage import Churn, Place, Stage
from models.state import MemberState


def place(state: MemberState, now: int, frame: Frame) -> Place:
    """Stage at ``now``, by the order of tests above."""
    known = state.work.place
    if known is None or not known.since <= now < known.until:
        stage, churn, until, by_days = _find(state, now, frame)
        known = state.work.place = Place(stage, churn, now, until, by_days)
    return known


def _find(state: MemberState, now: int, frame: Frame) -> tuple[Stage, Churn, int, bool]:
    """Stage, kind of churn, when they may change, and whether active days had a say."""
    if has_left(state):
        return "lost", "left", NEVER, False
    params = frame.params
    orders = rfm.net_orders(state)
    first = now if state.first is None else state.first
    intro_ends = frame.after(first, params.intro_days)
    if orders < params.intro_orders and now < intro_ends:
        return "intro", "none", intro_ends, False
    since, gap = _clock(state, orders, first, frame)
    lost_at = since + floor(params.lost_gaps * gap) + 1
    if now >= lost_at:
        return "lost", "silent", NEVER, not orders
    declines_at = since + floor(params.decline_gaps * gap) + 1
    if now >= declines_at:
        return "decline", "none", lost_at, not orders
    if orders >= params.stable_orders:
        return "stable", "none", declines_at, not orders
    falling, turns_at = _trend(state, now, declines_at, frame)
    return "decline" if falling else "growth", "none", min(declines_at, turns_at), True


def has_left(state: MemberState) -> bool:
    """Whether the member had a tie, to a group or as a contact, and none holds now."""
    if not state.groups and not state.contacts:
        return False
    for ties in (state.groups, state.contacts):
        for tie in ties.values():
            if tie.holds:
                return False
    return True


def own_rhythm(state: MemberState, frame: Frame) -> Rhythm:
    """Rhythm of the member's active days."""
    found = state.work.rhythm
    if found is None:
        work, params = state.work, frame.params
        gaps = work.gaps
        if gaps is None:
            gaps = work.gaps = Gaps(state.days.gaps(params.rhythm_gaps))
        found = work.rhythm = gaps.rhythm(params.prior_gap_days, params.prior_gaps)
    return found


def _clock(state: MemberState, orders: int, first: int, frame: Frame) -> tuple[int, float]:
    """Time that silence counts from, and the usual gap; both in ms."""
    params = frame.params
    if orders:
        times = state.book().times[-params.gap_orders :]
        if orders < params.stable_orders:
            return times[-1], params.brand_gap_days * DAY_MS
        usual = median(later - earlier for earlier, later in zip(times, times[1:], strict=False))
        return times[-1], max(usual, params.least_gap_days * DAY_MS)
    since = first if state.days.last is None else frame.calendar.start(state.days.last)
    return since, own_rhythm(state, frame).mean * DAY_MS


def _trend(state: MemberState, now: int, horizon: int, frame: Frame) -> tuple[bool, int]:
    """Whether active days are falling, and when that turns, if before ``horizon``."""
    today, window, days = frame.day(now), frame.params.trend_days, state.days
    lately = days.count(today - window + 1, today)
    before = days.count(today - 2 * window + 1, today - window)
    falling = 2 * lately < before
    comes, passes, goes = days.after(today), days.after(today - window), days.after(today - 2 * window)
    moves = (comes | passes | goes) & ((1 << max(0, min(frame.day(horizon) - today, 2 * window))) - 1)
    while moves:
        bit = moves & -moves
        moves ^= bit
        passing = bool(passes & bit)
        lately += bool(comes & bit) - passing
        before += passing - bool(goes & bit)
        if (2 * lately < before) is not falling:
            return falling, frame.calendar.start(today + bit.bit_length())
    return falling, NEVER
