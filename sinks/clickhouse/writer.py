"""Batches into tables: one block, one token, and bad rows found by bisection.

A column that a view gives and its table has not is left out by the store without a word. So whether the table still has all its
columns is asked before each batch; one that is renamed by hand in the moment between is the one that is not seen.
"""

from collections.abc import Sequence

from sinks.base import Engine, Row
from sinks.clickhouse.batch import Batch
from sinks.clickhouse.tables import TABLES, Table
from sinks.errors import InsertRefused, Rejected, RowsRejected, SinkMisconfigured


class Writer:
    """A `Sink` over an engine. ``log_id`` names the incarnation of the log, see `Batch`."""

    def __init__(self, engine: Engine, log_id: str = "") -> None:
        self._engine = engine
        self._log_id = log_id

    def write(  # noqa: PLR0917
        self, table: str, topic: str, partition: int, first: int, last: int, rows: Sequence[Row]
    ) -> None:
        """Store ``rows``, tuples in the order of the table's ``landing`` columns; return once stored.

        Raises `SinkUnavailable` or `SinkMisconfigured` with the outcome unknown: call again with the very
        same arguments, with `backoff` between, until it returns; what is stored is not stored twice.
        Raises `RowsRejected` when the rows it names will never be taken and all others are stored; calling
        again with the same arguments ends the same way.
        """
        self._check_columns(TABLES[table])
        batch = Batch(table, self._log_id, topic, partition, first, last, tuple(rows))
        refused, own = self._store(batch)
        if len(refused) == len(batch.rows) > 1 and not own:
            raise SinkMisconfigured(f"{table} refuses every row of a batch: {refused[0].reason}")
        if refused:
            raise RowsRejected(refused)

    def _check_columns(self, table: Table) -> None:
        """Raises `SinkMisconfigured` when the target lacks a column."""
        described = self._engine.query(f"DESCRIBE TABLE {self._engine.database}.{table.name}")
        found = {row["name"] for row in described}
        missing = [name for name in table.columns if name not in found]
        if missing:
            raise SinkMisconfigured(f"table {table.name} lacks {', '.join(missing)}: was it changed by hand?")

    def _store(self, batch: Batch) -> tuple[list[Rejected], bool]:
        """Rows refused, and whether one of our own checks refused any of them."""
        target = TABLES[batch.table]
        try:
            self._engine.insert(
                f"{self._engine.database}.{target.landing_name}", target.landing, batch.rows, batch.token
            )
        except InsertRefused as refusal:
            if len(batch.rows) == 1:
                return [Rejected(batch.start, batch.rows[0], str(refusal))], refusal.own
        else:
            return [], False
        left, right = batch.halves()
        first, first_own = self._store(left)
        second, second_own = self._store(right)
        return first + second, first_own or second_own
