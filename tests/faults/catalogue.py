"""All rows, in the order of the families; importing it enters them."""

from tests.faults import rows_kill, rows_sink
from tests.faults.rows import ROWS

__all__ = ["ROWS", "rows_kill", "rows_sink"]
