"""The worker's own flows, driven by hand over a broker that is two dictionaries: fast, and the same code as in a worker."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any
from unittest.mock import patch

from schemas.rows import KINDS
from schemas.topics import TOPICS
from streams import runtime
from streams.changelog import Changelog
from streams.chunk import Chunk, Partition
from streams.flow import Flow
from streams.settings import Settings
from streams.topics import Layout


@dataclass(frozen=True, slots=True)
class Given:
    """A record as a consumer fetches it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Consumer:
    """A consumer that confirms every commit."""

    async def commit_offsets(self, offsets: Any) -> bool:
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


class Batch:
    """Records of one batch; bounded as a real one is."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes | None, bytes | None]] = []
        self._bytes = 0

    def append(self, *, key: bytes | None, value: bytes | None, timestamp: None) -> object:
        size = len(key or b"") + len(value or b"") + 20
        if self.records and self._bytes + size > 900_000:
            return None
        assert size < 1_000_000, "a record that no broker takes"
        self._bytes += size
        self.records.append((key, value))
        return self

    def record_count(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True)
class Confirmed:
    offset: int


@dataclass
class Producer:
    """A producer whose records stay here, by topic and partition."""

    logs: dict[Partition, list[tuple[bytes | None, bytes | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[Confirmed]":
        log = self.logs[Partition(topic, partition)]
        done: asyncio.Future[Confirmed] = asyncio.get_running_loop().create_future()
        done.set_result(Confirmed(len(log)))
        log += batch.records
        return done


class Never:
    """A cadence that leaves the only flush to the end."""

    def due(self, *_: object) -> bool:
        return False


class Worker:
    """Intake, members and groups over one partition a topic; nothing is flushed before the end."""

    def __init__(self) -> None:
        self.settings = Settings(flush_rows=10**9, flush_seconds=10, max_dead_letters=0)
        self._layout = Layout("memory", {topic.name: 1 for topic in TOPICS})
        self._producer = Producer()

    def run(self, arrivals: Sequence[tuple[str, Given]]) -> None:
        """`arrivals`, each with its kind and in this order over all topics, through the three agents."""
        with patch.object(Changelog, "open", _nothing_there):
            asyncio.run(self._run(arrivals))

    async def _run(self, arrivals: Sequence[tuple[str, Given]]) -> None:
        parts: Any = self.settings, self._layout, Consumer(), self._producer
        await self._drive(runtime._intake(*parts), KINDS, arrivals)
        for name, make in (("member-events", runtime._members), ("group-events", runtime._groups)):
            packed = [(name, Given(n, 0, key, value)) for n, (key, value) in enumerate(self.log(name))]
            await self._drive(make(*parts), (name,), packed)

    async def _drive(self, flow: Flow, names: Sequence[str], arrivals: Sequence[tuple[str, Given]]) -> None:
        flow.cadence = Never()  # type: ignore[assignment]
        partitions = {name: Partition(self.settings.topic(name), 0) for name in names}
        flow.assign(set(partitions.values()))
        await flow.opened()
        for name, run in groupby(arrivals, key=itemgetter(0)):
            records = [record for _, record in run]
            await flow.take(Chunk(partitions[name], 1, records, records[-1].offset + 1))
        await flow.release()

    def log(self, name: str) -> Iterable[tuple[bytes | None, bytes | None]]:
        """Keys and values that were written to the topic declared as `name`."""
        return self._producer.logs[Partition(self.settings.topic(name), 0)]


async def _nothing_there(changelog: Changelog, store: Any, outbox: Any) -> int:
    return 0
