"""Conditions over features: whether one holds now, and when time alone may change that.

The second answer is the earliest flip of any comparison in it, held true or not. It may be too early for the whole
condition (it is then looked at, and found the same), never too late, and it does not depend on when one asks.
"""

from dataclasses import dataclass

from models.crossing import NEVER
from models.frame import Frame
from models.rules.comparing import (
    COMPARISONS,
    ORDERED,
    CompareCourse,
    CompareStep,
    CompareWindow,
    Comparison,
    Threshold,
)
from models.rules.membership import Tagged, Treated
from models.state import MemberState
from models.work import Value

__all__ = [
    "COMPARISONS",
    "ORDERED",
    "All",
    "CompareCourse",
    "CompareStep",
    "CompareWindow",
    "Comparison",
    "Condition",
    "Either",
    "Not",
    "Some",
    "Tagged",
    "Threshold",
    "Treated",
    "tags_of",
]


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

    def comparisons(self) -> tuple[Comparison, ...]:
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

    def comparisons(self) -> tuple[Comparison, ...]:
        """All comparisons in it."""
        return tuple(one for part in self.parts for one in part.comparisons())


@dataclass(frozen=True, slots=True)
class Some:
    """At least so many parts hold."""

    least: int
    parts: tuple["Condition", ...]

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds, and when that may change."""
        count, until = 0, NEVER
        for part in self.parts:
            one, its_until = part.look(state, now, frame)
            count += one
            until = min(until, its_until)
        return count >= self.least, until

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down the values and thresholds of all parts."""
        for part in self.parts:
            part.tell(state, now, frame, into)

    def comparisons(self) -> tuple[Comparison, ...]:
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

    def comparisons(self) -> tuple[Comparison, ...]:
        """All comparisons in it."""
        return self.part.comparisons()


Condition = CompareStep | CompareCourse | CompareWindow | Tagged | Treated | All | Either | Some | Not


def tags_of(condition: Condition) -> frozenset[str]:
    """Other tags that a condition reads."""
    if isinstance(condition, Tagged):
        return frozenset({condition.tag})
    if isinstance(condition, Not):
        return tags_of(condition.part)
    if isinstance(condition, All | Either | Some):
        return frozenset[str]().union(*(tags_of(part) for part in condition.parts))
    return frozenset()
