"""Cut points of a rule file, measured on stored history with the features of the workers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.calendar import Calendar
from models.dear import prices
from models.frame import Frame
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet
from models.rules.condition import tags_of
from models.rules.cut import Cut, cut_point
from models.rules.layers import layers
from models.rules.rule import Name, Rule
from models.state import MemberState
from schemas.view import read_event
from streams.history import Page
from streams.reference import MembersReference

LEAST_MEMBERS = 20
"""A cut point of fewer members stays as it is: a quantile of a handful is an accident."""

_version = re.compile(r"^(version:[ \t]*)([0-9]+)", re.MULTILINE)


@dataclass
class Measured:
    """A cut point, and what history says of it."""

    cut: Cut
    values: list[float] = field(default_factory=list)
    members: int = 0
    """Members whose values these are."""

    @property
    def value(self) -> float | int:
        """As measured, if there are members enough; else as it was."""
        if self.members < LEAST_MEMBERS:
            return self.cut.value
        return cut_point(self.values, self.cut.quantile)


def measure(
    pages: Iterable[Page], rules: RuleSet, params: MemberParams, calendar: Calendar, until: int | None = None
) -> list[Measured]:
    """Measure every cut point of ``rules`` as of ``until`` (ms), or of each page's latest event."""
    found = [Measured(cut) for cut in rules.cuts]
    model, frame = (
        Members(params, _asking(rules), calendar),
        Frame(params, calendar, rules.earning, rules.levels, rules.vip_groups),
    )
    for page in pages:
        if not page:
            continue
        last = page[-1].ts if until is None else until
        reference = MembersReference(model)
        for row in page:
            reference.apply(row, read_event(row.raw, row.ts), row.clock)
            reference.changes.clear()
        reference.settle(last)
        reference.changes.clear()
        for state in reference.states.values():
            _take(found, state, last, frame)
    return found


def _take(found: Sequence[Measured], state: MemberState, now: int, frame: Frame) -> None:
    for number, one in enumerate(found):
        if one.cut.among is None or _tag(number) in state.on:
            one.members += _known(one, state, now, frame)


def _known(one: Measured, state: MemberState, now: int, frame: Frame) -> bool:
    """Take the values of one member; whether there are any."""
    cut = one.cut
    if cut.category is not None:
        today = frame.day(now)
        found = prices(state, cut.category, today - cut.days + 1, today)
        one.values += found
        return bool(found)
    value = cut.feature.value(state, now, frame)
    if not isinstance(value, int | float):
        return False
    one.values.append(value)
    return True


def _tag(number: int) -> str:
    return f"cut {number}"  # no tag of a file has a space


def _asking(rules: RuleSet) -> RuleSet:
    """Rules that say who belongs to which cut point, with those of the file where one of these hangs on a tag."""
    name = Name("", "")
    asked = tuple(
        Rule(tag=_tag(number), name=name, kind="cut", parent=None, family=None, enter=cut.among, leave=None, stay=0, source="")
        for number, cut in enumerate(rules.cuts)
        if cut.among is not None
    )  # fmt: skip
    every = (*rules.rules, *asked) if any(tags_of(one.enter) for one in asked) else asked
    return RuleSet(
        rules.version,
        rules.parents,
        every,
        layers(every) or (),
        earning=rules.earning,
        levels=rules.levels,
        vip_groups=rules.vip_groups,
    )


def rewritten(text: str, measured: Sequence[Measured]) -> str:
    """The file with its cut points as measured, and the next version if any of them has moved; nothing else changes."""
    moved = [one for one in measured if one.value != one.cut.value]
    if not moved:
        return text
    for one in sorted(moved, key=lambda one: -one.cut.end):
        end = one.cut.end
        text = text[: end - len(one.cut.written)] + shown(one.value) + text[end:]
    return _version.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", text, count=1)


def shown(value: float | int) -> str:
    """A number as a rule file has it."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.6f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def lines(measured: Sequence[Measured]) -> list[str]:
    """What was measured, for people."""
    return [_line(one) for one in measured]


def _line(one: Measured) -> str:
    members, before = one.members, shown(one.cut.value)
    about = f"{one.cut.feature.id}: {one.cut.quantile:g} of {members:,} members"
    if members < LEAST_MEMBERS:
        return f"{about}: {before}, since these are fewer than {LEAST_MEMBERS}"
    return f"{about}: {before} -> {shown(one.value)}" if one.value != one.cut.value else f"{about}: {before}"
