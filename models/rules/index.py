"""What to look at when something changed: all else is as it was.

A rule is looked at when a feature that it compares passes one of its thresholds, when another tag that it reads
changes, and, where it has a time of its own (shortest stay, grace, time to live), when that is over. One with two thresholds
is also looked at when an event changed something that it reads, and at its own due time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from models.feature import NOWHERE, Course, Feature
from models.features import STEPS
from models.rules.asked import Asked, follows
from models.rules.comparing import CompareStep, Comparison
from models.rules.followed import Followed, Numbers
from models.rules.quick import Placed
from models.rules.rule import Rule, RuleSet
from models.work import Value

WATCHED: Final = frozenset({"activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen"})
"""Stepping values of the profile that are looked at when due though no rule may read them. ``r_days`` is not among
them: it would wake every buyer every midnight."""

_MERGED: Final = 4096
"""Unions of rules kept; a full cache is emptied."""


class Plan(NamedTuple):
    """What to look at."""

    features: tuple[Followed, ...]
    rules: tuple[Asked, ...]


class RuleIndex:
    """Which features and rules each change asks to look at."""

    __slots__ = (
        "_families",
        "_followed",
        "_hanging",
        "_in_turns",
        "_merged",
        "_own_times",
        "_plans",
        "_alone",
        "_turns",
        "everything",
        "features",
        "judged",
        "names",
        "rules",
        "unknown",
    )

    def __init__(self, rules: RuleSet) -> None:
        self.names = rules.names
        self.judged = frozenset(rule.tag for rule in rules.rules)
        """Tags that a member's state decides."""
        self._followed = _follow(rules.rules)
        """By slot."""
        self.features = max(len(STEPS) - 1, *self._followed) + 1
        """Number of values of a member."""
        courses = {slot for slot, one in self._followed.items() if isinstance(one.feature, Course)}
        self.unknown: tuple[Value, ...] = tuple(
            NOWHERE if slot in courses else None for slot in range(self.features)
        )
        """Values of one of whom nothing is known, by slot."""
        timed = [
            number
            for number, rule in enumerate(rules.rules)
            if rule.stay or rule.grace or rule.live or not follows(rule)
        ]
        own = {number: self.features + place for place, number in enumerate(timed)}
        self._families = _families(rules.rules)
        turns = rules.layers or (0,) * len(rules.rules)
        placed: Placed = {
            one: (followed.slot, asks)
            for followed in self._followed.values()
            for one, asks in followed.asks()
        }
        self.rules = [
            Asked(
                number,
                rule,
                own.get(number),
                rule.family if number in self._families else None,
                turns[number],
                placed,
            )
            for number, rule in enumerate(rules.rules)
        ]
        self._turns = range(max(turns, default=0) + 1)
        self._in_turns: dict[tuple[Asked, ...], tuple[tuple[Asked, ...], ...]] = {}
        self._hanging = _hanging(rules.rules)
        """Tag -> the rules that read it."""
        self._own_times = timed
        """Rules with a due time of their own; its slot is behind those of the features."""
        self._alone = [asked for asked in self.rules if not follows(asked.rule)]
        self.everything = Plan(tuple(self._followed.values()), tuple(self.rules))
        self._plans: dict[int, Plan] = {}
        self._merged: dict[tuple[tuple[Asked, ...], Numbers], tuple[Asked, ...]] = {}

    def reading(self, changed: int) -> Plan:
        """What reads any of the bits ``changed``."""
        plan = self._plans.get(changed)
        if plan is None:
            features = tuple(one for one in self._followed.values() if one.reads & changed)
            alone = (asked.number for asked in self._alone if asked.reads & changed)
            plan = self._plans[changed] = Plan(features, self.whole(alone))
        return plan

    def due(self, dues: Mapping[int, int], at: int, plan: Plan) -> Plan:
        """``plan`` and what is due at ``at``."""
        slots = [slot for slot, due in dues.items() if due <= at]
        features = {self._followed[slot] for slot in slots if slot < self.features}
        rules = tuple(self._own_times[slot - self.features] for slot in slots if slot >= self.features)
        return Plan(tuple(features.union(plan.features)), self.merged(plan.rules, rules))

    def merged(self, rules: tuple[Asked, ...], numbers: Numbers) -> tuple[Asked, ...]:
        """``rules``, those ``numbers``, and all others of their families, in the order of the file."""
        found = self._merged.get((rules, numbers))
        if found is None:
            if len(self._merged) >= _MERGED:
                self._merged.clear()
            found = self._merged[rules, numbers] = self.whole((*numbers, *(asked.number for asked in rules)))
        return found

    def turns(self, rules: tuple[Asked, ...]) -> tuple[tuple[Asked, ...], ...]:
        """``rules`` by the turn in which they are judged."""
        if len(self._turns) == 1:
            return (rules,)
        found = self._in_turns.get(rules)
        if found is None:
            if len(self._in_turns) >= _MERGED:
                self._in_turns.clear()
            found = self._in_turns[rules] = tuple(self.of_turn(rules, turn) for turn in self._turns)
        return found

    def of_turn(self, rules: tuple[Asked, ...], turn: int) -> tuple[Asked, ...]:
        """Those of ``rules`` that are judged in a turn."""
        return tuple(asked for asked in rules if asked.turn == turn)

    def hanging_on(self, rules: tuple[Asked, ...], tags: Iterable[str]) -> tuple[Asked, ...]:
        """``rules`` and those that read any of the tags."""
        numbers = tuple(number for tag in tags for number in self._hanging.get(tag, ()))
        return self.merged(rules, numbers) if numbers else rules

    def whole(self, numbers: Iterable[int]) -> tuple[Asked, ...]:
        """These rules and all others of their families: of a family only the whole can be judged."""
        return tuple(self.rules[number] for number in _whole(numbers, self._families))


def _follow(rules: Sequence[Rule]) -> dict[int, Followed]:
    """Features by slot: the stepping ones that have a name keep theirs, the others come behind them."""
    readers: dict[Feature, dict[int, list[Comparison]]] = {}
    for number, rule in enumerate(rules):
        for one in rule.comparisons:
            if follows(rule) or isinstance(one, CompareStep):
                readers.setdefault(one.feature, {}).setdefault(number, []).append(one)
    named = {
        feature: slot for slot, feature in enumerate(STEPS) if feature in readers or feature.id in WATCHED
    }
    others = (feature for feature in readers if feature not in named)
    slots = named | {feature: len(STEPS) + place for place, feature in enumerate(others)}
    return {
        slot: Followed(
            feature, slot, {number: tuple(ones) for number, ones in readers.get(feature, {}).items()}
        )
        for feature, slot in slots.items()
    }


def _whole(numbers: Iterable[int], families: dict[int, Numbers]) -> Numbers:
    wanted = set(numbers)
    for number in tuple(wanted):
        wanted.update(families.get(number, ()))
    return tuple(sorted(wanted))


def _hanging(rules: tuple[Rule, ...]) -> dict[str, Numbers]:
    """Each tag that some rule reads -> those rules."""
    found: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        for tag in rule.tags:
            found.setdefault(tag, []).append(number)
    return {tag: tuple(numbers) for tag, numbers in found.items()}


def _families(rules: tuple[Rule, ...]) -> dict[int, Numbers]:
    """Each rule of a family -> the whole family, but for families that keep themselves to one member."""
    by_name: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        if rule.family is not None:
            by_name.setdefault(rule.family, []).append(number)
    whole = (
        family for family in by_name.values() if not _exclusive([rules[number].test for number in family])
    )
    return {number: tuple(family) for family in whole for number in family}


def _exclusive(tests: list[CompareStep | None]) -> bool:
    """Whether at most one of these holds at any time, each asking for another word of one feature."""
    words = {test.threshold for test in tests if test is not None and test.op == "is"}
    features = {test.feature.id for test in tests if test is not None}
    return len(words) == len(tests) and len(features) == 1
