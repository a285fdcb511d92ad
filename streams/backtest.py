"""Rules over stored history: the evaluator of the pipeline, once with the rules in use and once with others.

The reference model judges every member at the time of the events, so an answer is what would have been, day by day.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.calendar import DAY_MS, Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet
from schemas.view import read_event
from schemas.written import Change
from streams.history import Page
from streams.reference import Key, MembersReference

Held = tuple[str, Key]
"""A tag, and who holds it."""

Moved = tuple[int, str, Literal["entered", "left"]]
"""Local day, tag, and what happened to somebody."""


@dataclass
class Side:
    """What one version of the rules says of a history."""

    rules: RuleSet
    since: int
    """First local day that is counted; the days before only bring the members to where they were."""
    flap_ms: int
    """A change that undoes the one before it no later than so many ms is a flap."""
    moved: Counter[Moved] = field(default_factory=Counter)
    flaps: Counter[str] = field(default_factory=Counter)
    held: dict[Held, Change] = field(default_factory=dict)
    """Tags held at the end, each with how it entered."""
    left: dict[Held, Change] = field(default_factory=dict)
    """How those that are not held at the end left last."""
    seconds: float = 0.0

    def take(self, changes: Iterable[Change], calendar: Calendar) -> None:
        """Count changes, which come in the order of their time for each member."""
        for change in changes:
            who: Held = change.tag, (change.brand_id, change.member_id)
            before = (self.held if change.change == "left" else self.left).pop(who, None)
            (self.held if change.change == "entered" else self.left)[who] = change
            day = calendar.day(change.at)
            if day < self.since:
                continue
            self.moved[day, change.tag, change.change] += 1
            if before is not None and change.at - before.at <= self.flap_ms:
                self.flaps[change.tag] += 1

    def changes(self, tag: str | None = None) -> int:
        """How often a tag (any, if none is given) entered or left."""
        return sum(count for (_, one, _), count in self.moved.items() if tag in (None, one))


@dataclass
class Backtest:
    """Both sides, and what they were asked about."""

    running: Side
    candidate: Side
    events: int = 0
    members: int = 0
    until: int = 0
    """Latest event time, ms: everything is told as of then."""


def backtest(
    pages: Iterable[Page],
    rules: Mapping[Literal["running", "candidate"], RuleSet],
    params: MemberParams,
    calendar: Calendar,
    *,
    until: int | None = None,
    since: int = 0,
    flap_days: int = 7,
) -> Backtest:
    """Judge every page by both versions. All members are told as of ``until``, or of the page's latest event (ms)."""
    sides = {name: Side(one, since, flap_days * DAY_MS) for name, one in rules.items()}
    found = Backtest(sides["running"], sides["candidate"])
    for page in pages:
        if not page:
            continue
        last = page[-1].ts if until is None else until
        for side in sides.values():
            members = _judge(page, side, Members(params, side.rules, calendar), calendar, last)
        found.events += len(page)
        found.members += members
        found.until = max(found.until, last)
    return found


def _judge(page: Page, side: Side, model: Members, calendar: Calendar, until: int) -> int:
    """Let one side judge a page; how many members there are."""
    reference = MembersReference(model)
    for row in page:
        if row.ts > until:
            break
        event = read_event(row.raw, row.ts)
        started = time.perf_counter()
        reference.apply(row, event, row.clock)
        side.seconds += time.perf_counter() - started
        if reference.changes:
            side.take(reference.changes, calendar)
            reference.changes.clear()
    reference.settle(until)
    side.take(reference.changes, calendar)
    return len(reference.states)
