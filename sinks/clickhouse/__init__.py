"""ClickHouse: the same tables, views and SQL on a server (`driver`) and in our own process (`embedded`).

A batch goes raw into ``<table>_landing`` (engine Null); one materialized view parses it into ``<table>``. The
deduplication token travels with the block, so a repeated batch is stored once; what slips through (another
token, the same row) is folded by ``ReplacingMergeTree``. Hence: always read with ``FINAL``.
"""
