"""What is left of a member's stored value (P20), and for how long it has not moved."""

from typing import Final

from models import changes, courses
from models.crossing import NEVER
from models.feature import Course, Feature, Step
from models.frame import Frame
from models.state import MemberState
from models.stored import moves
from models.work import Value


def _balance(state: MemberState) -> int:
    return sum(loads - draws for _, loads, draws in moves(state)) if state.stored else 0


def _left(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    return _balance(state), NEVER


def _loaded(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    return sum(loads for _, loads, _ in moves(state)), NEVER


def _spent(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    return sum(draws for _, _, draws in moves(state)), NEVER


def _moved_day(state: MemberState, frame: Frame) -> int | None:
    """Local day of the latest order that loaded or drew, while something is left."""
    if not state.stored or _balance(state) <= 0:
        return None
    return frame.day(max(at for at, _, _ in moves(state)))


BALANCE: Final[tuple[Feature, ...]] = (
    Step(
        id="stored_fen", zh="储值余额", en="stored value left; below 0 for one who spends what another loaded", unit="fen",
        source="P20", reads=changes.ORDERS, look=_left,
    ),
    Step(
        id="stored_loaded_fen", zh="储值充值额", en="face value of the cards bought", unit="fen", source="P20",
        reads=changes.ORDERS, look=_loaded,
    ),
    Step(
        id="stored_spent_fen", zh="储值支付额", en="paid from stored value", unit="fen", source="P20",
        reads=changes.ORDERS, look=_spent,
    ),
    Course(
        id="stored_idle_days", zh="储值未动天数", en="days since stored value was loaded or spent, while some is left",
        unit="days", source="P20", reads=changes.ORDERS, rises=True,
        value=courses.days_since(_moved_day), turns=courses.days_turn(_moved_day),
    ),
)  # fmt: skip
"""All of them."""
