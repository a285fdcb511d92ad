"""When a flow flushes: at once live, seldom behind a backlog."""

from collections.abc import Iterable
from dataclasses import dataclass

from streams.chunk import Partition

BEHIND_SECONDS = 5.0
"""Time between flushes of state while there is a backlog: nothing can be right within a second then, and fewer, larger
flushes tell a member or a window once instead of many times. It bounds what is done again after a crash."""

BEHIND_FACTOR = 5
"""While there is a backlog, state is flushed after so many times the rows of the setting. It bounds the memory of facts
that wait."""

QUIET_SECONDS = 1.0
"""A flow that has taken no chunk for so long is not kept waiting by a backlog, its own or another flow's."""


class Backlog:
    """What the flows of a worker have to read: records behind the last chunk of each partition.

    The flows share one. Members and groups meet no lag of their own while intake, in the same worker, works through a
    long one, and still nothing that they tell is early.
    """

    def __init__(self) -> None:
        self._lags: dict[Partition, int] = {}

    def note(self, partition: Partition, lag: int) -> None:
        """A chunk of `partition` was taken and left `lag` records."""
        self._lags[partition] = lag

    def forget(self, partitions: Iterable[Partition]) -> None:
        """Partitions were revoked."""
        for partition in partitions:
            self._lags.pop(partition, None)

    def __bool__(self) -> bool:
        return any(self._lags.values())


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a flow flushes. `seconds` and `rows` are the settings; the others hold while there is a backlog."""

    seconds: float
    rows: int
    behind_seconds: float = BEHIND_SECONDS
    behind_factor: int = BEHIND_FACTOR

    def due(self, rows: int, since_flush: float, backlog: bool, since_chunk: float) -> bool:
        """Whether to flush with `rows` waiting, so many seconds after the last flush and the last chunk."""
        if backlog and since_chunk < QUIET_SECONDS:
            most = max(self.seconds, self.behind_seconds)
            return rows >= self.rows * self.behind_factor or since_flush >= most
        return rows >= self.rows or since_flush >= self.seconds
