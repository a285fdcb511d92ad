"""The alerts topic to one receiver, in a consumer group of its own: a receiver that is down delays no other.

Per round: fetch; fold the facts into the ledger; tell what is due; commit. What is told goes through three steps:

    1. the receiver has taken it
    2. the ledger's entry is confirmed on ``notify-state``
    3. the offset behind the fact is committed

A crash between 1 and 2 tells that one notice again, with the same identity; after 2 it is known for a repeat.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError

from sinks.metrics import METRICS
from sinks.notify.base import Receiver
from streams.notify.ledger import Ledger
from streams.notify.letters import NoticeLetters
from streams.notify.place import Place
from streams.notify.telling import State, Telling
from streams.outbox import Outbox
from streams.patient import patient_consumer
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.whole_topic import read_partitions

log = structlog.get_logger(__name__)

POLL_MS: Final = 500
"""Longest wait for facts, ms; throttled updates and repeats are looked at as often."""

MOST_RECORDS: Final = 500


class NotifyFlow(ConsumerRebalanceListener):  # type: ignore[misc]
    """Reads alerts and has one receiver told of them."""

    def __init__(self, settings: Settings, receiver: Receiver, outbox: Outbox, state: State) -> None:
        self._settings = settings
        self._name = receiver.name
        self._letters = NoticeLetters(settings.topic("dead-letters"), receiver.name, outbox)
        self._telling = Telling(receiver, self._letters, outbox, settings.topic("notify-state"), state)
        self._pause = int(settings.notify_update_seconds * 1000)
        self._places: dict[TopicPartition, Place] = {}
        self._assignments = 0
        self._shown: set[tuple[str, str]] = set()
        self._consumer: Any = None

    @property
    def assigned(self) -> bool:
        """There are partitions, and they are open."""
        return bool(self._places)

    def stop(self) -> None:
        """End after what is being told now."""
        self._telling.stopping.set()

    async def run(self) -> None:
        """Tell until stopped."""
        self._consumer = patient_consumer(self._settings, f"notify-{self._name}")
        self._consumer.subscribe([self._settings.topic("alerts")], listener=self)
        await self._consumer.start()
        try:
            while not self._telling.stopping.is_set():
                try:
                    await self._round()
                except (CommitFailedError, IllegalStateError) as error:
                    log.warning(
                        "the group has rebalanced; partitions are opened anew",
                        receiver=self._name,
                        error=str(error),
                    )
                    self._forget()
        finally:
            await self._consumer.stop()
            await self._telling.receiver.close()

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        self._forget()

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        self._forget()

    def _forget(self) -> None:
        """Ledgers are read again: another process may have told meanwhile."""
        self._assignments += 1
        self._places.clear()

    async def _round(self) -> None:
        for partition in self._consumer.assignment() - self._places.keys():
            await self._open(partition)
        for partition, records in (
            await self._consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        ).items():
            if partition in self._places:
                self._fold(self._places[partition], records)
            else:  # it came with a rebalance, before its ledger was read
                self._consumer.seek(partition, records[0].offset)
        for place in list(self._places.values()):
            if await self._ready(place):
                await self._tell(place)
        await self._telling.repeat([place for place in self._places.values() if place.ready])

    async def _open(self, partition: TopicPartition) -> None:
        """Read what the receiver was told."""
        assignments = self._assignments
        ledger = Ledger()
        source = TopicPartition(self._settings.topic("notify-state"), partition.partition)
        records = [(r.key, r.value) async for r in read_partitions(self._settings, [source])]
        ledger.load(self._name, records, wall_ms())
        if await self._consumer.committed(partition) is not None:
            ledger.fresh = False
        if assignments == self._assignments:
            self._places[partition] = Place(partition, ledger)

    def _fold(self, place: Place, records: Sequence[Any]) -> None:
        place.uncommitted = True
        for record in records:
            if record.value is None:
                continue
            try:
                place.ledger.fold(record.value, record.offset, wall_ms())
            except ValueError as error:
                self._letters.unreadable(place.partition, record, str(error))

    async def _ready(self, place: Place) -> bool:
        """Everything was read that stood there at the start."""
        if place.ready:
            return True
        place.ledger.pass_over(wall_ms())
        if place.start_end is None:
            place.start_end = self._consumer.highwater(place.partition)
        if place.start_end is not None and await self._consumer.position(place.partition) >= place.start_end:
            place.ledger.fresh = False
            await self._telling.save(
                place
            )  # from here on the receiver is no new one, even if nobody takes anything
            place.ready = True
        return place.ready

    async def _tell(self, place: Place) -> None:
        due = place.ledger.due(wall_ms(), self._pause)
        give_up = self._settings.notify_give_up_seconds
        if (
            await self._telling.tell(place, due, self._ours, give_up)
            and place.uncommitted
            and self._ours(place)
        ):
            await self._telling.save(place)  # what is told later, and what is no alert
            read = await self._consumer.position(place.partition)
            await self._consumer.commit({place.partition: read})
            place.uncommitted = False

    def _ours(self, place: Place) -> bool:
        return self._places.get(place.partition) is place

    def measure(self) -> None:
        """Bring the gauges up to date; also while a receiver is being waited for."""
        now = wall_ms()
        entries = [entry for place in self._places.values() for entry in place.ledger]
        late = [now - entry.heard_at for entry in entries if entry.due(now, self._pause)]
        METRICS.notify_waiting.labels(receiver=self._name).set(max(late, default=0) / 1000)
        found = Counter((e.alert.kind, e.alert.severity) for e in entries if not e.alert.over)
        self._shown |= found.keys()
        for kind, severity in self._shown:
            METRICS.notify_open.labels(receiver=self._name, kind=kind, severity=severity).set(
                found[kind, severity]
            )
