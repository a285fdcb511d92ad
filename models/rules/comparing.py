"""Comparing a feature with a threshold: whether it holds now, and when time alone may change that."""

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any, Final

from models.crossing import NEVER
from models.features import SLOTS, Course, Step
from models.frame import Frame
from models.state import MemberState
from models.work import Value

Threshold = float | int | str | bool | tuple[float | int | str | bool, ...]


def _among(value: Any, words: Any) -> bool:
    return value in words


def _is_known(value: Any, wanted: Any) -> bool:
    return (value is not None) is wanted


ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {"at_least": ge, "above": gt, "at_most": le, "below": lt}
)
"""Comparisons of numbers."""

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {**ORDERED, "is": eq, "in": _among, "known": _is_known}
)
"""All comparisons; the last three are for what does not move all the time."""


Look = Callable[[MemberState, int, Frame], tuple[bool, int]]
"""Whether something holds of a member at a time, and when that may change."""


def _look_at_step(slot: int, test: Callable[[Any, Any], bool], threshold: Threshold) -> Look:
    def look(state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        work = state.work
        value = work.values[slot]
        return value is not None and test(value, threshold), work.dues.get(slot, NEVER)

    return look


def _look_at_course(
    turns: Callable[[MemberState, float, bool, Frame], int | None], threshold: float, at: bool, after: bool
) -> Look:
    """``at`` says whether at the threshold is past it, ``after`` whether it holds once the course is past the threshold."""
    before, past, unknown = not after, (after, NEVER), (False, NEVER)

    def look(state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        turn = turns(state, threshold, at, frame)
        if turn is None:
            return unknown
        return (before, turn) if now < turn else past

    return look


class CompareStep:
    """A stepping feature against a threshold. One with nothing to tell meets none: unknown is not zero.

    It reads the member's `models.work.Work`, which holds the value as of now.
    """

    __slots__ = ("_id", "_label", "_slot", "_words", "feature", "look", "op", "test", "threshold")

    look: Look
    """Whether it holds, and when that may change. A closure, since nothing is called more often."""

    def __init__(self, feature: Step, op: str, threshold: Threshold) -> None:
        self.feature = feature
        self.op = op
        self.test = COMPARISONS[op]
        self.threshold = threshold
        self._id = feature.id
        self._slot = SLOTS[feature.id]
        self._label = f"{feature.id} {op}"
        self._words = "|".join(map(str, threshold)) if isinstance(threshold, tuple) else threshold
        self.look = _look_at_step(self._slot, self.test, threshold)

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self._id] = state.work.values[self._slot]
        into[self._label] = self._words

    def comparisons(self) -> tuple["Comparison", ...]:
        """Itself."""
        return (self,)


class CompareCourse:
    """A moving feature against a number. One with nothing to tell meets none: unknown is not zero."""

    __slots__ = ("after", "at", "feature", "look", "op", "threshold")

    look: Look
    """Whether it holds, and the exact ms at which time alone ends that. A closure, since nothing is called more often."""

    def __init__(self, feature: Course, op: str, threshold: float) -> None:
        self.feature = feature
        self.op = op
        self.threshold = threshold
        self.after = (op in ("at_least", "above")) is feature.rises
        """Whether it holds once the course is past the threshold."""
        self.at = (op in ("at_least", "at_most")) is self.after
        """Whether at the threshold is past it."""
        self.look = _look_at_course(feature.turns, threshold, self.at, self.after)

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self.feature.id] = self.feature.value(state, now, frame)
        into[f"{self.feature.id} {self.op}"] = self.threshold

    def comparisons(self) -> tuple["Comparison", ...]:
        """Itself."""
        return (self,)


class CompareWindow:
    """A stepping feature that the rule itself describes, against a threshold; it is looked up for itself."""

    __slots__ = (
        "_idle",
        "_label",
        "_look",
        "_words",
        "feature",
        "more_than_nothing",
        "op",
        "test",
        "threshold",
    )

    def __init__(self, feature: Step, op: str, threshold: Threshold) -> None:
        self.feature = feature
        self.op = op
        self.test = COMPARISONS[op]
        self.threshold = threshold
        self._look = feature.look
        self.more_than_nothing = (
            op in ("at_least", "above") and isinstance(threshold, int | float) and threshold > 0
        )
        self._idle = feature.idle if self.more_than_nothing else None
        self._label = f"{feature.id} {op}"
        self._words = "|".join(map(str, threshold)) if isinstance(threshold, tuple) else threshold

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        if self._idle is not None and self._idle(state, frame):
            return False, NEVER
        value, until = self._look(state, now, frame)
        return value is not None and self.test(value, self.threshold), until

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self.feature.id] = self._look(state, now, frame)[0]
        into[self._label] = self._words

    def comparisons(self) -> tuple["Comparison", ...]:
        """Itself."""
        return (self,)


Comparison = CompareStep | CompareCourse | CompareWindow
