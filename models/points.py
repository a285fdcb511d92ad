"""The balance of points (T55): what was granted less what was spent, on whatever."""

from functools import reduce
from operator import or_
from typing import Final

from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import SUMS
from models.state import MemberState
from models.tally import lifetime
from models.work import Value

_PARTS: Final = ("points_earned", "points_spent", "points_used")


def balance(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Points left, as far as events tell: a source that lets points expire says so by a negative grant."""
    earned, spent, used = (lifetime(state.tallies, name) for name in _PARTS)
    return earned - spent - used, NEVER


BALANCE: Final = Step(
    id="points_balance", zh="积分余额", en="points left", unit="points", source="T55",
    reads=reduce(or_, (SUMS[name].bit for name in _PARTS)), look=balance,
)  # fmt: skip
