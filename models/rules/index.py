"""What to look at when something changed: all else is as it was.

A rule is **plain** if only stepping values decide it: it remembers nothing and has no shortest stay, so it is looked at
when one of its values passes one of the thresholds, and not before. A **timed** rule, one with a course, a memory or a
shortest stay, is also looked at when an event changed something that it reads, and at its own due time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from models.features import FEATURES, Step
from models.rules.rule import Rule, RuleSet
from models.work import Value

WATCHED: Final = frozenset({"activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen"})
"""Stepping values of the profile that are looked at when due though no rule may read them. ``r_days`` is not among
them: it would wake every buyer every midnight."""

Numbers = tuple[int, ...]
"""Rules by their place in the file, in its order."""


class Followed:
    """A stepping feature that rules or profiles read, and the rules that hang on it."""

    __slots__ = ("_cuts", "_readers", "id", "look", "reads")

    def __init__(self, feature: Step, readers: Numbers, thresholds: Iterable[Any]) -> None:
        """`thresholds` are the numbers that the rules compare it with, if it is a number."""
        self.id = feature.id
        self.look = feature.look
        self.reads = feature.reads
        self._readers = readers
        self._cuts = sorted(set(thresholds))

    def concerned(self, was: Value, value: Value) -> Numbers:
        """Rules that may decide otherwise now that its value is another: none if it passed no threshold."""
        if self._cuts and was is not None and value is not None and self._place(was) == self._place(value):
            return ()
        return self._readers

    def _place(self, value: Any) -> int:
        """Twice the number of thresholds below it, and one more if it is at one."""
        return bisect_left(self._cuts, value) + bisect_right(self._cuts, value)


class Plan(NamedTuple):
    """What to look at."""

    features: tuple[Followed, ...]
    rules: Numbers


class RuleIndex:
    """Which features and rules each change asks to look at."""

    __slots__ = ("_families", "_followed", "_plans", "everything", "names", "resets", "rules", "timed")

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self.names = {rule.tag: rule.name for rule in rules.rules}
        self.resets = [rule.resets for rule in rules.rules]
        self.timed = {
            number: reduce(or_, (feature.reads for feature in rule.features), 0)
            for number, rule in enumerate(rules.rules)
            if rule.timed
        }
        """Timed rules, and the bits of `models.changes` that each reads."""
        self._families = _families(rules.rules)
        self._followed = {followed.id: followed for followed in self._follow()}
        self.everything = Plan(tuple(self._followed.values()), tuple(range(len(self.rules))))
        self._plans: dict[int, Plan] = {}

    def reading(self, changed: int) -> Plan:
        """What reads any of the bits ``changed``."""
        plan = self._plans.get(changed)
        if plan is None:
            features = tuple(one for one in self._followed.values() if one.reads & changed)
            rules = (number for number, reads in self.timed.items() if reads & changed)
            plan = self._plans[changed] = Plan(features, self.whole(rules))
        return plan

    def due(self, dues: Mapping[str | int, int], at: int, plan: Plan) -> Plan:
        """``plan`` and what is due at ``at``."""
        keys = [key for key, due in dues.items() if due <= at]
        features = {self._followed[key] for key in keys if isinstance(key, str)}
        rules = [key for key in keys if isinstance(key, int)]
        return Plan(tuple(features.union(plan.features)), self.whole((*rules, *plan.rules)))

    def whole(self, numbers: Iterable[int]) -> Numbers:
        """These rules and all others of their families: of a family only the whole can be judged."""
        wanted = set(numbers)
        for number in tuple(wanted):
            wanted.update(self._families.get(number, ()))
        return tuple(sorted(wanted))

    def _follow(self) -> Iterator[Followed]:
        for feature in FEATURES:
            if not isinstance(feature, Step):
                continue
            readers = [number for number, rule in enumerate(self.rules) if feature in rule.features]
            if readers or feature.id in WATCHED:
                cuts = _cuts(feature, self.rules) if feature.sort == "number" else ()
                yield Followed(feature, self.whole(readers), cuts)


def _cuts(feature: Step, rules: tuple[Rule, ...]) -> Iterator[Any]:
    """Numbers that the rules compare a feature with."""
    for one in (one for rule in rules for one in rule.comparisons if one.feature is feature):
        yield from one.threshold if isinstance(one.threshold, tuple) else (one.threshold,)


def _families(rules: tuple[Rule, ...]) -> dict[int, Numbers]:
    """Each rule of a family -> the whole family."""
    by_name: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        if rule.family is not None:
            by_name.setdefault(rule.family, []).append(number)
    return {number: tuple(family) for family in by_name.values() for number in family}
