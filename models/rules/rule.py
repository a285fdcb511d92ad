"""A tag's rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.earning import NO_RULES, Earning
from models.features import Course, Feature
from models.levels import NO_LEVELS, Levels
from models.rules.condition import CompareStep, Comparison, Condition, tags_of
from models.rules.cut import Cut
from models.rules.name import Name
from models.rules.viewed import ViewTag

__all__ = ["Name", "Rule", "RuleSet"]


@dataclass(frozen=True, slots=True)
class Alerting:
    """That somebody is told when a tag enters, and when it leaves."""

    severity: str
    words: Name | None = None
    """What is told of the member; the tag's name if nothing is said."""
    again: frozenset[str] = frozenset()
    """Types of events that tell it again while it lasts."""


SEVERITIES: Final = ("info", "warning", "critical")


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
    grace: int = 0
    """It leaves only when it ought to for so long without a break, ms."""
    live: int = 0
    """It leaves at the latest so many ms after it entered, and enters again only once ``enter`` ceased to hold; 0 is never."""
    alert: Alerting | None = None
    """What is told of it to the receivers of alerts, if anything (`models.alerting`)."""
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
        alone = self.leave is None and not (self.stay or self.grace or self.live)
        return self.enter if alone and isinstance(self.enter, CompareStep) else None

    @property
    def tags(self) -> frozenset[str]:
        """Other tags that it reads."""
        return tags_of(self.enter) | (frozenset() if self.leave is None else tags_of(self.leave))

    @property
    def timed(self) -> bool:
        """Whether more than stepping values by name decide it: a course, a window, a memory or a time of its own."""
        if self.leave is not None or self.stay or self.grace or self.live:
            return True
        return not all(isinstance(one, CompareStep) for one in self.comparisons)

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
    layers: tuple[int, ...] = ()
    """In which turn each is judged (`models.rules.layers`); all at once if empty."""
    cuts: tuple[Cut, ...] = ()
    """Thresholds that are measured anew from time to time."""
    earning: Earning = NO_RULES
    """What earns points."""
    levels: Levels = NO_LEVELS
    vip_groups: tuple[str, ...] = ()
    """Ids of the groups whose members are VIP (T66)."""
    views: tuple[ViewTag, ...] = ()
    """Tags that ask a view of the store; no state of a member decides them."""

    @property
    def names(self) -> dict[str, Name]:
        """Names of all tags."""
        return {rule.tag: rule.name for rule in self.rules} | {one.tag: one.name for one in self.views}
