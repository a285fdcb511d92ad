"""What a member's orders bring in, less what the goods and their red packets cost (M16).

What coupons and points took off was never paid, so it is off already. Of an order of which something was refunded the goods
count as gone back in the same proportion. Orders of which the events tell no cost are left out, whole.
"""

from typing import Final

from models import changes
from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import SUMS
from models.purchases import COSTED
from models.state import MemberState
from models.work import Value

_RED_PACKETS: Final = SUMS["red_packet_fen"]


def _margin(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Margin within the window of the money (M03); nothing where no order in it tells its cost."""
    days = frame.params.rfm_days
    since, oldest, fen = frame.back(now, days), NEVER, 0
    for order in state.orders.values():
        at = order.booked_at
        if order.flags & COSTED and at >= since:
            left = order.left
            fen += left - order.cost * left // order.paid if left > 0 else left
            oldest = min(oldest, at)
    if oldest == NEVER:
        return None, NEVER
    given, until = _given(state, now, days, frame)
    return fen - given, min(until, frame.after(oldest, days))


def _given(state: MemberState, now: int, days: int, frame: Frame) -> tuple[int, int]:
    """Red packets claimed within the window, fen, and when the oldest of them leaves it."""
    tally = state.tallies.get("red_packet_fen")
    today = frame.day(now)
    within = [] if tally is None else [day for day in tally.days if today - days <= day <= today]
    if tally is None or not within:
        return 0, NEVER
    return sum(tally.days[day] for day in within), frame.calendar.start(min(within) + days + 1)


MARGIN: Final = Step(
    id="margin_fen", zh="近一年毛利", en="margin of the orders within 365 days that tell their cost, less red packets",
    unit="fen", source="M16", reads=changes.ORDERS | _RED_PACKETS.bit, look=_margin,
)  # fmt: skip
"""What a member brings in."""
