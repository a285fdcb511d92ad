"""Luckiest claims of red packets that a payment of the same local day goes free by (A12)."""

from typing import Final

from models.frame import Frame
from models.measures import COUNTS
from models.state import MemberState
from models.within import Days, within

WINDOW_DAYS: Final = 30


def _days(state: MemberState, frame: Frame) -> Days:
    """One payment for each luckiest claim, by local day."""
    lucky, paid = state.tallies.get("luckiest"), state.tallies.get("paid")
    if lucky is None or paid is None:
        return {}
    return {day: min(count, paid.days[day]) for day, count in lucky.days.items() if day in paid.days}


LUCKY: Final = within(
    "lucky_orders", "手气最佳当日付款", "payments on the day of a luckiest claim, one for each, in 30 days", "orders", "A12",
    COUNTS["luckiest"].bit | COUNTS["paid"].bit, WINDOW_DAYS, _days,
)  # fmt: skip
"""Orders that are to go free."""
