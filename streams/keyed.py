"""The flow of an agent that keeps state per key: what members and groups share.

Rows come packed from intake. For each row: the state of its key is taken from the partition's store, its own timers due by
the row's arrival clock are fired, the event is folded, and facts go to the outbox. When no row comes, the frontier drives
the timers, a bounded number at a time, so that a midnight wave delays no live event (design invariant 4).
"""

import asyncio
import time
from abc import abstractmethod
from collections import Counter as Tally
from collections.abc import Sequence
from typing import Generic

import structlog
from prometheus_client import Counter

from schemas.erasure import ERASURE_KEY, Erasure, decode_erasure
from schemas.rows import ROWS_VERSION, Row, decode_rows
from schemas.versions import FormatVersionError
from schemas.view import Event, read_event
from sinks.metrics import METRICS
from streams.changelog import Changelog
from streams.chunk import Partition, Record
from streams.connection import Connection
from streams.failpoints import passes
from streams.flow import Flow, Offsets
from streams.give_back import give_back
from streams.outbox import Outbox
from streams.place import Place, S
from streams.poison import ModelLetters
from streams.store import Store

log = structlog.get_logger(__name__)

TIMERS_PER_STEP = 200
"""States looked at before the event loop and waiting chunks get their turn: some 10 ms of work."""

READ_AT_ONCE = 2
"""Changelogs read back at one time. It is work for one core; more of them only need more memory (see `streams.changelog`)."""

ROWS_PER_STEP = 500
"""Rows folded before the event loop gets its turn, so that heartbeats and commits are not held up: some 0.1 s of work. A packed
record may hold many thousands."""


class Keyed(Flow, Generic[S]):
    """Flow with a store per partition."""

    def __init__(
        self,
        offsets: Offsets,
        outbox: Outbox,
        *,
        changelog: str,
        connection: Connection,
        sources: Sequence[int],
        letters: ModelLetters,
        flush_seconds: float,
        flush_rows: int,
    ) -> None:
        """`sources` are the numbers of all input partitions; `changelog` is the full name of the state topic."""
        super().__init__(offsets, outbox, flush_seconds, flush_rows)
        self._changelog = changelog
        self._connection = connection
        self._sources = sources
        self._letters = letters
        self.applied = 0
        self.repeated = 0
        self.told: list[Counter] = []
        """Counters of the facts of this flush: counted when they are delivered, as rows are when their states are."""
        self._applied = METRICS.events_applied.labels(agent=self.name)
        self._repeated = METRICS.events_repeated.labels(agent=self.name)
        self._places: dict[int, Place[S]] = {}

    async def open(self, partitions: set[Partition]) -> None:
        self._places = {p.partition: self._place(p.partition) for p in partitions}
        started = time.monotonic()
        turn = asyncio.Semaphore(READ_AT_ONCE)
        await asyncio.gather(*(self._read_back(place, turn) for place in self._places.values()))
        if any(place.store.dirty for place in self._places.values()):
            self.rows += 1  # what a zombie wrote over is written again with the next flush
        give_back()
        METRICS.recovery_seconds.observe(time.monotonic() - started)

    async def _read_back(self, place: Place[S], turn: asyncio.Semaphore) -> None:
        async with turn:
            await place.changelog.open(place.store, self.outbox)

    def _place(self, number: int) -> Place[S]:
        changelog = Changelog(Partition(self._changelog, number), self._connection)
        return Place(self.new_store(number), changelog, self._sources)

    def close(self) -> None:
        for place in self._places.values():
            place.store.close()
        self._places.clear()
        self.outbox.clear()
        self.applied = self.repeated = 0
        self.told.clear()

    async def work(self, partition: Partition, records: Sequence[Record]) -> None:
        place = self._places[partition.partition]
        since_yield = 0
        for record in records:
            if record.key == ERASURE_KEY:
                self._forget(place, decode_erasure(record.value or b""))
                continue
            packed = decode_rows(record.value or b"")
            if not 1 <= packed.version <= ROWS_VERSION:
                raise FormatVersionError.of(f"{partition.topic}: packed rows", packed.version, ROWS_VERSION)
            passes("decode")
            self._letters.taken(partition.topic, len(packed.rows))
            for first in range(0, len(packed.rows), ROWS_PER_STEP):
                step = packed.rows[first : first + ROWS_PER_STEP]
                for row in step:
                    self._apply(place, partition.topic, row)
                self.rows += len(step)
                self.progress_at = time.monotonic()  # a long chunk is no standstill (streams.watchdog)
                since_yield += len(step)
                if since_yield >= ROWS_PER_STEP:
                    since_yield = 0
                    await asyncio.sleep(0)
            place.frontier.advance(packed.marks)
        self._settle_if_ended(place)

    def _apply(self, place: Place[S], topic: str, row: Row) -> None:
        event = read_event(row.raw, row.ts)
        name = self.key_of(event)
        if name is None:
            return
        key = f"{event.brand_id}\x1f{name}".encode()
        state = place.store.get(key)
        if state is None:
            state = self._first(place, key, event.brand_id, name)
        try:
            changed = self.apply(state, event, row)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a model raises is a bug that must not hold up the others
            self._put_aside(place, key, topic, row, error)
            return
        if changed:
            place.store.put(key, state)
        place.rows.append((key, row))

    def _put_aside(self, place: Place[S], key: bytes, topic: str, poison: Row, error: Exception) -> None:
        """Bring the state of `key` to where it would be without `poison`, and past it."""
        log.error("a model has failed at an event, which becomes a dead letter", agent=self.name, source=poison.source,
                  offset=poison.offset, exc_info=error)  # fmt: skip
        counted = self.applied, self.repeated, len(self.told)
        place.store.revert(key)
        state = place.store.get(key)
        for known, row in place.rows:
            if known == key:
                event = read_event(row.raw, row.ts)
                if state is None:
                    state = self._first(place, key, event.brand_id, self.key_of(event) or "")
                self.apply(state, event, row)
        self.applied, self.repeated = counted[:2]
        del self.told[counted[2] :]
        if state is not None:
            state.fence[poison.source] = max(poison.offset, state.fence.get(poison.source, -1))
            place.store.put(key, state)
        for erasure in place.erasures:
            self.erase_again(place.store, erasure)
        self._letters.put(self.outbox, topic, poison, error, time.time_ns() // 1_000_000)

    def _first(self, place: Place[S], key: bytes, brand_id: str, name: str) -> S:
        """State of one of whom nothing is known: never seen, or erased, and then what the erasure covers counts as applied."""
        state = self.initial(brand_id, name)
        state.fence.update(place.store.erased_fence(key))
        return state

    def _forget(self, place: Place[S], erasure: Erasure) -> None:
        self.erase(place.store, erasure)
        place.erasures.append(erasure)
        self.rows += 1

    async def idle(self) -> None:
        """Fire what the frontier has passed; bounded, the rest waits for the next tick."""
        for place in self._places.values():
            clock = place.frontier.clock
            if clock is not None:
                self._fire(place, clock)

    def _fire(self, place: Place[S], clock: int) -> None:
        for key in place.store.due(clock, TIMERS_PER_STEP):
            state = place.store.get(key)
            if state is not None:
                self.fire(state, clock)
                place.store.put(key, state)
                self.rows += 1

    def _settle_if_ended(self, place: Place[S]) -> None:
        """A replay has come to its end: everything is told as of then."""
        clock = place.frontier.clock
        if place.settled or clock is None or not place.frontier.ended:
            return
        place.settled = True
        for key in place.store.all_keys():
            state = place.store.get(key)
            if state is not None:
                self.settle(state, clock)
                place.store.put(key, state)
        self.rows += 1

    def prepare(self) -> None:
        for place in self._places.values():
            for _, state in place.store.dirty_items():
                self.tell(state)

    async def save(self) -> None:
        for number, place in self._places.items():
            target = Partition(self._changelog, number)
            for key, body in place.store.drain():
                self.outbox.put_at(target, key, None if body is None else place.changelog.value(body))
            place.rows.clear()
            place.erasures.clear()
        passes("changelog_put")
        for target, batches in (await self.outbox.deliver("changelog_sent")).items():
            await self._places[target.partition].changelog.written(batches)
        passes("changelog_delivered")
        self._count()

    def _count(self) -> None:
        """What is durable is counted: counters agree with the ledgers, whatever was done twice or dropped."""
        self._applied.inc(self.applied)
        self._repeated.inc(self.repeated)
        for counter, times in Tally(self.told).items():
            counter.inc(times)
        self.applied = self.repeated = 0
        self.told.clear()

    def measure(self) -> None:
        """Bring the gauges of this flow up to date."""
        places = self._places.values()
        METRICS.state_entries.labels(store=self.name).set(sum(len(place.store) for place in places))
        METRICS.state_dirty.labels(store=self.name).set(sum(place.store.dirty for place in places))
        METRICS.timers_due.labels(agent=self.name).set(
            sum(place.store.overdue(clock) for place in places if (clock := place.frontier.clock) is not None)
        )

    def lag_seconds(self, now: int) -> float | None:
        """How far the slowest frontier is behind `now`; None until every source was heard of."""
        clocks = [place.frontier.clock for place in self._places.values()]
        known = [clock for clock in clocks if clock is not None]
        if len(known) < len(clocks) or not known:
            return None
        return max(0.0, (now - min(known)) / 1000)

    @abstractmethod
    def new_store(self, partition: int) -> Store[S]:
        """An empty store for `partition`."""

    @abstractmethod
    def key_of(self, event: Event) -> str | None:
        """Whose state the event changes, or None."""

    @abstractmethod
    def initial(self, brand_id: str, name: str) -> S:
        """State of one never seen before."""

    @abstractmethod
    def apply(self, state: S, event: Event, row: Row) -> bool:
        """Fold an event; facts to the outbox. False when nothing changed (a repeat)."""

    @abstractmethod
    def erase(self, store: Store[S], erasure: Erasure) -> None:
        """Forget a member: what `store` holds, and what was told of its latest state."""

    def erase_again(self, store: Store[S], erasure: Erasure) -> None:  # noqa: B027 - a state that is gone stays so
        """A state was put back to the last flush: forget the member in it once more."""

    @abstractmethod
    def fire(self, state: S, clock: int) -> None:
        """Fire the timers of `state` due at or before `clock`."""

    @abstractmethod
    def settle(self, state: S, clock: int) -> None:
        """A replay ended at `clock`."""

    @abstractmethod
    def tell(self, state: S) -> None:
        """Put the facts that are told once a flush into the outbox."""
