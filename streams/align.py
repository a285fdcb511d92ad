"""Merges the input partitions by time, for a replay.

Topics of a replay hold the same months, but nothing makes a consumer read them in step. Timers and the churn detector need
one order, so in a replay (``QUNPULSE_CLOCK=stream``) intake takes the record with the smallest time stamp over all its
partitions, as long as each partition either has a record at hand, or has ended, or has been quiet for a while. The order is
total (time stamp, source, offset), hence the same at each reading.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.chunk import Partition, Record


class Head(NamedTuple):
    """The next record of a source, ordered by (time stamp, source, offset)."""

    timestamp: int
    source: int
    offset: int


class Aligner:
    """Buffers records per source and releases them in one order. Sources are numbered as in `schemas.rows`."""

    def __init__(self) -> None:
        self._buffers: dict[int, deque[tuple[Partition, Record]]] = {}
        self._ended: set[int] = set()
        self._heads: list[Head] = []

    def follow(self, source: int) -> None:
        """Wait for `source` from now on."""
        self._buffers.setdefault(source, deque())

    def add(self, source: int, partition: Partition, records: Sequence[Record]) -> None:
        """Buffer records of `source`, in offset order."""
        buffer = self._buffers.setdefault(source, deque())
        if not buffer and records:
            heapq.heappush(self._heads, Head(records[0].timestamp, source, records[0].offset))
        buffer.extend((partition, record) for record in records)

    def end(self, source: int) -> None:
        """`source` holds nobody back any more."""
        self._ended.add(source)

    @property
    def ended(self) -> bool:
        """All followed sources have ended and nothing is buffered."""
        return bool(self._buffers) and not self._heads and self._ended >= self._buffers.keys()

    @property
    def buffered(self) -> int:
        """Records at hand."""
        return sum(len(buffer) for buffer in self._buffers.values())

    def waiting_for(self) -> list[int]:
        """Sources with nothing at hand that have not ended."""
        return [
            source for source, buffer in self._buffers.items() if not buffer and source not in self._ended
        ]

    def ready(self, quiet: frozenset[int] = frozenset()) -> Iterator[tuple[int, Partition, Record]]:
        """Records that can be released now, in order; a source in `quiet` is not waited for."""
        lacking = {source for source in self.waiting_for() if source not in quiet}
        while self._heads and not lacking:
            _, source, _ = heapq.heappop(self._heads)
            buffer = self._buffers[source]
            partition, record = buffer.popleft()
            if buffer:
                following = buffer[0][1]
                heapq.heappush(self._heads, Head(following.timestamp, source, following.offset))
            yield source, partition, record
            if not buffer and source not in self._ended and source not in quiet:
                lacking.add(source)

    def clear(self) -> None:
        """Forget everything: partitions were revoked."""
        self._buffers.clear()
        self._ended.clear()
        self._heads.clear()
