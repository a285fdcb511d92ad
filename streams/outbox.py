"""What a flush has to deliver, written to Kafka in bulk.

aiokafka's ``send`` costs some 8 µs a record (performance table 2); filling its batches by hand costs less than a third of
it. `deliver` returns when the broker has confirmed everything (acks=all), or raises: there is no fire and forget here.
"""

import asyncio
from collections import defaultdict
from typing import Any
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.book import LogLost
from streams.chunk import Partition
from streams.failpoints import Stage, passes

CONFIRM_SECONDS = 60.0
"""Longest wait for the broker's word on a batch. The client gives up after some 40 s where it notices by itself; it does not
always, and a worker that waits for ever looks like one that has nothing to do."""

ASK_SECONDS = 5.0
"""Longest wait for the broker's word on whether it still has the topic of a batch that it did not take."""

BATCH_BYTES = 900_000
"""Most bytes of a batch: below the broker's default limit of 1 MiB with room for the batch's own header."""


def partition_of(key: bytes, partitions: int) -> int:
    """Partition of a key. CRC-32: stable over processes and versions, unlike `hash`."""
    return crc32(key) % partitions


class NotDelivered(Exception):
    """The broker did not take a batch, or did not say so in time; nothing of its flush may be committed."""


Batches = list[tuple[int, int]]
"""Batches that were confirmed: the offset of the first record and the number of records."""


class Outbox:
    """Records waiting for the next delivery. Not thread safe: one flow owns it."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        partitions: dict[str, int],
        confirm_seconds: float = CONFIRM_SECONDS,
    ) -> None:
        self._producer = producer
        self._partitions = partitions
        self._confirm_seconds = confirm_seconds
        self._waiting: dict[tuple[str, int], list[tuple[bytes | None, bytes | None]]] = defaultdict(list)

    def put(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Add a record; its key decides the partition."""
        self._waiting[topic, crc32(key) % self._partitions[topic]].append((key, value))

    def put_at(self, partition: Partition, key: bytes | None, value: bytes | None) -> None:
        """Add a record for a given partition."""
        self._waiting[partition].append((key, value))

    def __len__(self) -> int:
        return sum(len(records) for records in self._waiting.values())

    async def deliver(self, sent: Stage = "facts_sent") -> dict[Partition, Batches]:
        """Send everything and wait for the broker's word; returns where it stands now. `sent` names the failpoint.

        Partitions go side by side; within one, a batch is sent when the one before is confirmed. So what a reader of a
        partition sees is a prefix of what was put, possibly repeated, never with a hole (docs/architecture.md).

        Raises:
            NotDelivered: the broker did not confirm; nothing may be taken as delivered.
            LogLost: it does not know the topic any more.
        """
        waiting, self._waiting = self._waiting, defaultdict(list)
        targets = [Partition(*target) for target in waiting]
        confirmed = await asyncio.gather(*(self._send(target, waiting[target], sent) for target in targets))
        return dict(zip(targets, confirmed, strict=True))

    async def deliver_one(self, partition: Partition, key: bytes, value: bytes) -> int:
        """Send one record at once and return its offset."""
        ((first, _),) = await self._send(partition, [(key, value)], "changelog_sent")
        return first

    def clear(self) -> None:
        """Drop what waits: its partitions were lost, and whoever owns them now will send it again."""
        self._waiting.clear()

    async def _send(
        self, partition: Partition, records: list[tuple[bytes | None, bytes | None]], sent: Stage
    ) -> Batches:
        confirmed: Batches = []
        batch = self._producer.create_batch()
        for key, value in records:
            if batch.append(key=key, value=value, timestamp=None) is None:
                confirmed.append(await self._confirm(batch, partition, sent))
                batch = self._producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        if batch.record_count():
            confirmed.append(await self._confirm(batch, partition, sent))
        return confirmed

    async def _confirm(self, batch: Any, partition: Partition, sent: Stage) -> tuple[int, int]:
        count = batch.record_count()
        try:
            async with asyncio.timeout(self._confirm_seconds):
                confirmation = await self._producer.send_batch(
                    batch, partition.topic, partition=partition.partition
                )
                passes(sent)
                return (await confirmation).offset, count
        except (KafkaError, TimeoutError) as error:
            await self._check_kept(partition)
            why = str(error) or f"no word from the broker for {self._confirm_seconds:g} s"
            raise NotDelivered(
                f"{count} records for {partition.topic}[{partition.partition}] could not be delivered: {why}"
            ) from error

    async def _check_kept(self, partition: Partition) -> None:
        """Some brokers refuse a record for a topic that is gone with an error that says nothing, so they are asked."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                cluster = await self._producer.client.fetch_all_metadata()
        except (KafkaError, TimeoutError):
            return  # no broker answers: nothing is known
        if not cluster.partitions_for_topic(partition.topic):
            raise LogLost(f"broker lost its log: it does not know {partition.topic} any more")
