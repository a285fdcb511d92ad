"""Rules that only stepping values decide: looked at when one of those has another value, and not before.

Such a rule remembers nothing and has no shortest stay, so what is wanted is a function of the values; it is found once
for each combination of them and then known.
"""

from collections.abc import Iterable
from typing import Final

from models.features import Step
from models.lens import Lens
from models.rules.rule import Rule
from models.work import Value

_KNOWN: Final = 4096
"""Combinations of values kept at most; a full table is emptied."""

Wanted = frozenset[int]


class Bundle:
    """Such rules, by number, that share features or a family; none outside does."""

    __slots__ = ("_first", "_known", "_others", "features", "rules", "tags")

    def __init__(self, rules: Iterable[tuple[int, Rule]]) -> None:
        self.rules = tuple(rules)
        self.tags = tuple((number, rule.tag) for number, rule in self.rules)
        self.features = frozenset(feature for _, rule in self.rules for feature in steps(rule))
        self._first, *self._others = sorted(feature.id for feature in self.features)
        self._known: dict[Value | tuple[Value, ...], Wanted] = {}

    def wanted(self, lens: Lens) -> Wanted:
        """Numbers of the rules whose tags are to be held; the values must be in the lens's memo."""
        memo = lens.memo
        first = memo[self._first][0]
        values = (first, *[memo[name][0] for name in self._others]) if self._others else first
        found = self._known.get(values)
        if found is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            found = self._known[values] = self._find(lens)
        return found

    def _find(self, lens: Lens) -> Wanted:
        wanted: set[int] = set()
        taken: set[str] = set()
        for number, rule in self.rules:
            if not rule.enter.look(lens)[0] or rule.family in taken:
                continue
            wanted.add(number)
            if rule.family is not None:
                taken.add(rule.family)
        return frozenset(wanted)


def steps(rule: Rule) -> list[Step]:
    """Stepping features that the rule reads."""
    conditions = [rule.enter] if rule.leave is None else [rule.enter, rule.leave]
    return [feature for one in conditions for feature in one.features() if isinstance(feature, Step)]


def bundles(rules: tuple[Rule, ...]) -> list[Bundle]:
    """Bundles of all rules that only stepping values decide, and whose families hold only such."""
    barred = {rule.family for rule in rules if rule.family is not None and not _is_plain(rule)}
    parts: list[tuple[set[object], list[tuple[int, Rule]]]] = []
    for number, rule in enumerate(rules):
        if not _is_plain(rule) or rule.family in barred:
            continue
        shared: set[object] = {*steps(rule), *(() if rule.family is None else (rule.family,))}
        members = [(number, rule)]
        for part in [part for part in parts if part[0] & shared]:
            parts.remove(part)
            shared |= part[0]
            members += part[1]
        parts.append((shared, members))
    return [Bundle(sorted(members, key=lambda member: member[0])) for _, members in parts]


def _is_plain(rule: Rule) -> bool:
    if rule.leave is not None or rule.stay:
        return False
    return all(isinstance(feature, Step) for feature in rule.enter.features())
