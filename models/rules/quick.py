"""Conditions over what is followed: whether one holds, read off the member's present values with no other work.

When that may change is known of each followed feature by itself (`models.rules.followed`), so it is not asked here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from models.frame import Frame
from models.rules.comparing import Comparison
from models.rules.condition import All, Condition, Either, Not, Some
from models.rules.membership import Tagged, Treated
from models.state import MemberState

Asks = Callable[[Any], bool]
"""What a comparison asks of the value that is followed."""

Placed = Mapping[Comparison, tuple[int, Asks]]
"""Of each comparison the slot of its feature, and what it asks of the value there."""

Holds = Callable[[MemberState, Frame], bool]


def quick(condition: Condition, placed: Placed) -> Holds:
    """Whether a condition holds now, as a closure."""
    if isinstance(condition, Tagged | Treated):
        look = condition.look
        return lambda state, frame: look(state, 0, frame)[0]
    if isinstance(condition, Not):
        part = quick(condition.part, placed)
        return lambda state, frame: not part(state, frame)
    if isinstance(condition, All | Either | Some):
        parts = tuple(quick(one, placed) for one in condition.parts)
        least = {All: len(parts), Either: 1}.get(type(condition)) or condition.least  # type: ignore[union-attr]
        return _at_least(parts, least)
    slot, asks = placed[condition]
    return lambda state, frame: asks(state.work.values[slot])


def _at_least(parts: tuple[Holds, ...], least: int) -> Holds:
    if least == 1:

        def some_holds(state: MemberState, frame: Frame) -> bool:
            for part in parts:  # noqa: SIM110 - a generator costs more
                if part(state, frame):
                    return True
            return False

        return some_holds
    if least == len(parts):

        def all_hold(state: MemberState, frame: Frame) -> bool:
            for part in parts:  # noqa: SIM110 - a generator costs more
                if not part(state, frame):
                    return False
            return True

        return all_hold
    return lambda state, frame: sum(part(state, frame) for part in parts) >= least
