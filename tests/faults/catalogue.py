"""All rows, in the order of the families; importing it enters them."""

from tests.faults import (
    rows_broker,
    rows_data,
    rows_host,
    rows_kill,
    rows_rebalance,
    rows_sink,
    rows_store,
    rows_surface,
)
from tests.faults.rows import ROWS

__all__ = [
    "ROWS",
    "rows_broker",
    "rows_data",
    "rows_host",
    "rows_kill",
    "rows_rebalance",
    "rows_sink",
    "rows_store",
    "rows_surface",
]
