"""How many episodes are open, for metrics: by kind and severity, so that a hundred thousand groups are a handful of numbers."""

from sinks.base import Engine
from sinks.clickhouse.migrate import checked_name


def open_episodes(engine: Engine) -> dict[tuple[str, str], int]:
    """Open episodes by kind and severity. Raises what `Engine.query` raises."""
    rows = engine.query(
        f"SELECT kind, severity, count() AS episodes FROM {checked_name(engine.database)}.alerts FINAL "
        "WHERE state != 'closed' GROUP BY kind, severity"
    )
    return {(row["kind"], row["severity"]): int(row["episodes"]) for row in rows}
