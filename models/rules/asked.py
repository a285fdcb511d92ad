"""Rules made ready for being asked."""

from functools import reduce
from operator import or_
from typing import NamedTuple

from models.crossing import NEVER
from models.frame import Frame
from models.rules.comparing import Look
from models.rules.quick import Holds, Placed, quick
from models.rules.rule import Rule
from models.state import MemberState


class Terms(NamedTuple):
    """On what terms a tag is held."""

    tag: str
    enter: Look
    leave: Look | None
    stay: int
    grace: int
    live: int


class Asked:
    """A rule, made ready for being asked."""

    holds: Holds
    """Whether one without a due time of its own would enter; when that may change is not told."""

    __slots__ = (
        "exact",
        "family",
        "holds",
        "live",
        "number",
        "reads",
        "remembers",
        "resets",
        "rule",
        "slot",
        "tag",
        "terms",
        "turn",
    )

    def __init__(
        self, number: int, rule: Rule, slot: int | None, family: str | None, turn: int, placed: Placed
    ) -> None:
        """`slot` is that of its own due time, if it has one; `family` that of which only the whole can be judged;
        `turn` that in which it is judged."""
        self.number = number
        self.rule = rule
        self.slot = slot
        self.tag = rule.tag
        self.family = family
        self.live = rule.live
        self.turn = turn
        self.remembers = rule.leave is not None or rule.stay > 0 or rule.grace > 0 or rule.live > 0
        self.resets = rule.resets
        self.reads = reduce(or_, (feature.reads for feature in rule.features), 0)
        """Bits of `models.changes` that its features read."""
        times = rule.stay, rule.grace, rule.live
        self.exact = Terms(rule.tag, rule.enter.look, None if rule.leave is None else rule.leave.look, *times)
        """Told with all times; for evidence."""
        self.terms = self.exact
        """Told with those times only at which it is to be asked by itself: not with those of what is followed."""
        if follows(rule):
            self.holds = quick(rule.enter, placed)
            self.terms = Terms(rule.tag, _look(self.holds), None, *times)


def follows(rule: Rule) -> bool:
    """Whether all that a rule compares is followed.

    Not so where it has a second threshold: then on either side only one of the two is of interest, and the courses that it
    reads are looked at whenever an event changed them.
    """
    return rule.leave is None


def _look(holds: Holds) -> Look:
    def look(state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        return holds(state, frame), NEVER

    return look
