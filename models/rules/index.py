"""What to look at when something changed: all else is as it was.

Looked at, each with a due time of its own, are **followed** features, stepping values that bundles of rules
(`models.rules.bundle`) or profiles read, and after them **single** rules: those with a course, a memory or a shortest
stay.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from models.features import FEATURES, Step
from models.rules.bundle import bundles
from models.rules.rule import Rule, RuleSet

WATCHED: Final[tuple[Step, ...]] = tuple(
    feature
    for feature in FEATURES
    if isinstance(feature, Step)
    and feature.id in {"activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen"}
)
"""Stepping values of the profile that are looked at when due though no rule may read them. ``r_days`` is not among
them: it would wake every buyer every midnight."""


class Picks(NamedTuple):
    """Numbers of followed features, and of single rules in the order of the file."""

    features: tuple[int, ...]
    singles: tuple[int, ...]


class RuleIndex:
    """What is looked at, by number, and what each change asks to look at."""

    __slots__ = (
        "_families",
        "_reading",
        "bundles",
        "everything",
        "followed",
        "names",
        "resets",
        "rules",
        "singles",
    )

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self.names = {rule.tag: rule.name for rule in rules.rules}
        self.resets = [rule.resets for rule in rules.rules]
        found = bundles(rules.rules)
        bundled = {number for bundle in found for number, _ in bundle.rules}
        owner = {feature.id: bundle for bundle in found for feature in bundle.features}
        self.followed = tuple(
            one for one in FEATURES if isinstance(one, Step) and (one in WATCHED or one.id in owner)
        )
        self.bundles = tuple(owner.get(feature.id) for feature in self.followed)
        """Bundle that reads each followed feature, if any."""
        self.singles = tuple(number for number in range(len(self.rules)) if number not in bundled)
        """Number among all rules of each single rule."""
        self.everything = Picks(tuple(range(len(self.followed))), tuple(range(len(self.singles))))
        self._families = _families(self.rules, self.singles)
        self._reading: dict[int, tuple[Picks, tuple[str, ...]]] = {}

    def __len__(self) -> int:
        """Number of due times."""
        return len(self.followed) + len(self.singles)

    def reading(self, changed: int) -> tuple[Picks, tuple[str, ...]]:
        """What reads any of the bits ``changed``, and the stepping features that do but are not followed."""
        found = self._reading.get(changed)
        if found is None:
            features = (number for number, one in enumerate(self.followed) if one.reads & changed)
            singles = (at for at, number in enumerate(self.singles) if self.rules[number].reads & changed)
            followed = {one.id for one in self.followed}
            stale = (one.id for one in FEATURES if isinstance(one, Step) and one.reads & changed)
            picks = Picks(tuple(features), self._with_families(singles))
            found = self._reading[changed] = (picks, tuple(name for name in stale if name not in followed))
        return found

    def due(self, dues: list[int], at: int, picks: Picks) -> Picks:
        """``picks`` and what is due at ``at``."""
        numbers = [number for number, due in enumerate(dues) if due <= at]
        split = len(self.followed)
        features = {number for number in numbers if number < split}
        singles = {number - split for number in numbers if number >= split}
        return Picks(
            tuple(features.union(picks.features)),
            self._with_families(singles.union(picks.singles)) if singles else picks.singles,
        )

    def _with_families(self, singles: Iterable[int]) -> tuple[int, ...]:
        """These, and all others of their families, in order: of a family only the whole can be judged."""
        wanted = set(singles)
        for number in tuple(wanted):
            wanted.update(self._families.get(number, ()))
        return tuple(sorted(wanted))


def _families(rules: tuple[Rule, ...], singles: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Place of each single rule of a family -> places of the whole family."""
    by_name: dict[str, list[int]] = {}
    for at, number in enumerate(singles):
        family = rules[number].family
        if family is not None:
            by_name.setdefault(family, []).append(at)
    return {at: tuple(family) for family in by_name.values() for at in family}
