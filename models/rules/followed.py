"""A stepping feature that is followed, and which rules a change of its value concerns."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from models.features import SLOTS, Step
from models.rules.rule import Rule
from models.work import Value

_KNOWN: Final = 4096
"""Changes of a value kept with whom they concern; a full cache is emptied."""

Numbers = tuple[int, ...]
"""Rules by their place in the file, in its order."""


class Followed:
    """A stepping feature that rules or profiles read, and the rules that hang on it."""

    __slots__ = ("_cuts", "_known", "_readers", "_tests", "look", "reads", "slot")

    def __init__(self, feature: Step, rules: Iterable[tuple[int, Rule]]) -> None:
        """`rules` are those that read it, each with its number."""
        readers = tuple(rules)
        self.slot = SLOTS[feature.id]
        """Of its value, and of the time at which it is to be looked at next."""
        self.look = feature.look
        self.reads = feature.reads
        self._readers = tuple(number for number, _ in readers)
        self._tests = {number: rule.test for number, rule in readers if rule.test is not None}
        """Of the rules that are nothing but one comparison with it, that comparison."""
        cuts = _cuts(feature, [rule for _, rule in readers]) if feature.sort == "number" else ()
        self._cuts = sorted(set(cuts))
        self._known: dict[tuple[Any, Any], Numbers] = {}

    def concerned(self, was: Value, value: Value) -> Numbers:
        """Rules that may decide otherwise now that its value is another: none if it passed no threshold."""
        if not self._readers:
            return ()
        key = (self._place(was), self._place(value)) if self._cuts else (was, value)
        if key[0] == key[1]:
            return ()
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            found = self._known[key] = tuple(
                number
                for number in self._readers
                if number not in self._tests
                or self._tests[number].holds(was) is not self._tests[number].holds(value)
            )
        return found

    def _place(self, value: Any) -> int:
        """Twice the number of thresholds below it, and one more if it is at one; -1 if there is nothing to tell."""
        return -1 if value is None else bisect_left(self._cuts, value) + bisect_right(self._cuts, value)


def _cuts(feature: Step, rules: Sequence[Rule]) -> Iterator[Any]:
    """Numbers that the rules compare a feature with."""
    for one in (one for rule in rules for one in rule.comparisons if one.feature is feature):
        yield from one.threshold if isinstance(one.threshold, tuple) else (one.threshold,)
