"""The flows of a worker driven by hand, chunks in and batches out, with a broker that confirms everything."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

from aiokafka.producer.message_accumulator import BatchBuilder

from benchmarks.workload import Made
from schemas.rows import KINDS
from schemas.topics import TOPICS
from streams import runtime
from streams.changelog import Changelog
from streams.chunk import Chunk, Partition
from streams.flow import Flow
from streams.outbox import BATCH_BYTES
from streams.settings import Settings
from streams.topics import Layout

PARTITIONS = 4


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

    async def first_kept(self, partition: Partition) -> int:
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


async def nothing_to_recover(changelog: Changelog, store: Any, outbox: Any) -> int:
    return 0
