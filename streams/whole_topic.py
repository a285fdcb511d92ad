"""Everything on a topic as it is now, for commands that look at all of it once."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.connection import connection
from streams.fetch_wait import READ_MS, adapt
from streams.settings import Settings
from streams.topics import Layout


async def read_topic(settings: Settings, layout: Layout, name: str) -> AsyncIterator[Any]:
    """Records of the topic declared as `name`, partition by partition, up to the high watermark of each one's first answer.

    What is written meanwhile is left for the next look, so this ends. The watermark is a fetch's (reliability 2.5).

    Raises:
        aiokafka.errors.KafkaError: no broker answers.
    """
    partitions = [TopicPartition(settings.topic(name), number) for number in range(layout.partitions[name])]
    async for record in read_partitions(settings, partitions):
        yield record


async def read_partitions(settings: Settings, partitions: Sequence[TopicPartition]) -> AsyncIterator[Any]:
    """The same of some partitions.

    Raises:
        aiokafka.errors.KafkaError: no broker answers.
    """
    consumer = AIOKafkaConsumer(
        **connection(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=READ_MS,
    )
    await consumer.start()
    try:
        for partition in partitions:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end: int | None = None
            while end is None or await consumer.position(partition) < end:
                fetched = await consumer.getmany(partition, timeout_ms=200)
                adapt(consumer, (partition,), READ_MS, brought=bool(fetched))
                for records in fetched.values():
                    for record in records:
                        if end is None or record.offset < end:
                            yield record
                end = consumer.highwater(partition) if end is None else end
    finally:
        await consumer.stop()
