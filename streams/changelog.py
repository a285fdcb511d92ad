"""Reading a partition of a changelog back into a store.

The end is the high watermark that a fetch brings, never a listed end offset: Tansu lists one that is too small after a
batch of several records, and the tail of the state would be lost silently (reliability 2.5).
"""

import time
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.chunk import Partition
from streams.connection import Connection
from streams.store import Store

log = structlog.get_logger(__name__)

RECOVERY_SECONDS = 300.0
"""A recovery that takes longer ends the process: a hanging one would look like a worker that has nothing to do (F7)."""


class RecoveryStuck(Exception):
    """A changelog could not be read to its end in time."""


async def recover(store: Store[Any], changelog: Partition, connection: Connection) -> int:
    """Read `changelog` from its beginning to its end into `store`; returns the number of records.

    Raises:
        RecoveryStuck: the end was not reached within `RECOVERY_SECONDS`.
    """
    started = time.monotonic()
    consumer = AIOKafkaConsumer(
        **connection,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=8_388_608,
    )
    await consumer.start()
    try:
        count = await _read_to_end(consumer, TopicPartition(*changelog), store, started + RECOVERY_SECONDS)
    finally:
        await consumer.stop()
    store.loaded()
    log.info("recovered", topic=changelog.topic, partition=changelog.partition, records=count,
             states=len(store), seconds=round(time.monotonic() - started, 3))  # fmt: skip
    return count


async def _read_to_end(consumer: Any, partition: TopicPartition, store: Store[Any], deadline: float) -> int:
    consumer.assign([partition])
    await consumer.seek_to_beginning(partition)
    count = 0
    while True:
        fetched = await consumer.getmany(partition, timeout_ms=200, max_records=50_000)
        for records in fetched.values():
            store.load((record.key, record.value) for record in records)
            count += len(records)
        highwater = consumer.highwater(partition)
        if highwater is not None and await consumer.position(partition) >= highwater:
            return count
        if time.monotonic() > deadline:
            raise RecoveryStuck(
                f"{partition.topic}[{partition.partition}]: stuck at {await consumer.position(partition)} of {highwater}"
            )
