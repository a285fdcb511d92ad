"""A Faust transport that hands an agent one message per fetched chunk of a partition, and owns the offsets.

Entered through Faust's own extension point: the entry point group ``faust.transports``, name ``qunpulse``; an app chooses it
by its broker address, ``qunpulse://host:port``. It is Faust's aiokafka transport with these differences:

* `ChunkConsumer.getmany` yields one message for all records fetched of a partition (design section 3: 9-12,000 events a
  second one by one, some 450,000 in chunks);
* Faust's acknowledgements commit nothing. Flows commit what their `Book` says is finished (reliability F1, F2, F4);
* a gap between two messages is no gap here, since a chunk's message carries its last offset; holes are found by the
  `Book`, from the records themselves (F5, F6);
* it knows when the group was last heard of, so that a worker that had hung writes nothing before it knows whether it is
  still a member;
* a partition of which nothing is committed is read from its first record, whatever was dropped during the assignment;
* before partitions are given up, flows are asked to finish and commit (F12);
* a leader leaves its group without a word while the group is being formed (`streams.leaving`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, cast

import faust
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage, Message

from streams.chunk import Chunk, Partition
from streams.fetch_wait import IDLE_MS, adapt
from streams.leaving import leave_group

LOOK_SECONDS = 0.05
"""Time between two looks at whether the group has been heard of again."""

Release = Callable[[], Awaitable[None]]

setattr(GroupCoordinator, "_maybe_leave_group", leave_group)  # noqa: B010 - the client has no setting for it


class ChunkSchema(faust.Schema[Any, Any]):
    """Hands the chunk to the agent as it is: decoding is the agent's own work, where an error has a place to go (F3)."""

    def loads_key(self, app: Any, message: Message, **_: Any) -> None:
        return None

    def loads_value(self, app: Any, message: Message, **_: Any) -> Chunk:
        return cast(Chunk, message.value)


def _as_unpacked(_: TP, record: Any) -> Any:
    return record


class ChunkConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, whose idle fetches are answered sooner, and whose records stay as they were unpacked."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = IDLE_MS
        return consumer

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek to the committed offsets; to the first record where nothing is committed.

        aiokafka leaves such a partition where it is, which is behind what was fetched, and dropped, while the assignment was
        under way: on a busy machine the first records of a group's life were never read.
        """
        return cast(Mapping[TP, int], await self.call_thread(self._seek_to_committed_or_first))

    async def _seek_to_committed_or_first(self) -> Mapping[Any, int | None]:
        consumer = self._ensure_consumer()
        committed: Mapping[Any, int | None] = await consumer.seek_to_committed()
        for partition, offset in committed.items():
            if not offset and partition in consumer.assignment():
                # where retention has taken that away, the broker says what is first
                consumer.seek(partition, 0)
        return committed

    async def _fetch_records(self, consumer: Any, active_partitions: Any, *args: Any, **kwargs: Any) -> Any:
        """Records without aiokafka's wrapping, which repeats topic and partition in each and costs more than unpacking it.

        What arrives while this waits is wrapped, and as good.
        """
        for fetched in consumer._fetcher._records.values():
            unpacked = getattr(fetched, "_partition_records", None)
            if unpacked is not None:
                unpacked._consumer_record = _as_unpacked
        found = await super()._fetch_records(consumer, active_partitions, *args, **kwargs)
        adapt(consumer, active_partitions, IDLE_MS, brought=bool(found))
        return found


class ChunkConsumer(driver.Consumer):
    """Faust's consumer, with chunks for messages and offsets in the hands of the flows."""

    def _new_consumer_thread(self) -> ChunkConsumerThread:
        return ChunkConsumerThread(self, loop=self.loop, beacon=self.beacon)

    _heard_at = 0.0

    committed_at: Mapping[Partition, int | None] = {}  # noqa: RUF012 - replaced, never changed

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Fetch once; yield one message per partition that has records."""
        records, _ = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if not records or self.should_stop:
            return
        if not self.flow_active:
            await self.perform_seek()
            return
        for tp, fetched in records.items():
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return  # the rest is fetched again from the committed offset
            if fetched:
                yield tp, self._to_chunk_message(tp, fetched, generation)

    def _to_chunk_message(self, tp: TP, fetched: list[Any], generation: int) -> Message:
        last = fetched[-1]
        highwater = self.highwater(tp) or last.offset + 1
        chunk = Chunk(Partition(tp.topic, tp.partition), generation, fetched, highwater)
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            [],
            None,
            cast(Any, chunk),  # Faust carries it untouched to the agent
            checksum=None,
            tp=tp,
            generation_id=generation,
        )

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Chunks are apart by their length; the `Book` looks for holes."""

    def ack(self, message: Message) -> bool:
        """Let go of a message; an offset is finished when its flow says so."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Faust's periodic commit: flows commit at the end of each flush, so there is nothing left to do."""
        return False

    async def wait_empty(self) -> None:
        """Before partitions are revoked, or at the end: let flows finish what they hold."""
        await self._release()

    async def commit_and_end_transactions(self) -> None:
        """As `wait_empty`, for a stop that does not wait for streams."""
        await self._release()

    async def _release(self) -> None:
        for release in cast(Transport, self.transport).releases:
            await release()

    async def commit_offsets(self, offsets: Mapping[Partition, int]) -> bool:
        """Commit `offsets`; False when the group has rebalanced meanwhile and they are somebody else's now."""
        if not offsets:
            return True
        return bool(await self._commit({TP(*partition): offset for partition, offset in offsets.items()}))

    def generation(self) -> int:
        """Generation of the consumer group that this worker is in."""
        return int(self.app.consumer_generation_id)

    def listen(self) -> None:
        """Partitions were assigned: the group knows us. From now on its answers to heartbeats are listened to."""
        self._heard_at = time.monotonic()
        coordinator = self._coordinator()
        beat = coordinator._do_heartbeat
        if getattr(beat, "listened_to", False):
            return

        async def heard() -> bool:
            known = bool(await beat())
            if known:
                self._heard_at = time.monotonic()
            return known

        heard.listened_to = True  # type: ignore[attr-defined]
        coordinator._do_heartbeat = heard

    async def belongs(self) -> bool:
        """Whether the group still counts this worker as a member; waits while that is not known.

        It is known for one session after each answer. A worker that was stopped for longer, or whose broker hangs, waits
        for the next answer, and learns from it that it was thrown out, or that it was not.
        """
        session = self.app.conf.broker_session_timeout
        while self._coordinator().generation != driver.DEFAULT_GENERATION_ID:
            if time.monotonic() - self._heard_at < session:
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _coordinator(self) -> Any:
        return self._thread._ensure_consumer()._coordinator

    async def perform_seek(self) -> None:
        """Seek to the committed offsets, and remember them: an idle partition has no other position."""
        await super().perform_seek()
        self.committed_at = {Partition(*tp): offset for tp, offset in self._committed_offset.items()}

    def start_offset(self, partition: Partition) -> int:
        """Offset that was committed when `partition` was assigned, 0 when none was."""
        return self.committed_at.get(partition) or 0

    async def first_kept(self, partition: Partition) -> int:
        """Offset of the first record of `partition` that the broker still has; asks it."""
        tp = TP(*partition)
        return int((await self.earliest_offsets(tp))[tp])

    def end_offset(self, partition: Partition) -> int | None:
        """High watermark that the last fetch brought (listed end offsets are too small on Tansu, reliability 2.5)."""
        state = self._fetch_state(partition)
        return None if state is None else state.highwater

    def polled_at(self, partition: Partition) -> int | None:
        """Wall time, ms, of the last fetch answer for `partition`."""
        state = self._fetch_state(partition)
        return None if state is None else state.timestamp

    def gone(self, topics: Iterable[str]) -> set[str]:
        """Those of `topics` that the broker does not know any more, as it said last; what it said holds while it is away."""
        cluster = self._thread._ensure_consumer()._client.cluster
        return {topic for topic in topics if not cluster.partitions_for_topic(topic)}

    def _fetch_state(self, partition: Partition) -> Any:
        subscription = self._thread._ensure_consumer()._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        tp = TopicPartition(*partition)
        return assignment.state_value(tp) if assignment is not None and tp in assignment.tps else None


class Transport(driver.Transport):
    """Faust's aiokafka transport with the chunk consumer."""

    Consumer: ClassVar[type[ChunkConsumer]] = ChunkConsumer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.releases: list[Release] = []
