"""Conditions over features: whether one holds now, and when time alone may change that.

The second answer is the earliest flip of any comparison in it, held true or not. It may be too early for the whole
condition (it is then looked at, and found the same), never too late, and it does not depend on when one asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any, Final

from models.crossing import NEVER, first_true
from models.features import Course, Feature, Step
from models.lens import Lens
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
    """A stepping feature against a threshold. One with nothing to tell meets none: unknown is not zero."""

    __slots__ = ("_label", "_words", "feature", "op", "test", "threshold")

    def __init__(self, feature: Step, op: str, threshold: Threshold) -> None:
        self.feature = feature
        self.op = op
        self.test = COMPARISONS[op]
        self.threshold = threshold
        self._label = f"{feature.id} {op}"
        self._words = "|".join(map(str, threshold)) if isinstance(threshold, tuple) else threshold

    def look(self, lens: Lens) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        value, until = lens.step(self.feature)
        return value is not None and self.test(value, self.threshold), until

    def tell(self, lens: Lens, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self.feature.id] = lens.step(self.feature)[0]
        into[self._label] = self._words

    def features(self) -> frozenset[Feature]:
        """Features that it reads."""
        return frozenset((self.feature,))


class CompareCourse:
    """A moving feature against a number. One with nothing to tell meets none: unknown is not zero."""

    __slots__ = ("_after", "_at", "feature", "op", "test", "threshold", "_high")

    def __init__(self, feature: Course, op: str, threshold: float) -> None:
        self.feature = feature
        self.op = op
        self.test = COMPARISONS[op]
        self.threshold = threshold
        self._high = op in ("at_least", "above")
        self._after = self._high is feature.rises
        """Whether it holds once the feature is past the threshold."""
        self._at = (op in ("at_least", "at_most")) is self._after
        """Whether at the threshold is past it."""

    def look(self, lens: Lens) -> tuple[bool, int]:
        """Whether it holds, and the exact ms at which time alone ends that."""
        turns = self.feature.turns
        if turns is None or lens.state.first is None:
            return self._follow(lens)
        turn = turns(lens.state, self.threshold, self._at, lens.frame)
        if turn is None:
            return False, NEVER
        return (self._after, NEVER) if lens.now >= turn else (not self._after, turn)

    def _follow(self, lens: Lens) -> tuple[bool, int]:
        """The same for a feature that cannot tell at once, or of a member who was never seen."""
        feature, test, threshold = self.feature, self.test, self.threshold
        state, now, frame = lens.state, lens.now, lens.frame
        value = feature.value
        number = value(state, now, frame)
        if number is None:
            return False, NEVER
        holds = test(number, threshold)
        is_high = holds is self._high
        if is_high is feature.rises:
            return holds, NEVER
        guess = feature.crosses(state, now, threshold, frame)
        return holds, first_true(lambda at: test(value(state, at, frame), threshold) is not holds, guess, now)

    def tell(self, lens: Lens, into: dict[str, Value]) -> None:
        """Write down value and threshold."""
        into[self.feature.id] = self.feature.value(lens.state, lens.now, lens.frame)
        into[f"{self.feature.id} {self.op}"] = self.threshold

    def features(self) -> frozenset[Feature]:
        """Features that it reads."""
        return frozenset((self.feature,))


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...]

    def look(self, lens: Lens) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        holds, until = True, NEVER
        for part in self.parts:
            one, its_until = part.look(lens)
            if not one:
                holds = False
            until = min(until, its_until)
        return holds, until

    def tell(self, lens: Lens, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of all parts."""
        for part in self.parts:
            part.tell(lens, into)

    def features(self) -> frozenset[Feature]:
        """Features that it reads."""
        return frozenset().union(*(part.features() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Either:
    """Some part holds."""

    parts: tuple["Condition", ...]

    def look(self, lens: Lens) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        holds, until = False, NEVER
        for part in self.parts:
            one, its_until = part.look(lens)
            if one:
                holds = True
            until = min(until, its_until)
        return holds, until

    def tell(self, lens: Lens, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of all parts."""
        for part in self.parts:
            part.tell(lens, into)

    def features(self) -> frozenset[Feature]:
        """Features that it reads."""
        return frozenset().union(*(part.features() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"

    def look(self, lens: Lens) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        holds, until = self.part.look(lens)
        return not holds, until

    def tell(self, lens: Lens, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of the part."""
        self.part.tell(lens, into)

    def features(self) -> frozenset[Feature]:
        """Features that it reads."""
        return self.part.features()


Condition = CompareStep | CompareCourse | All | Either | Not
