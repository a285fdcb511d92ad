"""The changelog of one partition: who may write to it, and reading it back into a store.

**Epochs.** Whoever opens a partition first writes a *marker* to its changelog. The offset that the broker gave it is the
writer's *epoch*: later openers have larger ones, and no two have the same. Every value carries the epoch of its writer.
Read in log order, a value of an epoch below one met before was written by a *zombie*: a worker that had hung, was thought
dead, and came back. Such a value is passed over and its key is written again, so that compaction cannot let it win later.

**One writer.** The broker tells the offset of each batch that it takes. When that is not where the last one ended, somebody else
has written in between, and the worker ends itself: either it is the zombie, or it reads everything again.

A value is ``version (1 byte, high bit set) + epoch (8 bytes, big endian) + body``; the body is the store's. Values of version
1 are the bare body, whose first byte is below 0x80, and count as of epoch 0. A former version refuses a changelog with markers.

The end is the high watermark that a fetch brings, never a listed end offset: Tansu lists one that is too small after a
batch of several records, and the tail of the state would be lost silently (reliability 2.5).
"""

import struct
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.versions import FormatVersionError
from streams.book import LogLost
from streams.chunk import Partition, Record
from streams.connection import Connection
from streams.fetch_wait import READ_MS, adapt
from streams.outbox import Outbox
from streams.store import Store

log = structlog.get_logger(__name__)

RECOVERY_SECONDS = 300.0
"""A recovery that takes longer ends the process: a hanging one would look like a worker that has nothing to do (F7)."""

FETCH_BYTES: Final = 4_194_304
"""Most bytes of one fetch. While a log is read some three of them are in memory: one on its way, one unpacked, one decoded."""

RECORDS_AT_ONCE: Final = 2_000
"""Most records decoded at one time. They are small objects between those of the states, which stay; the more of them there are
at one time, the more memory is not given back after them."""

MARKER: Final = b"epoch"
"""Key of the markers. No state has it: a state's key holds a separator."""

MARKER_VALUE: Final = b"v1"
"""Too short for a value of version 1, so that a former version refuses to read on."""

_HEAD: Final = struct.Struct(">BQ")
CHANGELOG_VERSION: Final = 2
"""Version of a changelog value; its first byte is this with the high bit set. Version 1 is the bare body."""


class RecoveryStuck(Exception):
    """A changelog could not be read to its end in time."""


class ForeignWrites(Exception):
    """Another worker has written to the changelog of a partition that is open here."""


def pack(epoch: int, body: bytes) -> bytes:
    """A changelog value."""
    return _HEAD.pack(0x80 | CHANGELOG_VERSION, epoch) + body


def split(value: bytes) -> tuple[int, bytes]:
    """Epoch and body of a changelog value.

    Raises:
        FormatVersionError: a later version wrote it.
    """
    if value[0] < 0x80:
        return 0, value
    version, epoch = _HEAD.unpack_from(value)
    if version != 0x80 | CHANGELOG_VERSION:
        raise FormatVersionError.of("changelog values", version & 0x7F, CHANGELOG_VERSION)
    return epoch, value[_HEAD.size :]


class Reading:
    """Tells what counts of a changelog, record by record in log order."""

    def __init__(self, store: Container[bytes]) -> None:
        """`store` holds the keys of what counted so far."""
        self.stale: set[bytes] = set()
        """Keys whose last value does not count."""
        self._store = store
        self._highest = 0
        self._removed: set[bytes] = set()
        self._opened: bool | None = None
        """A writer has opened this log, as far as can be told; None before the first record."""

    def valid(self, records: Iterable[Record]) -> Iterator[tuple[bytes, bytes | None]]:
        """Key and body of each record that counts; take one before the next is asked for."""
        for record in records:
            key, value = record.key, record.value
            if self._opened is None:
                self._opened = record.offset > 0 or not value or value[0] < 0x80
            if key is None:
                continue
            if key == MARKER:
                self._highest, self._opened = record.offset, True
            elif value is None:
                self.stale.discard(key)
                self._removed.add(key)
                yield key, None
            else:
                epoch, body = split(value)
                if self._counts(key, epoch, record.offset):
                    self._highest = max(self._highest, epoch)
                    self.stale.discard(key)
                    yield key, body
                else:
                    self.stale.add(key)

    def _counts(self, key: bytes, epoch: int, offset: int) -> bool:
        """Of a key of which nothing better is known, a zombie's state is the start of what comes, and counts.

        A log begins with a marker, which compaction may take away, and the offset 0 with it. A value of a writer that has not
        opened this log was written by a worker that had not noticed yet that the log before it was lost.
        """
        if (
            epoch and epoch >= offset
        ) or not self._opened:  # a bare value has epoch 0, and may be the very first
            return False
        return epoch >= self._highest or (key not in self._store and key not in self._removed)


class Changelog:
    """The changelog of a partition, as the worker that opened it sees it."""

    def __init__(self, partition: Partition, connection: Connection) -> None:
        self._partition = partition
        self._connection = connection
        self._epoch = 0
        self._next = 0
        self._head = b""

    async def open(self, store: Store[Any], outbox: Outbox) -> int:
        """Write a marker, then read everything into `store`; returns the number of records.

        Raises:
            RecoveryStuck: the end was not reached within `RECOVERY_SECONDS`.
            FormatVersionError: a later version of the program wrote values.
        """
        started = time.monotonic()
        self._epoch = await outbox.deliver_one(self._partition, MARKER, MARKER_VALUE)
        self._head = pack(self._epoch, b"")
        reading = Reading(store)
        count = 0
        async with _Reader(self._connection, self._partition, 0, started + RECOVERY_SECONDS) as reader:
            while not reader.ended or reader.position <= self._epoch:
                records = await reader.read()
                store.load(reading.valid(records))
                count += len(records)
            self._next = reader.position
        store.loaded(reading.stale)
        log.info("recovered", topic=self._partition.topic, partition=self._partition.partition, records=count,
                 states=len(store), stale=len(reading.stale), seconds=round(time.monotonic() - started, 3))  # fmt: skip
        return count

    def value(self, body: bytes) -> bytes:
        """The value under which `body` is written."""
        return self._head + body

    async def written(self, batches: Sequence[tuple[int, int]]) -> None:
        """Batches of ours, as first offset and number of records, were confirmed.

        Raises:
            ForeignWrites: somebody else has written in between.
            LogLost: the broker has begun the log anew.
        """
        for first, count in batches:
            if first < self._next:
                raise LogLost(
                    f"broker lost its log: {self._partition.topic}[{self._partition.partition}] was at offset "
                    f"{self._next}, a write got {first}"
                )
            if first > self._next:
                await self._look_at(self._next, first)
            self._next = first + count

    async def _look_at(self, start: int, end: int) -> None:
        """Offsets in between are ours when a producer had to send a batch again; any other writer is one too many."""
        async with _Reader(
            self._connection, self._partition, start, time.monotonic() + RECOVERY_SECONDS
        ) as reader:
            while reader.position < end:
                for record in await reader.read():
                    if record.offset < end and not (record.value or b"").startswith(self._head):
                        raise ForeignWrites(
                            f"another worker wrote to {self._partition.topic}[{self._partition.partition}] "
                            f"at offset {record.offset}, behind our epoch {self._epoch}"
                        )


class _Reader:
    """Reads a partition from `start` on, until a deadline (monotonic seconds)."""

    def __init__(self, connection: Connection, partition: Partition, start: int, deadline: float) -> None:
        self._consumer = AIOKafkaConsumer(
            **connection,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=READ_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        self._partition = TopicPartition(*partition)
        self._deadline = deadline
        self.position = start
        self.ended = False

    async def __aenter__(self) -> "_Reader":
        await self._consumer.start()
        self._consumer.assign([self._partition])
        self._consumer.seek(self._partition, self.position)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def read(self) -> list[Any]:
        """Next records, perhaps none.

        Raises:
            RecoveryStuck: the deadline has passed.
        """
        if time.monotonic() > self._deadline:
            raise RecoveryStuck(
                f"{self._partition.topic}[{self._partition.partition}]: stuck at {self.position}"
            )
        fetched = await self._consumer.getmany(self._partition, timeout_ms=200, max_records=RECORDS_AT_ONCE)
        records = [record for some in fetched.values() for record in some]
        adapt(self._consumer, (self._partition,), READ_MS, brought=bool(records))
        self.position = await self._consumer.position(self._partition)
        highwater = self._consumer.highwater(self._partition)
        self.ended = highwater is not None and self.position >= highwater
        return records
