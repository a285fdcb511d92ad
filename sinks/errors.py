"""What can go wrong at a sink, named by what the caller does about it.

`SinkUnavailable`: wait, then send the same batch again, for ever.
`SinkMisconfigured`: an operator must act; not ready, and try again slowly. Nothing is skipped.
`RowsRejected`: everything else of the batch is stored; dead-letter the rows it names and go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class SinkError(Exception):
    """Base of everything that a sink raises on purpose. The text never holds a password."""


class SinkUnavailable(SinkError):
    """The store cannot take the batch now: network, time-out, overload, a failing view.

    ``retry_after`` is the least sensible pause in seconds before the same batch is sent again.
    """

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SinkMisconfigured(SinkError):
    """Waiting alone will not help: login refused, table or column missing, schema newer than this code.

    ``retry_after`` (seconds) is long; secrets or the schema may be repaired while the process runs.
    """

    def __init__(self, message: str, retry_after: float = 30.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InsertRefused(SinkError):
    """The store refused the *content* of an insert, and nothing of it is stored.

    Which row is at fault is unknown: `Writer` finds out by bisection. ``own`` is true when one of our own
    checks in the view spoke, so the rows are surely at fault and not the schema.
    """

    def __init__(self, message: str, *, own: bool = False) -> None:
        super().__init__(message)
        self.own = own


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that the store will never take: its place in the batch, the row, and the store's reason."""

    index: int
    row: tuple[Any, ...]
    reason: str


class RowsRejected(SinkError):
    """Some rows of the batch were refused for good; every other row of the batch is stored."""

    def __init__(self, rows: Sequence[Rejected]) -> None:
        first = rows[0]
        super().__init__(f"{len(rows)} row(s) refused; the first, at place {first.index}: {first.reason}")
        self.rows = tuple(rows)
