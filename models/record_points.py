"""What check-ins that grant or take points count for (P01, P10-P14)."""

from typing import Final

from models.calendar import day_number
from models.counting import total
from models.ledger import TOLD
from models.measures import KEPT_DAYS_POINTS
from models.state import MemberState
from models.tally import MOST, add_word
from schemas.times import to_ms
from schemas.view import Event

_FOR: Final = {"coupon": "points_for_coupons", "card": "points_for_cards"}
"""Kind of what points were spent on -> the sum that it goes into (P12, P13)."""

_ENDS: Final = KEPT_DAYS_POINTS
"""Times of expiry that are kept of a member at most: one a day. Beyond it the earliest is let go, and its lots hold as others
do."""


def points(state: MemberState, event: Event, day: int) -> int:
    """Take in the points of a check-in; what waits for its audit, or failed it, brings none (P07)."""
    delta = event.points_delta
    if not delta or event.audit_state in ("pending", "rejected"):
        return 0
    if delta > 0:
        _granted(state, event, day, delta)
        return total(state, "points_earned", day, delta)
    bits = total(state, "points_spent", day, -delta)
    name = _FOR.get(event.reward.type or "") if event.type == "redeem" and event.reward is not None else None
    return bits if name is None else bits | total(state, name, day, -delta)


def _granted(state: MemberState, event: Event, day: int, points: int) -> None:
    counts_on = day_number(event.local_day) if event.type == "signin" and event.local_day else day
    add_word(state.keyed, TOLD, event.type, counts_on, KEPT_DAYS_POINTS)
    if event.points_expire_ts is None:
        return
    of_days = state.ending.setdefault(to_ms(event.points_expire_ts), {})
    of_days[day] = min(of_days.get(day, 0) + points, MOST)
    if len(state.ending) > _ENDS:
        del state.ending[min(state.ending)]
