"""The reference model: what every tag, profile, group figure and alert must be.

One thread walks a log in its order and calls `models`: no Faust, no Kafka, no store, no batches, no flushes, no timers of a
clock. It is slow and plain, so that one can read that it is right; the pipeline must come to the same facts. Two logs can be
walked: files of events (`streams.reference_replay`), and the partitions of the internal topics (`Log`), whose order is the
only thing that the pipeline decides by itself.
"""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from models.groups.groups import Groups
from models.groups.state import GroupState
from models.members import Members
from models.state import MemberState
from schemas.facts import Alert
from schemas.figures import Figures
from schemas.rows import Row, Rows
from schemas.view import Event, read_event
from schemas.written import Change, Profile

Key = tuple[str, str]
"""Brand, and member or group."""

Moved = Callable[[Key], None]
"""Called with whom a timer has just moved."""

ENDED = 1 << 62
"""A mark this high says that its source has ended, at the rest of the mark (docs/architecture.md, Time)."""


def _nobody(_: Key) -> None:
    """Whom a timer moves is of no interest."""


class MembersReference:
    """Members: who entered which tag when, what is alerted of it, and what each profile is."""

    def __init__(self, model: Members) -> None:
        self._model = model
        self.states: dict[Key, MemberState] = {}
        self.changes: list[Change] = []
        self.alerts: list[Alert] = []

    def apply(self, row: Row, event: Event, clock: int) -> Key | None:
        """Apply a row at the arrival clock `clock`; whom it was about, or None for nobody or a repeat."""
        if event.member_id is None:
            return None
        key = event.brand_id, event.member_id
        state = self.states.get(key) or self._model.initial(*key)
        if row.offset <= state.fence.get(row.source, -1):
            return None
        self.states[key] = state
        self._tell(state, self._model.fire_due(state, clock))
        if self._model.fold(state, event, row.source, row.offset):
            at = max(row.ts, state.judged_at)
            self._tell(state, self._model.judge(state, at, "event", event, row), event)
        return key

    def fire(self, clock: int, moved: Moved = _nobody) -> None:
        """Fire every timer due at or before `clock`, one by one."""
        for key, state in self.states.items():
            while state.due is not None and state.due <= clock:
                self._tell(state, self._model.fire_due(state, state.due))
                moved(key)

    def settle(self, clock: int) -> None:
        """A replay ended at `clock`: everything is told as of then."""
        self.fire(clock)
        for state in self.states.values():
            self._tell(state, self._model.judge(state, clock, "timer"))

    def _tell(self, state: MemberState, told: list[Change], event: Event | None = None) -> None:
        self.changes += told
        self.alerts += self._model.alerts(state, told, event)

    def profile(self, key: Key) -> Profile:
        """Profile of a member as it is told now."""
        state = self.states[key]
        return self._model.profile(state, state.judged_at)


class GroupsReference:
    """Groups: the figures of every window, and every alert."""

    def __init__(self, model: Groups) -> None:
        self._model = model
        self.states: dict[Key, GroupState] = {}
        self.alerts: list[Alert] = []
        self.stats: dict[tuple[str | int, ...], Figures] = {}
        """By identity (see `schemas.facts.GroupStats`), what was told last; `version` and `as_of` depend on when a flush came
        and mean nothing here."""

    def apply(self, row: Row, event: Event, clock: int) -> Key | None:
        """Apply a row at the arrival clock `clock`; which group it was about, or None for none or a repeat."""
        if event.group_id is None:
            return None
        key = event.brand_id, event.group_id
        state = self.states.get(key) or self._model.initial(*key)
        if row.offset <= state.fence.get(row.source, -1):
            return None
        self.states[key] = state
        self.alerts += self._model.fire_due(state, clock)
        self.alerts += self._model.fold(state, event, row.source, row.offset)
        for told in self._model.drain(state, state.latest):
            self.stats[told.brand_id, told.group_id, told.window_start, told.window_seconds, told.part] = told
        return key

    def fire(self, clock: int, moved: Moved = _nobody) -> None:
        """Fire every timer due at or before `clock`, one by one."""
        for key, state in self.states.items():
            while state.due is not None and state.due <= clock:
                self.alerts += self._model.fire_due(state, state.due)
                moved(key)

    def settle(self, clock: int) -> None:
        """A replay ended at `clock`."""
        self.fire(clock)


class Reference(Protocol):
    """What `Log` asks of the two above."""

    def apply(self, row: Row, event: Event, clock: int) -> Key | None: ...

    def fire(self, clock: int, moved: Moved = _nobody) -> None: ...

    def settle(self, clock: int) -> None: ...


R = TypeVar("R", bound=Reference)


class Log(Generic[R]):
    """Walks one partition of an internal topic, from its first record to its last.

    A row counts as arrived at its own clock, or at the partition's frontier where that is later: then a timer that the
    frontier has passed has fired before the row, however late the pipeline came to firing it.
    """

    def __init__(self, reference: R, sources: Iterable[int]) -> None:
        """`sources` are the numbers of all input partitions."""
        self.reference = reference
        self._marks: dict[int, int | None] = dict.fromkeys(sources)
        self.frontier = 0
        """Arrival clock up to which all sources have been forwarded, ms; 0 until all have been heard of."""
        self.ended = False
        """Every source has ended; only a replay ends."""
        self.rows = 0
        """Rows walked, repeats among them."""

    def take(self, packed: Rows) -> None:
        """The next record of the partition."""
        self.rows += len(packed.rows)
        for row in packed.rows:
            self.reference.apply(row, read_event(row.raw, row.ts), max(row.clock, self.frontier))
        for source, mark in packed.marks.items():
            self._marks[source] = max(mark, self._marks.get(source) or 0)
        marks = [mark for mark in self._marks.values() if mark is not None]
        if len(marks) == len(self._marks):
            going = [mark for mark in marks if mark < ENDED]
            self.ended = not going
            self.frontier = max(self.frontier, min(going) if going else max(marks) - ENDED)

    def finish(self) -> None:
        """The log was read to its end: fire every timer that the frontier has passed; settle a replay."""
        (self.reference.settle if self.ended else self.reference.fire)(self.frontier)
