"""The two shapes of this room: an `Engine` runs SQL somewhere, a `Sink` stores batches of rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]
Params = Mapping[str, str | int]


class Engine(Protocol):
    """A ClickHouse, wherever it runs. Safe to share between threads; one statement at a time.

    Every method raises `SinkUnavailable` or `SinkMisconfigured`; `insert` also `InsertRefused`. Calls block:
    an event loop runs them in a thread.
    """

    @property
    def database(self) -> str:
        """Name of the database that holds our tables."""

    def execute(self, sql: str, settings: Mapping[str, str | int] | None = None) -> None:
        """Run one statement that returns nothing."""

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], token: str) -> None:
        """Store ``rows`` as one block; a ``token`` that the table has seen is taken as stored already.

        After any error the outcome is unknown: send the same rows with the same token again.
        """

    def query(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        """Rows of one SELECT; the server puts ``params[name]`` where ``sql`` says ``{name:Type}``.

        ``DateTime64(3, 'UTC')`` columns come as aware datetimes.
        """

    def ping(self) -> None:
        """Return if the store answers."""

    def close(self) -> None:
        """Let go of the connection or the path; calling it twice is fine."""


class Sink(Protocol):
    """A place where batches of rows end up."""

    def write(  # noqa: PLR0917  (where the rows come from, then the rows)
        self, table: str, topic: str, partition: int, first: int, last: int, rows: Sequence[Row]
    ) -> None:
        """Store the rows read from records ``first`` to ``last`` of a topic partition; return once stored.

        Raises: `SinkUnavailable` and `SinkMisconfigured` (send the same batch again later), `RowsRejected`.
        """
