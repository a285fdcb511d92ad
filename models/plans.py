"""Periodic plans (A51): when one is due next, and which due dates passed unused.

A plan bought on a day has its n-th due date n times its days later. A due date is met by a use after the one before it (the first
one: from the purchase on) and up to its own day; it is missed once its day is over. A plan of which nothing is left after
refunds has none.
"""

from collections.abc import Iterator
from typing import Final

from models import changes
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.identity import hash64
from models.rights import Plan, held
from models.state import MemberState
from models.work import Value
from schemas.view import Event


def _of(state: MemberState, key: int, at: int) -> Plan:
    plan = held(state.plans, key, Plan, lambda one: one.heard_at)
    plan.heard_at = max(plan.heard_at, at)
    return plan


def paid(state: MemberState, key: int, event: Event, at: int) -> int:
    """Take in what a payment of the order with the hashed id ``key`` buys; of several plans the one with the longest period."""
    bought = [
        (line.plan_days or 0, line.plan_times or 0) for line in event.lines or () if line.sku_type == "plan"
    ]
    longest = max((one for one in bought if all(one)), default=None)
    if longest is None:
        return 0
    plan = _of(state, key, at)
    plan.days, plan.times = max((plan.days, plan.times), longest)
    return changes.RIGHTS


def use(state: MemberState, event: Event, at: int, day: int) -> int:
    """Take in a use of a plan."""
    if event.plan_order_id is None:
        return 0
    _of(state, hash64(event.plan_order_id), at).used.add(day)
    return changes.RIGHTS


def _unused(state: MemberState, frame: Frame) -> Iterator[int]:
    """Local days of all due dates that no use meets."""
    for key, plan in state.plans.items():
        order = state.orders.get(key)
        if not plan.times or order is None or order.counts_at is None:
            continue
        bought = frame.day(order.counts_at)
        for number in range(1, plan.times + 1):
            due = bought + number * plan.days
            if not plan.used.count(due - plan.days + (number > 1), due):
                yield due


def _days_left(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    today = frame.day(now)
    next_ = min((due for due in _unused(state, frame) if due >= today), default=None)
    return (None, NEVER) if next_ is None else (next_ - today, frame.calendar.start(today + 1))


def _missed(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    today, passed, next_ = frame.day(now), 0, NEVER
    for due in _unused(state, frame):
        if due < today:
            passed += 1
        else:
            next_ = min(next_, frame.calendar.start(due + 1))
    return passed, next_


_READS: Final = changes.ORDERS | changes.RIGHTS

PLANS: Final[tuple[Feature, ...]] = (
    Step(
        id="plan_due_days", zh="计划到期剩余天数", en="days to the next due date of a plan that was not used for it", unit="days",
        source="A51", reads=_READS, look=_days_left,
    ),
    Step(
        id="plan_missed", zh="计划逾期次数", en="due dates of plans that passed unused", unit="times", source="A51",
        reads=_READS, look=_missed,
    ),
)  # fmt: skip
"""All of them."""
