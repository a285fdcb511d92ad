"""What every insert says about itself, on both engines.

The defaults of these settings changed with the versions of ClickHouse, so none is left to chance.
"""

from collections.abc import Sequence
from typing import Final

from sinks.base import Row

MAX_ROWS: Final = 1_000_000
"""Above 1,048,576 rows an insert becomes several blocks, and a block is what is atomic."""


def insert_settings(token: str) -> dict[str, str | int]:
    """Settings of one insert: synchronous, deduplicated by ``token`` in the views' targets too.

    ``max_partitions_per_insert_block = 0``: a replay of decades in one batch is normal, and refusing it would
    stop the pipeline for good.
    """
    return {
        "async_insert": 0,
        "insert_deduplicate": 1,
        "insert_deduplication_token": token,
        "deduplicate_blocks_in_dependent_materialized_views": 1,
        "max_partitions_per_insert_block": 0,
        "materialized_views_ignore_errors": 0,
    }


def checked_rows(rows: Sequence[Row]) -> int:
    """Number of ``rows``. Raises `ValueError` for more than one block holds."""
    if len(rows) > MAX_ROWS:
        raise ValueError(f"{len(rows)} rows in one insert; at most {MAX_ROWS} make one block")
    return len(rows)
