"""Which rules to look at when something changed: all others are as they were."""

from collections.abc import Iterable
from typing import Final

from models.features import FEATURES, Step
from models.rules.rule import Rule, RuleSet

WATCHED: Final[tuple[Step, ...]] = tuple(
    feature
    for feature in FEATURES
    if isinstance(feature, Step)
    and feature.id in {"activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen"}
)
"""Stepping values of the profile that are looked at when due though no rule may read them. ``r_days`` is not among
them: it would wake every buyer every midnight."""


class RuleIndex:
    """Rules by number, in the order of the file, followed by the watched features."""

    __slots__ = ("_families", "_reads", "_reading", "names", "resets", "rules", "watched")

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self.watched = WATCHED
        self.names = {rule.tag: rule.name for rule in rules.rules}
        self.resets = [rule.resets for rule in rules.rules]
        self._families = _families(rules.rules)
        self._reads = [rule.reads for rule in rules.rules] + [feature.reads for feature in WATCHED]
        self._reading: dict[int, tuple[tuple[int, ...], tuple[str, ...]]] = {}

    def __len__(self) -> int:
        return len(self._reads)

    def reading(self, changed: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Numbers that read any of the bits ``changed``, and the stepping features that do."""
        found = self._reading.get(changed)
        if found is None:
            numbers = {number for number, reads in enumerate(self._reads) if reads & changed}
            stale = (one.id for one in FEATURES if isinstance(one, Step) and one.reads & changed)
            found = self._reading[changed] = (tuple(self.with_families(numbers)), tuple(stale))
        return found

    def with_families(self, numbers: Iterable[int]) -> list[int]:
        """These, and all others of their families, in order: of a family only the whole can be judged."""
        wanted = set(numbers)
        for number in tuple(wanted):
            wanted.update(self._families.get(number, ()))
        return sorted(wanted)


def _families(rules: tuple[Rule, ...]) -> dict[int, tuple[int, ...]]:
    """Number of each rule of a family -> numbers of the whole family."""
    by_name: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        if rule.family is not None:
            by_name.setdefault(rule.family, []).append(number)
    return {number: tuple(family) for family in by_name.values() for number in family}
