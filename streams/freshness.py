"""As of when the store's answers hold.

An answer holds as of an arrival clock when everything that arrived up to it has become facts, and the store has them:

* intake's marks in ``member-events`` say up to which clock everything before a record was forwarded;
* the workers commit a record when its facts are on the broker, so what they have committed is judged;
* what the sink has not read yet of a fact topic was written after the last record that it has read.

Nothing is claimed before all three are known (design invariant 6).
"""

from collections import deque
from collections.abc import Mapping

from schemas.rows import Rows
from streams.frontier import Frontier


class Freshness:
    """Follows ``member-events`` and what the workers have committed of it. Times are ms."""

    def __init__(self, sources: list[int], partitions: int) -> None:
        """`sources` are the numbers of all input partitions; `partitions` is the number of ``member-events``."""
        self._frontiers = {number: Frontier(sources) for number in range(partitions)}
        self._forwarded: dict[int, deque[tuple[int, int]]] = {number: deque() for number in range(partitions)}
        self._judged: dict[int, int] = {}

    def heard(self, partition: int, offset: int, rows: Rows) -> None:
        """A record of ``member-events`` was read."""
        frontier = self._frontiers[partition]
        frontier.advance(rows.marks)
        clock = frontier.clock
        if clock is not None:
            self._forwarded[partition].append((offset, clock))

    def committed(self, offsets: Mapping[int, int]) -> None:
        """The workers' committed offsets, by partition."""
        for partition, upto in offsets.items():
            forwarded = self._forwarded[partition]
            while forwarded and forwarded[0][0] < upto:
                self._judged[partition] = forwarded.popleft()[1]

    def as_of(self, unread_since: int | None) -> int | None:
        """The clock, or None while unknown. `unread_since` is when the oldest unread fact can have been written."""
        if len(self._judged) < len(self._frontiers):
            return None
        clock = min(self._judged.values())
        return clock if unread_since is None else min(clock, unread_since)
