"""CPU of each stage of the worker, in one process, with neither network nor Faust, on workload W.

    python -m benchmarks.micro                  each stage by itself, best of several rounds
    python -m benchmarks.micro --profile        the three flows under cProfile: where the time goes

The lower table drives the flows themselves, chunks in and batches out, so it holds what the stages leave out: looping,
metrics, stores, the outbox. What the whole worker needs beyond it is Faust, the clients and the network.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import process_time, time_ns
from typing import Any

from aiokafka.producer.message_accumulator import BatchBuilder

from benchmarks.meter import machine, print_table
from benchmarks.workload import DAY_MS, Made, make
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
from schemas.rows import KINDS, ROWS_VERSION, Row, Rows, decode_rows, encode_rows, source_number
from schemas.topics import TOPICS
from schemas.view import Event, read_event
from schemas.written import written_json
from streams import runtime
from streams.changelog import Changelog
from streams.chunk import Chunk, Partition
from streams.decisions import member_params, rule_set
from streams.flow import Flow
from streams.outbox import BATCH_BYTES, partition_of
from streams.settings import Settings
from streams.topics import Layout

SEED = 20260101
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


# The flows themselves


@dataclass(slots=True)
class Fetched:
    """A record as a consumer gives it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Offsets:
    """A consumer that confirms everything."""

    async def commit_offsets(self, offsets: Mapping[Partition, int]) -> bool:
        return True

    def end_offset(self, partition: Partition) -> int | None:
        return None

    def polled_at(self, partition: Partition) -> int | None:
        return None

    def start_offset(self, partition: Partition) -> int:
        return 0

    def generation(self) -> int:
        return 1

    async def belongs(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The broker's word for a batch."""

    offset: int


class Producer:
    """A producer that confirms everything at once; what goes to the internal topics is kept."""

    def __init__(self, kept: set[str]) -> None:
        self._kept = kept
        self._ends: dict[Partition, int] = defaultdict(int)
        self.packed: dict[Partition, list[bytes]] = defaultdict(list)

    def create_batch(self) -> "Batch":
        return Batch()

    async def send_batch(self, batch: "Batch", topic: str, *, partition: int) -> "asyncio.Future[Confirmed]":
        batch.builder.close()
        target = Partition(topic, partition)
        if topic in self._kept:
            self.packed[target] += batch.values
        done: asyncio.Future[Confirmed] = asyncio.get_running_loop().create_future()
        done.set_result(Confirmed(self._ends[target]))
        self._ends[target] += batch.record_count()
        return done


class Batch:
    """A batch of aiokafka's that remembers its values."""

    def __init__(self) -> None:
        self.builder = BatchBuilder(BATCH_BYTES, 0, is_transactional=False)
        self.values: list[bytes] = []

    def append(self, *, key: bytes | None, value: bytes | None, timestamp: int | None) -> object:
        added = self.builder.append(key=key, value=value, timestamp=timestamp)
        if added is not None and value is not None:
            self.values.append(value)
        return added

    def record_count(self) -> int:
        return int(self.builder.record_count())


class Flows:
    """Intake, members and groups, driven by hand."""

    def __init__(self, flush: int) -> None:
        settings = Settings(flush_rows=flush, flush_seconds=10)
        self._settings = settings
        layout = Layout("bench", {topic.name: PARTITIONS for topic in TOPICS})
        self.internal = {name: settings.topic(name) for name in ("member-events", "group-events")}
        self._producer: Any = Producer(set(self.internal.values()))
        parts: Any = settings, layout, Offsets(), self._producer
        self.intake: Flow = runtime._intake(*parts)
        self.agents: dict[str, Flow] = {
            "member-events": runtime._members(*parts),
            "group-events": runtime._groups(*parts),
        }

    def inputs(self, made: list[Made], chunk: int) -> list[Chunk]:
        """The events as chunks of a topic and partition each, as a consumer fetches them."""
        records: dict[Partition, list[Fetched]] = defaultdict(list)
        for one in made:
            found = records[Partition(self._settings.topic(one.kind), one.partition(PARTITIONS))]
            found.append(Fetched(len(found), one.ts, one.key, one.raw))
        chunks = [part for partition, some in records.items() for part in _chunks(partition, some, chunk)]
        return sorted(chunks, key=lambda one: one.records[0].timestamp)

    def packed(self, name: str) -> list[Chunk]:
        """What intake wrote to an internal topic, a record a chunk."""
        chunks = []
        for partition, values in self._producer.packed.items():
            if partition.topic == self.internal[name]:
                some = [Fetched(number, 0, None, value) for number, value in enumerate(values)]
                chunks += _chunks(partition, some, 1)
        return sorted(chunks, key=lambda one: one.first)

    async def run(self, flow: Flow, topics: Sequence[str], chunks: list[Chunk]) -> float:
        """CPU seconds of one flow over `chunks`, the last flush included."""
        flow.assign({Partition(topic, number) for topic in topics for number in range(PARTITIONS)})
        await flow.opened()
        start = process_time()
        for chunk in chunks:
            await flow.take(chunk)
        await flow.release()
        return process_time() - start

    async def drive(self, made: list[Made], chunk: int) -> dict[str, float]:
        """CPU seconds by flow."""
        spent = {
            "intake": await self.run(
                self.intake, [self._settings.topic(kind) for kind in KINDS], self.inputs(made, chunk)
            )
        }
        for name, flow in self.agents.items():
            spent[flow.name] = await self.run(flow, [self.internal[name]], self.packed(name))
        return spent


def _chunks(partition: Partition, records: list[Fetched], size: int) -> list[Chunk]:
    return [
        Chunk(partition, 1, records[start : start + size], len(records))
        for start in range(0, len(records), size)
    ]


async def _nothing_to_recover(changelog: Changelog, store: Any, outbox: Any) -> int:
    return 0


def measure(options: argparse.Namespace, made: list[Made]) -> tuple[Costs, Costs]:
    """Stages and flows."""
    stages, flows = Costs(len(made)), Costs(len(made))
    for _ in range(options.rounds):
        Stages(made, options.flush, stages).round()
        for name, seconds in asyncio.run(Flows(options.flush).drive(made, options.chunk)).items():
            flows.add(name, seconds, len(made))
    return stages, flows


def profile(options: argparse.Namespace, made: list[Made]) -> None:
    """The flows under cProfile, which about doubles what Python calls cost."""
    profiler = cProfile.Profile()
    profiler.runcall(asyncio.run, Flows(options.flush).drive(made, options.chunk))
    stats = pstats.Stats(profiler).strip_dirs()
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(options.top)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3, help="the best counts")
    parser.add_argument("--flush", type=int, default=4_000, help="events between two flushes")
    parser.add_argument("--chunk", type=int, default=1_000, help="records of a fetched chunk")
    parser.add_argument("--profile", action="store_true", help="profile the flows instead")
    parser.add_argument("--top", type=int, default=15, help="lines of a profile")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    setattr(Changelog, "open", _nothing_to_recover)  # noqa: B010 - there is no broker to recover from
    made = make(options.events, SEED, time_ns() // 1_000_000 // DAY_MS * DAY_MS)
    if options.profile:
        profile(options, made)
        return
    stages, flows = measure(options, made)
    if options.json:
        print(json.dumps({"machine": machine(), "stages": stages.rows(), "flows": flows.rows()}, indent=2))
        return
    for costs, head in ((stages, "stage"), (flows, "flow")):
        rows = costs.rows()
        cells = [
            [one["stage"], *(f"{one[key]:.2f}" for key in ("calls_per_event", "us_per_call", "us_per_event"))]
            for one in rows
        ]
        total = sum(one["us_per_event"] for one in rows if not one["stage"].startswith(" "))
        print_table(
            [[head, "calls/event", "µs/call", "µs/event"], *cells, ["together", "", "", f"{total:.2f}"]]
        )
        print()
    print(", ".join(f"{name} {value}" for name, value in machine().items()))


if __name__ == "__main__":
    main()
