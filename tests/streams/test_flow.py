"""A flow that is cancelled in the middle of a chunk neither tells nor commits anything of it, and does not go on."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.rows import ROWS_VERSION, Rows, encode_rows
from streams import keyed
from streams.book import OffsetHole
from streams.chunk import Chunk, Partition, Record
from streams.flow import ChunkAbandoned
from tests.streams.test_poison import PARTITION, Kept, members_flow, row


class Consumer:
    """What a flow asks of it, and what it was told to commit."""

    def __init__(self) -> None:
        self.committed: list[dict[Partition, int]] = []

    async def commit_offsets(self, offsets: Mapping[Partition, int]) -> bool:
        self.committed.append(dict(offsets))
        return True

    async def belongs(self) -> bool:
        return True

    def end_offset(self, partition: Partition) -> int:
        return 2

    def polled_at(self, partition: Partition) -> int:
        return 0

    start = kept = 0

    def start_offset(self, partition: Partition) -> int:
        return self.start

    async def first_kept(self, partition: Partition) -> int:
        return self.kept

    def generation(self) -> int:
        return 1


class Sent(Kept):
    """An outbox whose deliveries are written down."""

    def __init__(self) -> None:
        super().__init__()
        self.deliveries: list[str] = []

    def __len__(self) -> int:
        return sum(map(len, self.facts.values()))

    def put_at(self, target: Partition, key: bytes, value: bytes | None) -> None:
        self.facts.setdefault(target.topic, []).append(value or b"")

    def clear(self) -> None:
        self.facts.clear()

    async def deliver(self, stage: str = "facts_sent") -> dict[Partition, Any]:
        self.deliveries.append(stage)
        self.facts.clear()
        return {}


def chunk(first: int, rows: int) -> Chunk:
    value = encode_rows(
        Rows(ROWS_VERSION, {}, [row(first * 1000 + number, "m", 1) for number in range(rows)])
    )
    record: Any = SimpleNamespace(offset=first, key=None, value=value, timestamp=0, partition=PARTITION)
    records: list[Record] = [record]
    return Chunk(PARTITION, 1, records, highwater=first + 1)


async def opened(outbox: Sent, consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> Any:
    flow, place = members_flow(outbox)
    flow.offsets = consumer

    async def open_(partitions: set[Partition]) -> None:
        flow._places = {0: place}

    monkeypatch.setattr(flow, "open", open_)
    monkeypatch.setattr(place.changelog, "value", lambda body: body, raising=False)
    flow.assign({PARTITION})
    return flow


@pytest.mark.parametrize("cancelled", [False, True])
def test_cancelled_midway(monkeypatch: pytest.MonkeyPatch, cancelled: bool) -> None:
    monkeypatch.setattr(keyed, "ROWS_PER_STEP", 10)
    outbox, consumer = Sent(), Consumer()

    async def run() -> None:
        flow = await opened(outbox, consumer, monkeypatch)
        work = asyncio.create_task(flow.take(chunk(0, 100)))
        while flow.rows < 30:
            await asyncio.sleep(0)
        if cancelled:
            work.cancel()
        await asyncio.wait([work])
        if cancelled:
            assert 30 <= flow.rows < 100
            with pytest.raises(ChunkAbandoned, match="members: the chunk before .* was abandoned midway"):
                await flow.take(chunk(1, 5))
        await flow.tick()
        await flow.release()

    asyncio.run(run())
    if cancelled:
        assert (consumer.committed, outbox.deliveries) == ([], [])
    else:
        assert consumer.committed == [{PARTITION: 1}]
        assert outbox.deliveries == ["facts_sent", "changelog_sent"]


@pytest.mark.parametrize(
    ("start", "kept", "first", "lost"),
    [(0, 0, 0, 0), (3, 0, 3, 0), (0, 0, 5, 5), (3, 0, 5, 2), (3, 4, 5, 1), (0, 5, 5, 0), (3, 5, 5, 0)],
)
def test_the_first_chunk_begins_where_the_last_commit_ends_or_where_retention_left_off(
    monkeypatch: pytest.MonkeyPatch, start: int, kept: int, first: int, lost: int
) -> None:
    outbox, consumer = Sent(), Consumer()
    consumer.start, consumer.kept = start, kept

    async def run() -> None:
        flow = await opened(outbox, consumer, monkeypatch)
        if lost:
            with pytest.raises(OffsetHole, match=rf"{first} came; {lost} record\(s\) would be lost"):
                await flow.take(chunk(first, 5))
        else:
            await flow.take(chunk(first, 5))
            await flow.release()

    asyncio.run(run())
    assert consumer.committed == ([] if lost else [{PARTITION: first + 1}])
