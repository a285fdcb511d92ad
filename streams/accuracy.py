"""How good the churn flags were: each against what the member did afterwards.

A flag is right if the member does nothing of their own within the horizon after it entered. A silence is a lost member: no own
act for the horizon after one. Flags are looked for in each silence, from its last act to the end of the horizon, at which
anybody would know; the days that a flag came before that are its lead. What is not over yet by the end of history is not counted.

P(alive) is looked at once a horizon, of every member who has not left, and set against the share that was seen again within
the horizon. The two are not the same, since one who is alive may yet be silent for so long; a good score is in order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from models.calendar import DAY_MS, Calendar
from models.lifecycle import has_left
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet
from models.state import MemberState
from schemas.view import read_event
from streams.history import Page
from streams.reference import Key, MembersReference

KIND: Final = "churn"
"""Class of the tags that are churn flags."""

BANDS: Final = 10
"""Bands of P(alive), each a tenth wide."""


@dataclass
class Flag:
    """One tag over a history."""

    tag: str
    right: int = 0
    wrong: int = 0
    silences: int = 0
    found: int = 0
    """Silences in which it entered in time."""
    leads: list[float] = field(default_factory=list)
    """Days from entering to the end of the horizon, of each that was found."""

    @property
    def precision(self) -> float | None:
        """Share of its flags that were right; none without any."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """Share of the silences that it found; none without any."""
        return _share(self.found, self.silences)

    @property
    def lead_days(self) -> float | None:
        """Median lead; none if it found nothing."""
        return median(self.leads) if self.leads else None


@dataclass
class Band:
    """Members whose P(alive) was between two tenths."""

    low: float
    looks: int = 0
    seen_again: int = 0
    sum: float = 0.0
    """Of P(alive)."""


@dataclass
class Accuracy:
    """What a history says of the churn flags."""

    horizon_days: int
    flags: dict[str, Flag]
    bands: list[Band] = field(default_factory=lambda: [Band(tenth / BANDS) for tenth in range(BANDS)])
    events: int = 0
    members: int = 0


@dataclass
class Life:
    """Times of one member, ms."""

    acts: list[int] = field(default_factory=list)
    entered: dict[str, list[int]] = field(default_factory=dict)
    looks: list[tuple[int, float]] = field(default_factory=list)
    """When, and what P(alive) was."""


def accuracy(
    pages: Iterable[Page],
    rules: RuleSet,
    params: MemberParams,
    calendar: Calendar,
    *,
    horizon_days: int,
    until: int | None = None,
) -> Accuracy:
    """Judge every page, and look back from ``until`` (ms), or from the page's latest event."""
    found = Accuracy(horizon_days, {rule.tag: Flag(rule.tag) for rule in rules.rules if rule.kind == KIND})
    for page in pages:
        if not page:
            continue
        last = page[-1].ts if until is None else until
        lives = _live(page, Members(params, rules, calendar), found, last)
        found.events += len(page)
        found.members += len(lives)
        for life in lives.values():
            _look_back(life, found, last)
    return found


def _live(page: Page, model: Members, found: Accuracy, until: int) -> dict[Key, Life]:
    """Judge a page; what happened to each member."""
    reference, lives, horizon = MembersReference(model), dict[Key, Life](), found.horizon_days * DAY_MS
    look = page[0].ts + horizon
    for row in page:
        if row.ts > until:
            break
        while look <= row.ts:
            _look(reference.states, lives, model, look)
            look += horizon
        key = reference.apply(row, read_event(row.raw, row.ts), row.clock)
        if key is not None:
            life = lives.setdefault(key, Life())
            act = reference.states[key].last
            if act is not None and (not life.acts or act > life.acts[-1]):
                life.acts.append(act)
        _note(reference, lives, found)
    reference.settle(until)
    _note(reference, lives, found)
    return lives


def _note(reference: MembersReference, lives: dict[Key, Life], found: Accuracy) -> None:
    for change in reference.changes:
        if change.change == "entered" and change.tag in found.flags:
            life = lives.setdefault((change.brand_id, change.member_id), Life())
            life.entered.setdefault(change.tag, []).append(change.at)
    reference.changes.clear()


def _look(states: dict[Key, MemberState], lives: dict[Key, Life], model: Members, at: int) -> None:
    for key, state in states.items():
        if not has_left(state):
            lives[key].looks.append((at, model.profile(state, at).p_alive))


def _look_back(life: Life, found: Accuracy, until: int) -> None:
    horizon = found.horizon_days * DAY_MS
    for at, alive in life.looks:
        if at + horizon <= until:
            band = found.bands[min(int(alive * BANDS), BANDS - 1)]
            band.looks += 1
            band.sum += alive
            band.seen_again += _acted(life.acts, at, at + horizon)
    silences = [
        act
        for act, following in pairwise([*life.acts, until + 1])
        if act + horizon < following and act + horizon <= until
    ]
    for tag, flag in found.flags.items():
        entered = life.entered.get(tag, [])
        for at in entered:
            if at + horizon <= until:
                if _acted(life.acts, at, at + horizon):
                    flag.wrong += 1
                else:
                    flag.right += 1
        for act in silences:
            flag.silences += 1
            first = next((at for at in entered if act < at <= act + horizon), None)
            if first is not None:
                flag.found += 1
                flag.leads.append((act + horizon - first) / DAY_MS)


def _acted(acts: list[int], since: int, until: int) -> bool:
    """Whether there is an own act after ``since`` and no later than ``until``."""
    return any(since < act <= until for act in acts)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
