"""Facts and events into the store, in a consumer group of their own.

Live tags never wait for the store; when it is down, facts wait in Kafka. Per round: fetch, write one block a partition, commit.
The same batch must be cut again after a crash, or its token would not recognise it. So a round is three steps:

    1. commit, at the offset where each batch begins, a note of where it ends
    2. write the batches, each retried unchanged until the store says OK
    3. commit the offsets behind them

A sink that dies between 1 and 3 finds the note, cuts the same batch, and the store drops it by its token (matrix K10).
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, OffsetAndMetadata, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError

from schemas.facts import to_json
from schemas.rows import KINDS, decode_rows
from sinks.base import Row, Sink
from sinks.clickhouse.backoff import backoff
from sinks.clickhouse.tables import TABLES
from sinks.errors import RowsRejected, SinkMisconfigured, SinkUnavailable
from sinks.metrics import METRICS
from streams.connection import connection
from streams.failpoints import passes
from streams.fetch_wait import IDLE_MS, adapt
from streams.letters import Bare, dead_letter
from streams.patient import patient_consumer
from streams.runtime import wall_ms
from streams.settings import Settings

log = structlog.get_logger(__name__)

Told = Callable[[str, list[Any]], None]
"""Called with a table's name and the Kafka records that it now holds."""

State = Callable[[bool, str], None]
"""Called with whether the store takes what it is given, and a sentence."""


@dataclass(frozen=True)
class Cut:
    """A batch: records of one partition, as they go into one table."""

    table: str
    partition: TopicPartition
    records: list[Any]

    @property
    def first(self) -> int:
        return int(self.records[0].offset)

    @property
    def last(self) -> int:
        return int(self.records[-1].offset)

    def rows(self, topics: Mapping[str, str]) -> list[Row]:
        """Rows for the landing table. Events come packed; `topics` gives the input topics' full names by kind."""
        if self.table != "events":
            return [(r.value, r.topic, r.partition, r.offset) for r in self.records if r.value is not None]
        kinds = len(KINDS)
        return [
            (row.raw, topics[KINDS[row.source % kinds]], row.source // kinds, row.offset, row.ts)
            for record in self.records
            for row in decode_rows(record.value).rows
        ]


def note_of(last: int) -> str:
    """The note committed before a batch is written."""
    return f"v1:{last}"


def read_note(note: str | None) -> int | None:
    """Last offset of the batch that was being written, or None."""
    return int(note[3:]) if note and note.startswith("v1:") and note[3:].isdigit() else None


class Delivery:
    """Reads the fact topics and ``member-events``; writes them to a `Sink`."""

    def __init__(self, settings: Settings, sink: Sink, told: Told, state: State) -> None:
        self._settings = settings
        self._sink = sink
        self._told = told
        self._state = state
        self._tables = {settings.topic(table.topic): table.name for table in TABLES.values()}
        self._inputs = {kind: settings.topic(kind) for kind in KINDS}
        self._noted: dict[TopicPartition, int | None] = {}
        self._consumer: Any = None
        self._read_until: dict[TopicPartition, int] = {}

    @property
    def assigned(self) -> bool:
        """This sink has partitions."""
        return self._consumer is not None and bool(self._consumer.assignment())

    async def run(self) -> None:
        """Deliver until cancelled."""
        self._producer = AIOKafkaProducer(**connection(self._settings), acks="all")
        self._consumer = patient_consumer(self._settings, "sink", max_partition_fetch_bytes=4_194_304)
        self._consumer.subscribe(list(self._tables), listener=_Forget(self._noted))
        await self._producer.start()
        await self._consumer.start()
        try:
            while True:
                await self._round()
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    async def _round(self) -> None:
        started = time.monotonic()
        fetched = await self._consumer.getmany(timeout_ms=200, max_records=self._settings.sink_rows)
        adapt(self._consumer, self._consumer.assignment(), IDLE_MS, brought=bool(fetched))
        cuts = [await self._cut(partition, records) for partition, records in fetched.items() if records]
        if cuts and await self._commit({cut.partition: (cut.first, note_of(cut.last)) for cut in cuts}):  # 1
            for cut in cuts:
                await self._write(cut)  # 2
            await self._commit({cut.partition: (cut.last + 1, "") for cut in cuts})  # 3
            for cut in cuts:
                self._read_until[cut.partition] = cut.records[-1].timestamp
                self._told(cut.table, cut.records)
        await asyncio.sleep(max(0.0, self._settings.sink_seconds - (time.monotonic() - started)))

    async def _cut(self, partition: TopicPartition, records: list[Any]) -> Cut:
        """Records as a batch; the first of a partition ends where a note says that it ended before a crash."""
        table = self._tables[partition.topic]
        if partition not in self._noted:
            self._noted[partition] = read_note(await self._note(partition))
        last = self._noted[partition]
        if last is not None and records[0].offset <= last:
            while records[-1].offset < last:
                more = await self._consumer.getmany(partition, timeout_ms=1000)
                records = records + more.get(partition, [])
            keep = [record for record in records if record.offset <= last]
            if len(keep) < len(records):
                self._consumer.seek(partition, last + 1)
            records = keep
        self._noted[partition] = None
        return Cut(table, partition, records)

    async def _note(self, partition: TopicPartition) -> str | None:
        # aiokafka's public `committed` gives the offset without the note
        committed = await self._consumer._coordinator.fetch_committed_offsets([partition])
        found = committed.get(partition)
        return None if found is None else str(found.metadata)

    async def _commit(self, offsets: dict[TopicPartition, tuple[int, str]]) -> bool:
        try:
            await self._consumer.commit({tp: OffsetAndMetadata(*pair) for tp, pair in offsets.items()})
        except (CommitFailedError, IllegalStateError) as error:
            log.warning(
                "the group has rebalanced; these batches belong to somebody else now", error=str(error)
            )
            self._noted.clear()
            return False
        return True

    async def _write(self, cut: Cut) -> None:
        rows = cut.rows(self._inputs)
        attempt = 0
        while rows:
            started = time.monotonic()
            try:
                where = cut.partition.topic, cut.partition.partition, cut.first, cut.last
                writing = asyncio.create_task(asyncio.to_thread(self._sink.write, cut.table, *where, rows))
                await asyncio.sleep(0)  # it begins
                passes("insert_sent")
                await writing
                passes("insert_done")
            except (SinkUnavailable, SinkMisconfigured) as error:
                attempt += 1
                self._state(False, str(error))
                METRICS.sink_retries.labels(table=cut.table, reason=type(error).__name__).inc()
                pause = backoff(attempt - 1, random.random(), error.retry_after)
                log.warning(
                    "the store did not take a batch",
                    table=cut.table,
                    error=str(error),
                    retry_in=round(pause, 1),
                )
                await asyncio.sleep(pause)
                continue
            except RowsRejected as error:
                await self._bury(cut, error)
            METRICS.sink_insert_seconds.labels(table=cut.table).observe(time.monotonic() - started)
            METRICS.sink_rows.labels(table=cut.table).inc(len(rows))
            break
        self._state(True, "")

    async def _bury(self, cut: Cut, rejected: RowsRejected) -> None:
        """Rows that the store will never take become dead letters; the store of dead letters itself must take everything."""
        if cut.table == "dead_letters":
            raise rejected
        for row in rejected.rows:
            raw, topic, partition, offset = row.row[:4]
            letter = dead_letter(
                topic, partition, Bare(offset, raw), "sink", "rejected", row.reason, wall_ms()
            )
            METRICS.dead_letters.labels(stage="sink", reason="rejected").inc()
            await self._producer.send_and_wait(
                self._settings.topic("dead-letters"), to_json(letter), key=letter.key()
            )

    def unread_since(self) -> int | None:
        """Ms at which the oldest unread fact can have been written, None when all were read; events do not count."""
        times = [
            self._read_until.get(tp, 0)
            for tp in self._consumer.assignment()
            if self._tables[tp.topic] != "events" and self._unread(tp)
        ]
        return min(times, default=None)

    def _unread(self, partition: TopicPartition) -> bool:
        # aiokafka's public `position` waits while none is known
        state = self._consumer._subscription.subscription.assignment.state_value(partition)
        return state.highwater is None or state._position != state.highwater


class _Forget(ConsumerRebalanceListener):  # type: ignore[misc]
    """After a rebalance, notes are read again: another sink may have written meanwhile."""

    def __init__(self, noted: dict[TopicPartition, int | None]) -> None:
        self._noted = noted

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        self._noted.clear()

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        self._noted.clear()
