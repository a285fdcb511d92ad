"""A group on a stage: events in, alerts and statistics out, as an agent would do it."""

from typing import Any

import pytest

from models.groups import GroupParams, Groups, GroupState, restore, snapshot
from schemas.facts import Alert
from schemas.figures import Figures
from schemas.view import Event

MONDAY = 1_767_571_200_000
"""2026-01-05T00:00:00Z."""


class Utc:
    """A calendar without a zone."""

    def day(self, at: int, /) -> int:
        return at // 86_400_000

    def start(self, day: int, /) -> int:
        return day * 86_400_000


class Stage:
    """Plays events (``at`` in s after Monday 2026-01-05) into one group."""

    def __init__(self, **params: Any) -> None:
        self.groups = Groups(GroupParams(**params), Utc())
        self.state: GroupState = self.groups.initial("b", "g")
        self.alerts: list[Alert] = []
        self.rows: list[Figures] = []
        self.offset = -1

    def event(self, at: float, type: str, member: str | None = None, **more: Any) -> Event:
        kind = "chat" if type in ("message", "broadcast") else "join"
        self.offset += 1
        more.setdefault("event_id", f"e{self.offset}")
        ts = MONDAY + round(at * 1000)
        return Event(kind=kind, type=type, ts=ts, member_id=member, group_id="g", **more)

    def fold(self, event: Event, offset: int | None = None, source: int = 0) -> list[Alert]:
        told = self.groups.fold(self.state, event, source, self.offset if offset is None else offset)
        self.alerts += told
        return told

    def play(self, at: float, type: str, member: str | None = None, **more: Any) -> list[Alert]:
        event = self.event(at, type, member, **more)
        self.until(at)
        return self.fold(event)

    def until(self, at: float) -> list[Alert]:
        told = self.groups.fire_due(self.state, MONDAY + round(at * 1000))
        self.alerts += told
        return told

    def fill(self, count: int, at: float = 0) -> list[str]:
        members = [f"m{number}" for number in range(count)]
        for member in members:
            self.play(at, "group.joined", member)
        return members

    def drain(self, at: float = 10**7) -> list[Figures]:
        rows = self.groups.drain(self.state, MONDAY + round(at * 1000))
        self.rows += rows
        return rows

    def restart(self) -> None:
        self.state = restore(snapshot(self.state))


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="session")
def new_stage() -> type[Stage]:
    return Stage
