"""Conditions over features: whether one holds now, and when time alone may change that.

The second answer is the earliest flip of any comparison in it, held true or not. It may be too early for the whole
condition (it is then looked at, and found the same), never too late, and it does not depend on when one asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {"at_least": ge, "above": gt, "at_most": le, "below": lt}
)
"""Comparisons of numbers."""

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {**ORDERED, "is": eq, "in": _among}
)
"""All comparisons; ``is`` and ``in`` are for what does not move all the time."""


class CompareStep:
    """A stepping feature against a threshold. One with nothing to tell meets none: unknown is not zero.

    It reads the member's `models.work.Work`, which holds the value as of now.
    """

    __slots__ = ("_id", "_label", "_slot", "_words", "feature", "op", "test", "threshold")

    def __init__(self, feature: Step, op: str, threshold: Threshold) -> None:
        self.feature = feature
        self.op = op
        self.test = COMPARISONS[op]
        self.threshold = threshold
        self._id = feature.id
        self._slot = SLOTS[feature.id]
        self._label = f"{feature.id} {op}"
        self._words = "|".join(map(str, threshold)) if isinstance(threshold, tuple) else threshold

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        work, slot = state.work, self._slot
        value = work.values[slot]
        return value is not None and self.test(value, self.threshold), work.dues[slot]

    def holds(self, value: Value) -> bool:
        """Whether it holds of a value."""
        return value is not None and self.test(value, self.threshold)

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self._id] = state.work.values[self._slot]
        into[self._label] = self._words

    def comparisons(self) -> tuple["Comparison", ...]:
        """Itself."""
        return (self,)


class CompareCourse:
    """A moving feature against a number. One with nothing to tell meets none: unknown is not zero."""

    __slots__ = ("_after", "_at", "_before", "_turns", "feature", "op", "threshold")

    def __init__(self, feature: Course, op: str, threshold: float) -> None:
        self.feature = feature
        self.op = op
        self.threshold = threshold
        self._turns = feature.turns
        self._after = (op in ("at_least", "above")) is feature.rises
        """Whether it holds once the feature is past the threshold."""
        self._before = not self._after
        self._at = (op in ("at_least", "at_most")) is self._after
        """Whether at the threshold is past it."""

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and the exact ms at which time alone ends that."""
        turn = self._turns(state, self.threshold, self._at, frame)
        if turn is None:
            return False, NEVER
        return (self._before, turn) if now < turn else (self._after, NEVER)

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self.feature.id] = self.feature.value(state, now, frame)
        into[f"{self.feature.id} {self.op}"] = self.threshold

    def comparisons(self) -> tuple["Comparison", ...]:
        """Itself."""
        return (self,)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...]

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        holds, until = True, NEVER
        for part in self.parts:
            one, its_until = part.look(state, now, frame)
            if not one:
                holds = False
            if its_until < until:  # noqa: PLR1730 - a call less
                until = its_until
        return holds, until

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of all parts."""
        for part in self.parts:
            part.tell(state, now, frame, into)

    def comparisons(self) -> tuple["Comparison", ...]:
        """All comparisons in it."""
        return tuple(one for part in self.parts for one in part.comparisons())


@dataclass(frozen=True, slots=True)
class Either:
    """Some part holds."""

    parts: tuple["Condition", ...]

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        holds, until = False, NEVER
        for part in self.parts:
            one, its_until = part.look(state, now, frame)
            if one:
                holds = True
            if its_until < until:  # noqa: PLR1730 - a call less
                until = its_until
        return holds, until

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of all parts."""
        for part in self.parts:
            part.tell(state, now, frame, into)

    def comparisons(self) -> tuple["Comparison", ...]:
        """All comparisons in it."""
        return tuple(one for part in self.parts for one in part.comparisons())


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        holds, until = self.part.look(state, now, frame)
        return not holds, until

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of the part."""
        self.part.tell(state, now, frame, into)

    def comparisons(self) -> tuple["Comparison", ...]:
        """All comparisons in it."""
        return self.part.comparisons()


Comparison = CompareStep | CompareCourse
Condition = CompareStep | CompareCourse | All | Either | Not
