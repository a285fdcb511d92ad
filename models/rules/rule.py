"""A tag's rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from models.features import Course
from models.rules.condition import Condition


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
    def reads(self) -> int:
        """Bits of `models.changes` after which it must be judged anew."""
        conditions = [self.enter] if self.leave is None else [self.enter, self.leave]
        return reduce(or_, (feature.reads for one in conditions for feature in one.features()), 0)

    @property
    def resets(self) -> bool:
        """Whether it remembers (has a leave threshold) and reads only courses that an own act resets."""
        if self.leave is None:
            return False
        features = self.enter.features() | self.leave.features()
        return all(isinstance(feature, Course) and feature.resets for feature in features)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one file, in its order."""

    version: int
    parents: Mapping[str, Name]
    rules: tuple[Rule, ...]
