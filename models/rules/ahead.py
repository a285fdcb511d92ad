"""What is missing for a tag to enter: the fewest comparisons that would have to come out otherwise (formulas 4.9)."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from models.crossing import NEVER
from models.feature import Course
from models.frame import Frame
from models.rules.condition import All, Condition, Either, Not, Some, Tagged, Treated
from models.rules.rule import Name, Rule, RuleSet
from models.state import MemberState
from models.work import Value

_OTHERWISE: Final = {"at_least": "below", "above": "at_most", "at_most": "above", "below": "at_least"}


class Missing(NamedTuple):
    """One comparison that comes out wrong for the tag."""

    feature: str
    """Id of the feature, or of another tag."""
    name: Name
    value: Value
    """Present value."""
    wanted: str
    """Comparison that is wanted; ``not is``, ``not in`` and ``not known`` are the contrary of those."""
    threshold: str | float | bool
    at: int | None
    """When time alone brings it about, ms; none if it does not, or if that is not known before it happens."""


class Ahead(NamedTuple):
    """A tag that the member does not hold, and what is missing for it."""

    tag: str
    name: Name
    missing: tuple[Missing, ...]


def ahead(rules: RuleSet, state: MemberState, now: int, frame: Frame) -> list[Ahead]:
    """The tags not held, those with the fewest missing comparisons first, of these the ones that miss numbers alone, then
    in the order of the file.

    ``state`` must have been judged by ``rules`` at ``now``. Left out is a tag for which nothing is missing, since it waits for
    something else (another of its family holds, or its time to live is over), and one from which the member is held out.
    """
    seen = Seen(state, now, frame, rules.names)
    found = [
        Ahead(rule.tag, rule.name, missing)
        for rule in rules.rules
        if not _held(rule, state) and (missing := seen.missing(rule.enter, True))
    ]
    return sorted(found, key=lambda one: (len(one.missing), any(_is_word(part) for part in one.missing)))


def _is_word(part: Missing) -> bool:
    """How far a number is from its threshold tells more than that a word is another one."""
    return isinstance(part.threshold, str)


def _held(rule: Rule, state: MemberState) -> bool:
    tie = state.manual.get(rule.tag)
    return rule.tag in state.on or (tie is not None and tie.holds)


class Seen:
    """Conditions as they come out for one member at one time."""

    def __init__(self, state: MemberState, now: int, frame: Frame, names: dict[str, Name]) -> None:
        """``names`` are those of the tags."""
        self._state = state
        self._now = now
        self._frame = frame
        self._names = names

    def missing(self, condition: Condition, want: bool) -> tuple[Missing, ...] | None:
        """The fewest comparisons that keep ``condition`` from being ``want``; none if nothing can change it."""
        match condition:
            case Not(part):
                return self.missing(part, not want)
            case All(parts):
                return self._some(parts, want, len(parts) if want else 1)
            case Either(parts):
                return self._some(parts, want, 1 if want else len(parts))
            case Some(least, parts):
                return self._some(parts, want, least if want else len(parts) - least + 1)
            case Tagged(tag):
                return self._tag(condition, tag, want)
            case Treated():
                return () if self._holds(condition) is want else None
            case _:
                return self._comparison(condition, want)

    def _some(self, parts: Iterable[Condition], want: bool, least: int) -> tuple[Missing, ...] | None:
        """The fewest that are missing for ``least`` of the parts."""
        each = sorted((found for part in parts if (found := self.missing(part, want)) is not None), key=_size)
        if len(each) < least:
            return None
        return tuple(dict.fromkeys(one for found in each[:least] for one in found))

    def _tag(self, condition: Tagged, tag: str, want: bool) -> tuple[Missing, ...]:
        holds = self._holds(condition)
        if holds is want:
            return ()
        return (Missing(tag, self._names.get(tag, Name(tag, tag)), holds, "is", want, None),)

    def _comparison(self, condition: Condition, want: bool) -> tuple[Missing, ...]:
        holds, until = condition.look(self._state, self._now, self._frame)
        if holds is want:
            return ()
        (comparison,) = condition.comparisons()
        feature, told = comparison.feature, dict[str, Value]()
        comparison.tell(self._state, self._now, self._frame, told)
        threshold = told[f"{feature.id} {comparison.op}"]
        assert threshold is not None
        exact = isinstance(feature, Course) and until < NEVER
        wanted = comparison.op if want else _OTHERWISE.get(comparison.op, f"not {comparison.op}")
        name = Name(feature.zh, feature.en)
        return (Missing(feature.id, name, told[feature.id], wanted, threshold, until if exact else None),)

    def _holds(self, condition: Condition) -> bool:
        return condition.look(self._state, self._now, self._frame)[0]


_size: Final[Callable[[tuple[Missing, ...]], int]] = len
