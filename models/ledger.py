"""The ledger of points: what the source grants and takes, and what declared rules grant, as lots that expire.

It is worked out anew from daily sums, orders and days signed in whenever one of these changed, so that late events, refunds and
other rules are as if they had always been known. An event that brings points of its own earns none by a rule.
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Final

from models import changes, purchases
from models.crossing import NEVER
from models.earning import EARNS
from models.frame import Frame
from models.lots import NOTHING, Ledger, Lot, settle
from models.measures import COUNTS, KEPT_DAYS_POINTS, SUMS
from models.standing import percent_at
from models.state import MemberState
from models.tally import Tally

EARNED: Final = "points_earned"
TAKEN: Final = ("points_spent", "points_used")
TOLD: Final = "points_told"
"""Tallies, in `MemberState.keyed`, of the events that brought points of their own, by type."""

READS: Final = reduce(
    or_,
    (SUMS[name].bit for name in (EARNED, *TAKEN)),
    reduce(or_, (COUNTS[name].bit for name in EARNS), changes.ORDERS | changes.CHECKINS),
)
"""Bits of `models.changes` that the ledger hangs on."""

_NONE: Final = Tally(0, 0, {})


def ledger(state: MemberState, frame: Frame) -> Ledger:
    """The ledger as of the latest event."""
    found = state.work.ledger
    if found is None:
        found = state.work.ledger = _worked_out(state, frame)
    return found


def _worked_out(state: MemberState, frame: Frame) -> Ledger:
    earned = state.tallies.get(EARNED, _NONE)
    taken = [state.tallies[name] for name in TAKEN if name in state.tallies]
    ruled: dict[int, int] = {}
    for day, points in _ruled(state, frame):
        if points:
            ruled[day] = ruled.get(day, 0) + points
    if not (ruled or earned.total or taken):
        return NOTHING
    since = max(state.days.last or 0, *(tally.last for tally in (earned, *taken))) - KEPT_DAYS_POINTS + 1
    grants = _granted(state, earned, ruled, since, frame)
    debits: dict[int, int] = {}
    for tally in taken:
        for day, points in _recent(tally, since):
            debits[day] = debits.get(day, 0) + points
    before = _older(earned, since) - sum(_older(tally, since) for tally in taken)
    before += sum(points for day, points in ruled.items() if day < since)
    if before > 0:
        grants.setdefault(since - 1, []).append(Lot(_end(since - 1, frame), before))
    elif before < 0:
        debits[since - 1] = -before
    return settle(grants, debits, frame.calendar.start, sum(ruled.values()))


def _granted(
    state: MemberState, earned: Tally, ruled: dict[int, int], since: int, frame: Frame
) -> dict[int, list[Lot]]:
    """Lots by day: those whose end the source tells, and what else was granted on the day."""
    grants: dict[int, list[Lot]] = {}
    rest = dict(_recent(earned, since))
    for until, of_days in state.ending.items():
        for day, points in of_days.items():
            if day in rest:
                grants.setdefault(day, []).append(Lot(until, points))
                rest[day] -= points
    for day in rest.keys() | ruled.keys():
        points = rest.get(day, 0) + ruled.get(day, 0)
        if points > 0 and day >= since:
            grants.setdefault(day, []).append(Lot(_end(day, frame), points))
    return grants


def _end(day: int, frame: Frame) -> int:
    valid = frame.earning.valid_days
    return frame.calendar.start(day + valid) if valid else NEVER


def _recent(tally: Tally, since: int) -> Iterator[tuple[int, int]]:
    return ((day, amount) for day, amount in tally.days.items() if day >= since)


def _older(tally: Tally, since: int) -> int:
    return tally.total - sum(amount for _, amount in _recent(tally, since))


def _ruled(state: MemberState, frame: Frame) -> Iterator[tuple[int, int]]:
    """Days and the points that declared rules grant on them."""
    earning = frame.earning
    if not earning.earns:
        return
    told = state.keyed.get(TOLD, {})
    for order in purchases.of(state, frame):
        yield frame.day(order.at), earning.of_order(order.cash) * percent_at(state, order.at, frame) // 100
    if earning.signin:
        signed = told.get("signin", _NONE).days
        for day in state.signins:
            if day not in signed:
                yield day, earning.signin
    for one in earning.counts:
        tally = state.tallies.get(one.what)
        if tally is not None:
            own = told.get(EARNS[one.what], _NONE).days
            for day, times in tally.days.items():
                yield day, one.points * min(max(times - own.get(day, 0), 0), one.most_a_day)
