"""What counts as drained: marks that come faster than a reader commits do not keep it from ever being so."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams import drained
from streams.settings import Settings
from streams.topics import Layout

LOOKS = 50


class Broker:
    """Internal topics that grow by two with each look, and a group that stays `behind` records behind their end."""

    def __init__(self, behind: int, grow: int = 2) -> None:
        self.end, self.behind, self.grow = 10, behind, grow

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...

    def assign(self, partitions: list[TopicPartition]) -> None: ...

    def seek(self, partition: TopicPartition, offset: int) -> None: ...

    async def getmany(self, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        return {}

    def highwater(self, partition: TopicPartition) -> int:
        return self.end

    async def list_consumer_group_offsets(
        self, group: str, partitions: list[TopicPartition]
    ) -> dict[Any, Any]:
        self.end += self.grow
        return {tp: SimpleNamespace(offset=self.end - self.behind, metadata="") for tp in partitions}


def looks_until_drained(monkeypatch: pytest.MonkeyPatch, broker: Broker) -> int | None:
    """Looks that were not the last, or None when `LOOKS` were not enough."""
    monkeypatch.setattr(drained, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(drained, "AIOKafkaAdminClient", lambda **_: broker)
    monkeypatch.setattr(drained, "AIOKafkaConsumer", lambda **_: broker)
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks >= LOOKS:
            raise TimeoutError

    layout = Layout("cluster", {"member-events": 2, "group-events": 1})
    try:
        asyncio.run(
            drained.wait_until_drained(Settings(), layout, {("qunpulse.chat", 0): 5}, check, sink=False)
        )
    except TimeoutError:
        return None
    return looks


def test_marks_that_never_cease(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looks_until_drained(monkeypatch, Broker(behind=7)) is not None


def test_a_reader_that_does_not_move(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looks_until_drained(monkeypatch, Broker(behind=5, grow=0)) is None
