"""The identity of a batch: what makes a retry the same insert. Pure."""

import zlib
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from sinks.base import Row

_bytes_of: Final = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows read from records ``first`` to ``last`` of one topic partition, for one table.

    ``log_id`` names the incarnation of the log (cluster id, or the epoch of an embedded broker): when a
    broker begins again at offset 0, its batches must not pass for those of the log before. ``start`` is the
    place of the first row in the batch as it was cut, so that a half of a bisected batch has an identity of
    its own.
    """

    table: str
    log_id: str
    topic: str
    partition: int
    first: int
    last: int
    rows: tuple[Row, ...]
    start: int = 0

    @property
    def token(self) -> str:
        """``v1:{table}:{log_id}:{topic}:{partition}:{first}-{last}:{crc32}``, the last over place and rows.

        The store trusts the token over the content, so everything that tells two batches apart is in it.
        """
        crc = zlib.crc32(_bytes_of((self.start, self.rows)))
        span = f"{self.first}-{self.last}"
        return f"v1:{self.table}:{self.log_id}:{self.topic}:{self.partition}:{span}:{crc:08x}"

    def halves(self) -> tuple["Batch", "Batch"]:
        """The batch in two, the same way each time."""
        middle = len(self.rows) // 2
        return (
            replace(self, rows=self.rows[:middle]),
            replace(self, rows=self.rows[middle:], start=self.start + middle),
        )
