"""What to look at when something changed: all else is as it was.

A rule is **plain** if only stepping values decide it: it remembers nothing and has no shortest stay, so it is looked at
when one of its values passes one of the thresholds, and not before. A **timed** rule, one with a course, a memory or a
shortest stay, is also looked at when an event changed something that it reads, and at its own due time.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from models.features import STEPS
from models.rules.condition import CompareStep
from models.rules.followed import Followed, Numbers
from models.rules.rule import Rule, RuleSet

WATCHED: Final = frozenset({"activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen"})
"""Stepping values of the profile that are looked at when due though no rule may read them. ``r_days`` is not among
them: it would wake every buyer every midnight."""

_MERGED: Final = 4096
"""Unions of rules kept; a full cache is emptied."""


class Asked:
    """A rule, made ready for being asked."""

    __slots__ = (
        "enter",
        "family",
        "grace",
        "leave",
        "live",
        "number",
        "reads",
        "remembers",
        "resets",
        "rule",
        "slot",
        "stay",
        "tag",
        "turn",
    )

    def __init__(self, number: int, rule: Rule, slot: int | None, family: str | None, turn: int) -> None:
        """`slot` is that of its own due time, if it is timed; `family` that of which only the whole can be judged;
        `turn` that in which it is judged."""
        self.number = number
        self.rule = rule
        self.slot = slot
        self.tag = rule.tag
        self.family = family
        self.enter = rule.enter.look
        self.leave = None if rule.leave is None else rule.leave.look
        self.stay = rule.stay
        self.grace = rule.grace
        self.live = rule.live
        self.turn = turn
        self.remembers = rule.leave is not None or rule.stay > 0 or rule.grace > 0 or rule.live > 0
        self.resets = rule.resets
        self.reads = reduce(or_, (feature.reads for feature in rule.features), 0)
        """Bits of `models.changes` that its features read."""


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
        "_plans",
        "_timed",
        "_turns",
        "everything",
        "names",
        "rules",
        "slots",
    )

    def __init__(self, rules: RuleSet) -> None:
        self.names = {rule.tag: rule.name for rule in rules.rules}
        timed = [number for number, rule in enumerate(rules.rules) if rule.timed]
        slots = {number: len(STEPS) + place for place, number in enumerate(timed)}
        self._families = _families(rules.rules)
        turns = rules.layers or (0,) * len(rules.rules)
        self.rules = [
            Asked(
                number,
                rule,
                slots.get(number),
                rule.family if number in self._families else None,
                turns[number],
            )
            for number, rule in enumerate(rules.rules)
        ]
        self._turns = range(max(turns, default=0) + 1)
        self._in_turns: dict[tuple[Asked, ...], tuple[tuple[Asked, ...], ...]] = {}
        self._hanging = _hanging(rules.rules)
        """Tag -> the rules that read it."""
        self.slots = len(STEPS) + len(timed)
        """Number of due times of a member: those of the stepping features, and behind them those of the timed rules."""
        self._timed = [self.rules[number] for number in timed]
        self._followed = {followed.slot: followed for followed in self._follow(rules.rules)}
        self.everything = Plan(tuple(self._followed.values()), tuple(self.rules))
        self._plans: dict[int, Plan] = {}
        self._merged: dict[tuple[tuple[Asked, ...], Numbers], tuple[Asked, ...]] = {}

    def reading(self, changed: int) -> Plan:
        """What reads any of the bits ``changed``."""
        plan = self._plans.get(changed)
        if plan is None:
            features = tuple(one for one in self._followed.values() if one.reads & changed)
            plan = Plan(features, self.whole(asked.number for asked in self._timed if asked.reads & changed))
            self._plans[changed] = plan
        return plan

    def due(self, dues: Sequence[int], at: int, plan: Plan) -> Plan:
        """``plan`` and what is due at ``at``."""
        slots = [slot for slot, due in enumerate(dues) if due <= at]
        features = {self._followed[slot] for slot in slots if slot < len(STEPS)}
        rules = [self._timed[slot - len(STEPS)].number for slot in slots if slot >= len(STEPS)]
        return Plan(tuple(features.union(plan.features)), self.merged(plan.rules, tuple(rules)))

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

    def _follow(self, rules: tuple[Rule, ...]) -> Iterator[Followed]:
        for feature in STEPS:
            readers = [(number, rule) for number, rule in enumerate(rules) if feature in rule.features]
            if readers or feature.id in WATCHED:
                yield Followed(feature, readers)


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
