"""Delivery: what the broker does not confirm ends in an error with a reason, never in silence."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, UnknownError, UnknownTopicOrPartitionError

from streams.book import LogLost
from streams.outbox import NotDelivered, Outbox


class Batch:
    """Takes two records."""

    def __init__(self) -> None:
        self.records: list[Any] = []

    def append(self, *, key: Any, value: Any, timestamp: Any) -> object | None:
        if len(self.records) == 2:
            return None
        self.records.append((key, value))
        return object()

    def record_count(self) -> int:
        return len(self.records)


class Broker:
    """A producer; the batch `fails_at` and what follows is answered with `error`, or never. The broker knows `topics`."""

    def __init__(
        self,
        fails_at: int = 99,
        error: Exception | None = None,
        topics: frozenset[str] | None = frozenset({"facts"}),
    ) -> None:
        self.client = self
        self._topics = topics
        self.batches: list[Batch] = []
        self._fails_at = fails_at
        self._error = error

    async def fetch_all_metadata(self) -> Any:
        if self._topics is None:
            raise KafkaConnectionError
        return SimpleNamespace(partitions_for_topic={topic: {0} for topic in self._topics}.get)

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[Any]":
        answer = asyncio.get_running_loop().create_future()
        self.batches.append(batch)
        offset = sum(one.record_count() for one in self.batches[:-1])
        if len(self.batches) < self._fails_at:
            answer.set_result(SimpleNamespace(offset=offset))
        elif self._error is not None:
            answer.set_exception(self._error)
        return answer


def deliver(broker: Any, records: int) -> Any:
    async def run() -> Any:
        outbox = Outbox(broker, {"facts": 1}, confirm_seconds=0.05)
        for number in range(records):
            outbox.put("facts", b"k", b"%d" % number)
        return await outbox.deliver()

    return asyncio.run(run())


def test_batches_of_a_partition_go_one_behind_the_other_and_their_places_are_told() -> None:
    broker = Broker()
    assert deliver(broker, 5) == {("facts", 0): [(0, 2), (2, 2), (4, 1)]}
    assert [value for batch in broker.batches for _, value in batch.records] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_broker_that_never_answers_is_told_and_nothing_more_is_sent() -> None:
    broker = Broker(fails_at=2)
    with pytest.raises(NotDelivered, match=r"2 records for facts\[0\] .*no word from the broker for 0\.05 s"):
        deliver(broker, 5)
    assert len(broker.batches) == 2


def test_a_refusal_is_told_with_its_reason() -> None:
    with pytest.raises(NotDelivered, match=r"1 records for facts\[0\] .*UnknownTopicOrPartition"):
        deliver(Broker(fails_at=1, error=UnknownTopicOrPartitionError()), 1)


def test_a_refusal_without_a_reason_by_a_broker_that_has_lost_the_topic_says_so() -> None:
    with pytest.raises(LogLost, match="broker lost its log: it does not know facts any more"):
        deliver(Broker(fails_at=1, error=UnknownError(), topics=frozenset({"other"})), 1)


def test_a_broker_that_cannot_be_asked_has_lost_nothing() -> None:
    with pytest.raises(NotDelivered, match="UnknownError"):
        deliver(Broker(fails_at=1, error=UnknownError(), topics=None), 1)
