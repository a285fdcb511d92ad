"""Stages of the worker, each by itself, with fresh states in each round."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time, time_ns
from typing import Any

from benchmarks.workload import Made
from models.calendar import Calendar
from models.groups.groups import Groups
from models.groups.params import GroupParams
from models.groups.state import GroupState
from models.groups.state import snapshot as group_snapshot
from models.members import Members
from models.state import MemberState
from models.state import snapshot as member_snapshot
from schemas.accept import accept
from schemas.events import parse_event
from schemas.figures import figures_json
from schemas.rows import ROWS_VERSION, Row, Rows, decode_rows, encode_rows, source_number
from schemas.view import Event, read_event
from schemas.written import written_json
from streams.decisions import member_params, rule_set
from streams.outbox import partition_of
from streams.settings import Settings

PARTITIONS = 4


@dataclass
class Costs:
    """CPU seconds and calls of each stage, the best of all rounds."""

    events: int
    best: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, name: str, seconds: float, calls: int) -> None:
        """Take in a round's figure."""
        if name not in self.best or seconds < self.best[name][0]:
            self.best[name] = seconds, calls

    def time(self, name: str, calls: int, work: Callable[[], Any]) -> Any:
        """Do `work`, and take in what it cost."""
        start = process_time()
        result = work()
        self.add(name, process_time() - start, calls)
        return result

    def rows(self) -> list[dict[str, Any]]:
        """Name, calls per event, µs per call and per event."""
        return [
            {"stage": name, "calls_per_event": calls / self.events,
             "us_per_call": seconds * 1e6 / max(1, calls), "us_per_event": seconds * 1e6 / self.events}
            for name, (seconds, calls) in self.best.items()
        ]  # fmt: skip


class Stages:
    """One round over all stages; states are new in each round."""

    def __init__(self, made: list[Made], flush: int, costs: Costs) -> None:
        """`flush` is the number of events between two flushes."""
        self._made = made
        self._flush = flush
        self._costs = costs
        settings = Settings(timezone="Asia/Shanghai")
        self._members = Members(member_params(settings), rule_set(settings), Calendar(settings.timezone))
        self._groups = Groups(GroupParams(), Calendar(settings.timezone))

    def round(self) -> None:
        """All stages, in the order of the flow."""
        made, count, now = self._made, len(self._made), time_ns() // 1_000_000
        self._costs.time("accept", count, lambda: [accept(one.raw, now, one.kind) for one in made])
        self._costs.time(
            "  (the contract: parse_event)",
            count,
            lambda: [parse_event(one.raw, now, one.kind) for one in made],
        )
        rows = [
            Row(source_number(one.kind, 0), number, one.ts, one.ts, one.raw)
            for number, one in enumerate(made)
        ]
        self._costs.time("row, partition, pack, unpack", 2 * count, self._pack)
        events = self._costs.time(
            "read_event (msgspec)", count, lambda: [read_event(row.raw, row.ts) for row in rows]
        )
        self._fold_alone(events, rows)
        self._member_rounds(events, rows)
        self._group_rounds(events, rows)

    def _pack(self) -> None:
        """What intake and the agents do about rows, for both targets."""
        packed: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for number, one in enumerate(self._made):
            row = Row(source_number(one.kind, 0), number, one.ts, one.ts, one.raw)
            for topic, name in (("member", one.member), ("group", one.group)):
                packed[topic, partition_of(f"default\x1f{name}".encode(), PARTITIONS)].append(row)
        for rows in packed.values():
            for start in range(0, len(rows), self._flush):
                decode_rows(encode_rows(Rows(ROWS_VERSION, {}, rows[start : start + self._flush])))

    def _fold_alone(self, events: list[Event], rows: list[Row]) -> None:
        states: dict[str, MemberState] = {}

        def work() -> None:
            for event, row in zip(events, rows, strict=True):
                state = self._member(states, event)
                self._members.fold(state, event, row.source, row.offset)

        self._costs.time("  of which fold", len(events), work)

    def _member_rounds(self, events: list[Event], rows: list[Row]) -> None:
        states: dict[str, MemberState] = {}
        spent: dict[str, float] = defaultdict(float)
        told = changed = 0
        for start in range(0, len(events), self._flush):
            part = slice(start, start + self._flush)
            dirty: dict[str, MemberState] = {}
            changes: list[Any] = []
            begin = process_time()
            for event, row in zip(events[part], rows[part], strict=True):
                state = self._member(states, event)
                changes += self._members.fire_due(state, row.clock)
                self._members.fold(state, event, row.source, row.offset)
                changes += self._members.judge(state, max(row.ts, state.judged_at), "event", event)
                dirty[state.member_id] = state
            folded = process_time()
            for change in changes:
                written_json(change)
            written = process_time()
            for state in dirty.values():
                written_json(self._members.profile(state, state.judged_at))
            profiled = process_time()
            for state in dirty.values():
                member_snapshot(state)
            spent["members: fire_due, fold, judge"] += folded - begin
            spent["tag changes to_json"] += written - folded
            spent["profile, to_json"] += profiled - written
            spent["member snapshots"] += process_time() - profiled
            told, changed = told + len(dirty), changed + len(changes)
        for (name, seconds), calls in zip(spent.items(), (len(events), changed, told, told), strict=True):
            self._costs.add(name, seconds, calls)

    def _group_rounds(self, events: list[Event], rows: list[Row]) -> None:
        states: dict[str, GroupState] = {}
        spent: dict[str, float] = defaultdict(float)
        told = saved = 0
        for start in range(0, len(events), self._flush):
            part = slice(start, start + self._flush)
            dirty: dict[str, GroupState] = {}
            begin = process_time()
            for event, row in zip(events[part], rows[part], strict=True):
                state = self._group(states, event)
                self._groups.fire_due(state, row.clock)
                self._groups.fold(state, event, row.source, row.offset)
                dirty[state.group_id] = state
            folded = process_time()
            for state in dirty.values():
                stats = self._groups.drain(state, state.latest)
                told += len([figures_json(one) for one in stats])
            drained = process_time()
            for state in dirty.values():
                group_snapshot(state)
            spent["groups: fire_due, fold"] += folded - begin
            spent["group stats: drain, to_json"] += drained - folded
            spent["group snapshots"] += process_time() - drained
            saved += len(dirty)
        for (name, seconds), calls in zip(spent.items(), (len(events), told, saved), strict=True):
            self._costs.add(name, seconds, calls)

    def _member(self, states: dict[str, MemberState], event: Event) -> MemberState:
        name = event.member_id or ""
        state = states.get(name)
        if state is None:
            state = states[name] = self._members.initial(event.brand_id, name)
        return state

    def _group(self, states: dict[str, GroupState], event: Event) -> GroupState:
        name = event.group_id or ""
        state = states.get(name)
        if state is None:
            state = states[name] = self._groups.initial(event.brand_id, name)
        return state
