"""What every agent's flow has in common: chunks in, effects out, offsets last.

A flow takes chunks, works on them in memory, and flushes when enough time or rows have passed. A flush is a numbered list:

    1. facts (or packed rows) delivered
    2. changed state delivered to the changelog
    3. offsets of the finished chunks committed

A crash between any two steps repeats work and changes nothing: facts have the same identities, state carries its fence.
Whatever raises ends the process (`streams.fatal`), so that the restart reads again from the committed offset.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from sinks.metrics import METRICS
from streams.book import Book, OffsetHole
from streams.cadence import Backlog, Cadence
from streams.chunk import Chunk, Partition, Record
from streams.failpoints import passes
from streams.outbox import Outbox

log = structlog.get_logger(__name__)


class Offsets(Protocol):
    """The consumer, as a flow sees it."""

    async def commit_offsets(self, offsets: Mapping[Partition, int]) -> bool: ...

    def end_offset(self, partition: Partition) -> int | None: ...

    def polled_at(self, partition: Partition) -> int | None: ...

    def start_offset(self, partition: Partition) -> int: ...

    async def first_kept(self, partition: Partition) -> int: ...

    def generation(self) -> int: ...

    async def belongs(self) -> bool: ...


class ChunkAbandoned(Exception):
    """Work on a chunk was cancelled and its partition kept: going on would lose the rest of it, so the process must end."""


class Flow(ABC):
    """One agent's work. `take`, `tick` and `release` exclude each other by a lock."""

    name: str

    def __init__(self, offsets: Offsets, outbox: Outbox, flush_seconds: float, flush_rows: int) -> None:
        self.backlog = Backlog()
        self.cadence = Cadence(flush_seconds, flush_rows)
        self.offsets = offsets
        self.outbox = outbox
        self.book = Book()
        self.rows = 0
        self._torn = False
        """A chunk was begun and not brought to its end: nothing may be told or committed of it."""
        self.partitions: set[Partition] = set()
        self.progress_at = time.monotonic()
        self._flushed_at = time.monotonic()
        self._lock = asyncio.Lock()
        self._opening: asyncio.Task[None] | None = None
        self._chunk_seconds = METRICS.chunk_seconds.labels(agent=self.name)
        self._flush_timer = METRICS.flush_seconds.labels(agent=self.name)

    def assign(self, partitions: set[Partition]) -> None:
        """Partitions of this flow's topics were assigned; `release` has let go of the former ones.

        Opening them (recovery) goes on in the background, since a rebalance must not wait for it; `take` does.
        """
        self.partitions = partitions
        self.progress_at = time.monotonic()
        self._opening = asyncio.create_task(self.open(partitions))

    async def opened(self) -> bool:
        """Wait until the partitions are ready; False when there are none or they were taken away meanwhile.

        Raises:
            Exception: what opening raised.
        """
        opening = self._opening
        if opening is None:
            return False
        await asyncio.wait([opening])
        if opening.cancelled():
            return False
        opening.result()
        return True

    @property
    def placed(self) -> bool:
        """An assignment was received, if only of nothing, and not taken back."""
        return self._opening is not None

    @property
    def ready(self) -> bool:
        """An assignment was received and its partitions are open."""
        opening = self._opening
        return (
            opening is not None and opening.done() and not opening.cancelled() and opening.exception() is None
        )

    async def take(self, chunk: Chunk) -> None:
        """Work on a chunk; a chunk of a generation that is over is dropped: its offsets were not committed."""
        async with self._lock:
            if not await self.opened() or not self._owns(chunk):
                return
            if self._torn:
                raise ChunkAbandoned(
                    f"{self.name}: the chunk before {chunk.partition} {chunk.first} was abandoned midway"
                )
            with self._chunk_seconds.time():
                passes("fetch")
                if self.book.position(chunk.partition) is None:
                    self.book.begin(chunk.partition, self.offsets.start_offset(chunk.partition))
                with METRICS.offset_holes.count_exceptions(OffsetHole):
                    await self._check_start(chunk)
                    records = self.book.admit(chunk)
                self._torn = True
                await self.work(chunk.partition, records)
                self._torn = False
                passes("state")
            lag = max(0, chunk.highwater - chunk.last - 1)
            METRICS.consumer_lag.labels(*map(str, chunk.partition)).set(lag)
            self.backlog.note(chunk.partition, lag)
            self.progress_at = time.monotonic()
            await self._flush_if_due()

    async def _check_start(self, chunk: Chunk) -> None:
        """The first chunk begins where the last commit ends, or where retention has left off.

        Retention may have removed what was not read yet. Restarting would not bring it back, so it is told, loudly.

        Raises:
            OffsetHole: the broker has the records before it.
        """
        partition, start = chunk.partition, self.offsets.start_offset(chunk.partition)
        if self.book.position(partition) is not None or chunk.first <= start:
            return
        kept = await self.offsets.first_kept(partition)
        if kept < chunk.first:
            raise OffsetHole(
                f"{partition.topic}[{partition.partition}]: {max(start, kept)} was expected first, {chunk.first} came; "
                f"{chunk.first - max(start, kept)} record(s) would be lost"
            )
        if start > 0:
            METRICS.offset_holes.inc()
            log.error("events expired unread", topic=partition.topic, partition=partition.partition,
                      first_lost=start, last_lost=chunk.first - 1)  # fmt: skip

    def _owns(self, chunk: Chunk) -> bool:
        return chunk.generation == self.offsets.generation() and chunk.partition in self.partitions

    async def tick(self) -> None:
        """Called often: timers, marks, and a flush when one is due."""
        async with self._lock:
            if self.ready and self.partitions:
                await self.idle()
                await self._flush_if_due()

    async def release(self) -> None:
        """Partitions are about to be revoked: finish, commit, forget. Who was thrown out of the group only forgets."""
        if self._opening is not None and not self._opening.done():
            self._opening.cancel()
        async with self._lock:
            if self.ready and self.partitions:
                await self._flush()
                if self.rows:
                    log.warning("dropped what another worker does again", flow=self.name, rows=self.rows)
                    self.rows = 0
            self.book.forget(self.partitions)
            self.backlog.forget(self.partitions)
            self.close()
            self.partitions = set()
            self._opening = None
            self._torn = False

    def position(self, partition: Partition) -> int:
        """Offset that is taken next."""
        known = self.book.position(partition)
        return self.offsets.start_offset(partition) if known is None else known

    def lag(self) -> int:
        """Records on the broker that have not been taken, over all partitions."""
        ends = ((partition, self.offsets.end_offset(partition)) for partition in self.partitions)
        return sum(max(0, end - self.position(partition)) for partition, end in ends if end is not None)

    async def _flush_if_due(self) -> None:
        now = time.monotonic()
        if self.cadence.due(self.rows, now - self._flushed_at, bool(self.backlog), now - self.progress_at):
            await self._flush()

    async def _flush(self) -> None:
        if self._torn:
            return  # cancelled midway: the book is ahead of the work, so all of it is done again by who reads next
        if self.pending():
            if not await self.offsets.belongs():
                return  # somebody else has the partitions: what was done here is forgotten at `release`
            with self._flush_timer.time():
                self.prepare()
                await self.outbox.deliver()  # 1. facts
                passes("facts_delivered")
                self.delivered()
                if not await self.offsets.belongs():
                    return
                await self.save()  # 2. state
        self.finish()
        offsets = self.book.committable()
        if offsets and await self.offsets.commit_offsets(offsets):  # 3. offsets
            self.book.committed(offsets)
            passes("offsets_committed")
        self.rows = 0
        self._flushed_at = time.monotonic()

    def pending(self) -> bool:
        """There is something to deliver."""
        return self.rows > 0 or len(self.outbox) > 0

    def finish(self) -> None:
        """Enter into the book what this flush has finished."""
        self.book.finish_all()

    @abstractmethod
    async def open(self, partitions: set[Partition]) -> None:
        """Make ready for `partitions` before their first chunk."""

    @abstractmethod
    async def work(self, partition: Partition, records: Sequence[Record]) -> None:
        """Fold records; effects go to the outbox."""

    @abstractmethod
    async def idle(self) -> None:
        """Do what is due with no record."""

    def delivered(self) -> None:  # noqa: B027 - only a flow that measures it cares
        """The facts of this flush are on the broker."""

    @abstractmethod
    def prepare(self) -> None:
        """Put what belongs to this flush into the outbox."""

    async def save(self) -> None:  # noqa: B027 - intake has no state
        """Deliver changed state."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything that belongs to the partitions."""
