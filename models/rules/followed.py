"""A feature that is followed, and which rules a change of it concerns.

A stepping feature is followed by its value. A course moves all the time, so it is followed by its **place**: how many of
the thresholds that the rules compare it with it is past, in the order in which it meets them. What is looked for of a course
is therefore one time, at which it meets the next of them, however many rules read it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from models.crossing import NEVER
from models.feature import NOWHERE, Course, Cut, Feature, PlaceLook, Step
from models.frame import Frame
from models.rules.comparing import CompareCourse, CompareStep, CompareWindow, Comparison
from models.rules.quick import Asks
from models.state import MemberState
from models.work import Value

_KNOWN: Final = 4096
"""Changes of a value kept with whom they concern; a full cache is emptied."""

Numbers = tuple[int, ...]
"""Rules by their place in the file, in its order."""


class Followed:
    """A feature that rules or profiles read, and the rules that hang on it."""

    __slots__ = ("_asks", "_cuts", "_known", "_readers", "feature", "look", "reads", "slot")

    def __init__(self, feature: Feature, slot: int, readers: Mapping[int, tuple[Comparison, ...]]) -> None:
        """`readers` are the rules that read it, by number, each with its comparisons of it."""
        self.feature = feature
        self.slot = slot
        """Of its value, and of the time at which it is to be looked at next."""
        self.reads = feature.reads
        self._readers = readers
        comparisons = [one for of_rule in readers.values() for one in of_rule]
        self._cuts: list[Any] = []
        self.look: Callable[[MemberState, int, Frame], tuple[Any, int]]
        """What is followed of it at a time, and when that may change."""
        if isinstance(feature, Course):
            cuts = sorted({_cut(one) for one in comparisons}, key=lambda cut: _order(feature, cut))
            self.look = (feature.places or partial(_look_for_place, feature))(cuts)
            self._asks = {one: _asks_place(one, cuts.index(_cut(one))) for one in comparisons}
        else:
            self.look = _look_at_step(feature, comparisons)
            self._asks = {one: _asks_value(one) for one in comparisons}
            if feature.sort == "number":
                self._cuts = sorted(set(_limits(comparisons)))
        self._known: dict[tuple[Any, Any], Numbers] = {}

    def asks(self) -> Iterable[tuple[Comparison, Asks]]:
        """What each comparison asks of what is followed."""
        return self._asks.items()

    def concerned(self, was: Value, value: Value) -> Numbers:
        """Rules that may decide otherwise now that its value is another: none if it passed no threshold."""
        if not self._readers:
            return ()
        key = (self._side(was), self._side(value)) if self._cuts else (was, value)
        if key[0] == key[1]:
            return ()
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            asks = self._asks
            found = self._known[key] = tuple(
                number
                for number, comparisons in self._readers.items()
                if any(asks[one](was) is not asks[one](value) for one in comparisons)
            )
        return found

    def _side(self, value: Any) -> int:
        """Twice the number of thresholds below it, and one more if it is at one; -1 if there is nothing to tell."""
        return -1 if value is None else bisect_left(self._cuts, value) + bisect_right(self._cuts, value)


def _limits(comparisons: Iterable[Comparison]) -> Iterator[Any]:
    for one in comparisons:
        yield from one.threshold if isinstance(one.threshold, tuple) else (one.threshold,)


def _asks_value(one: Comparison) -> Asks:
    assert isinstance(one, CompareStep | CompareWindow)
    test, threshold = one.test, one.threshold
    return lambda value: value is not None and test(value, threshold)


def _asks_place(one: Comparison, index: int) -> Asks:
    assert isinstance(one, CompareCourse)
    return (lambda place: place > index) if one.after else (lambda place: 0 <= place <= index)


def _cut(one: Comparison) -> Cut:
    assert isinstance(one, CompareCourse)
    return one.threshold, one.at


def _order(feature: Course, cut: Cut) -> tuple[float, bool]:
    threshold, at = cut
    return (threshold if feature.rises else -threshold), not at


def _look_at_step(feature: Step, comparisons: Iterable[Comparison]) -> Any:
    """The feature's own look; where all comparisons ask for more than nothing, not while it is idle."""
    idle, own = feature.idle, feature.look
    if idle is None or not all(
        isinstance(one, CompareWindow) and one.more_than_nothing for one in comparisons
    ):
        return own

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        return (None, NEVER) if idle(state, frame) else own(state, now, frame)

    return look


def _look_for_place(feature: Course, cuts: Sequence[Cut]) -> PlaceLook:
    """Place of a course at a time, and when it meets the next threshold."""
    turns, value, rises = feature.turns, feature.value, feature.rises
    keys, last = [_order(feature, cut) for cut in cuts], len(cuts) - 1

    def look(state: MemberState, now: int, frame: Frame) -> tuple[int, int]:
        place = 0
        if last:
            number = value(state, now, frame)
            if number is None:
                return NOWHERE, NEVER
            place = bisect_right(keys, (number if rises else -number, False))
        for index in range(min(place, last), last + 1):
            turn = turns(state, *cuts[index], frame)
            if turn is None:
                return NOWHERE, NEVER
            if now < turn:
                return index, turn
        return last + 1, NEVER

    return look
