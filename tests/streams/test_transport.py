"""The chunk transport: where a partition is read from."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import TopicPartition

from streams.transport import ChunkConsumerThread

NEW, ZERO, READ, GONE = (TopicPartition("chat", number) for number in range(4))


class Client:
    """aiokafka's consumer: what it is told to seek, and what the group has committed."""

    def __init__(self) -> None:
        self.sought: dict[TopicPartition, int] = {}

    async def seek_to_committed(self) -> dict[TopicPartition, int | None]:
        self.sought[READ] = 7
        return {NEW: None, ZERO: 0, READ: 7, GONE: None}

    def assignment(self) -> set[TopicPartition]:
        return {NEW, ZERO, READ}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought[partition] = offset


def test_a_partition_without_a_commit_is_read_from_its_first_record() -> None:
    client = Client()
    thread: Any = object.__new__(ChunkConsumerThread)

    async def call(work: Callable[..., Any], *args: Any) -> Any:
        return await work(*args)

    thread.call_thread = call
    thread._ensure_consumer = lambda: client
    assert asyncio.run(thread.seek_to_committed()) == {NEW: None, ZERO: 0, READ: 7, GONE: None}
    assert client.sought == {NEW: 0, ZERO: 0, READ: 7}, "one that was taken away meanwhile is left alone"
