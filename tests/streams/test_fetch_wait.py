"""A fetch that the broker cannot answer in time is given more."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.settings import Settings
from streams.whole_topic import read_partitions
from tests.brokers import tansu

BATCHES = 2_000
"""Of a record each: more than the embedded broker looks through in a millisecond."""


async def written_and_read(address: str) -> list[bytes]:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic("long", 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=address, linger_ms=0)
    await producer.start()
    for number in range(BATCHES):
        await producer.send_and_wait("long", str(number).encode(), partition=0)
    await producer.stop()
    settings = Settings(kafka=address)
    return [one.value async for one in read_partitions(settings, [TopicPartition("long", 0)])]


@pytest.mark.timeout(60)
def test_a_long_partition_is_read_whatever_the_wait_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.whole_topic.READ_MS", 1)
    with tansu(tmp_path) as address:
        found = asyncio.run(written_and_read(address))
    assert found == [str(number).encode() for number in range(BATCHES)]
