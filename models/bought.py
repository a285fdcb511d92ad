"""Features of orders: how large, how far apart, and what lies in the cart instead."""

from typing import Final

from models import carts, changes, courses, purchases, rfm, stored
from models.calendar import DAY_MS
from models.crossing import NEVER
from models.feature import Course, Feature, Step
from models.frame import Frame
from models.state import MemberState
from models.work import Value

GAP_DAYS: Final = 180
"""M08: local days without an order after which an order is a comeback."""

_GAP_LEAST_MS: Final = (GAP_DAYS - 3) * DAY_MS
"""Two times that are no further apart are fewer local days apart, whatever clocks and
calendars did; so no days need be looked up."""


def _average(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    if not state.orders:
        return None, NEVER
    found = purchases.kept_up(state, frame)
    return (found.fen // len(found.all) if found.all else None), NEVER


def _largest(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    return max((one.fen for one in purchases.of(state, frame)), default=None), NEVER


def _lifetime(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    lately, until = rfm.money(state, now, frame.params.rfm_days, frame)
    return stored.revenue(state) + lately, until


def _comeback_day(state: MemberState, frame: Frame) -> int | None:
    """Local day of the last order that came so long after the one before it."""
    if not state.orders:
        return None
    times = state.book().times
    for early, late in zip(times[-2::-1], times[:0:-1], strict=False):
        if late - early > _GAP_LEAST_MS:
            day = frame.day(late)
            if day - frame.day(early) >= GAP_DAYS:
                return day
    return None


BOUGHT: Final[tuple[Feature, ...]] = (
    Step(
        id="avg_order_fen", zh="客单价", en="money of an average net order", unit="fen", source="T52",
        reads=changes.ORDERS, look=_average,
    ),
    Step(
        id="max_order_fen", zh="最大单笔", en="money of the largest net order", unit="fen", source="M05",
        reads=changes.ORDERS, look=_largest,
    ),
    Step(
        id="ltv_fen", zh="长期价值", en="money so far, and as much again for the year ahead as in the last 365 days", unit="fen",
        source="M51", reads=changes.ORDERS, look=_lifetime,
    ),
    Course(
        id="comeback_days", zh="回归消费天数", en="days since an order that came after half a year without", unit="days",
        source="M08", reads=changes.ORDERS, rises=True,
        value=courses.days_since(_comeback_day), turns=courses.days_turn(_comeback_day),
    ),
    Step(
        id="undecided", zh="是否加购未购", en="whether more lies in the cart than was bought", unit="yes or no",
        source="T32", sort="flag", reads=changes.CARTS, look=carts.undecided,
    ),
)  # fmt: skip
"""All of them."""
