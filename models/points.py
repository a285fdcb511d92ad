"""The balance of points (T55): what was granted less what was spent, on whatever."""

from typing import Final

from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import SUMS
from models.state import MemberState
from models.work import Value


def _ever(state: MemberState, name: str) -> int:
    tally = state.tallies.get(name)
    return 0 if tally is None else tally.total


def balance(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Points left, as far as events tell: a source that lets points expire says so by a negative grant."""
    return _ever(state, "points_earned") - _ever(state, "points_spent") - _ever(state, "points_used"), NEVER


BALANCE: Final = Step(
    id="points_balance", zh="积分余额", en="points left", unit="points", source="T55",
    reads=SUMS["points_earned"].bit | SUMS["points_spent"].bit | SUMS["points_used"].bit, look=balance,
)  # fmt: skip
