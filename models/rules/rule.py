"""A tag's rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.features import Course, Feature
from models.rules.condition import CompareStep, Comparison, Condition


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What grants a tag and what takes it away.

    The tag enters when ``enter`` holds. It leaves when ``leave`` holds and ``enter`` does not, once it has been held
    for ``stay`` ms; without ``leave``, when ``enter`` does not hold.
    """

    tag: str
    name: Name
    kind: str
    """Class of the tag, such as ``lifecycle``; for people to sort by."""
    parent: str | None
    """Tag that it is shown under (T04); a parent is only a name."""
    family: str | None
    """Of the rules of a family at most one holds: the first in the file that would."""
    enter: Condition
    leave: Condition | None
    stay: int
    """Shortest stay, ms."""
    source: str
    """Row of the catalogue."""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All that it compares, on entering and on leaving."""
        return self.enter.comparisons() + (() if self.leave is None else self.leave.comparisons())

    @property
    def features(self) -> frozenset[Feature]:
        """Features that it reads."""
        return frozenset(one.feature for one in self.comparisons)

    @property
    def test(self) -> CompareStep | None:
        """The one comparison with a stepping value that decides it by itself, if one does."""
        alone = self.leave is None and not self.stay
        return self.enter if alone and isinstance(self.enter, CompareStep) else None

    @property
    def timed(self) -> bool:
        """Whether more than stepping values decide it: a course, a memory or a shortest stay."""
        if self.leave is not None or self.stay:
            return True
        return any(isinstance(feature, Course) for feature in self.features)

    @property
    def resets(self) -> bool:
        """Whether it remembers (has a leave threshold) and reads only courses that an own act resets."""
        if self.leave is None:
            return False
        return all(isinstance(feature, Course) and feature.resets for feature in self.features)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one file, in its order."""

    version: int
    parents: Mapping[str, Name]
    rules: tuple[Rule, ...]
