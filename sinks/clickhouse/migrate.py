"""Bring a database to the schema of this code: numbered SQL files, each applied once and recorded.

Every statement is ``IF NOT EXISTS`` or ``OR REPLACE``, so a migration that was cut off, or run by two processes, is simply
run again.
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Final

from sinks.base import Engine
from sinks.clickhouse.tables import TABLES
from sinks.clickhouse.views import VIEWS
from sinks.errors import SinkMisconfigured

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_ZONE: Final = re.compile(r"[A-Za-z0-9_+/-]{1,64}")

_TAKEN: Final = frozenset({"tree"})
"""Names beside single letters that views give to what they join with tables of the database."""

ZONE: Final = "Asia/Shanghai"
"""Zone of calendar days where none is given, as in the settings."""

_RECORD: Final = """
CREATE TABLE IF NOT EXISTS $database.schema_migrations (
    version    UInt32,
    name       String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY version
SETTINGS non_replicated_deduplication_window = 1000
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of ``migrations/``; ``version`` is the number it begins with."""

    version: int
    name: str
    statements: tuple[str, ...]


def migrate(engine: Engine, database: str | None = None, zone: str = ZONE) -> list[str]:
    """Apply what ``database`` (default: the engine's own) lacks; returns the names applied, oldest first.

    Views made here have their calendar days in ``zone``.

    Raises `SinkMisconfigured` when the database was migrated by newer code or lacks a table or view that was
    made once, and what `Engine.execute` raises.
    """
    name = checked_name(engine.database if database is None else database)
    known = migrations(name, zone)
    engine.execute(f"CREATE DATABASE IF NOT EXISTS {name}")
    engine.execute(Template(_RECORD).substitute(database=name))
    rows = engine.query(f"SELECT version FROM {name}.schema_migrations FINAL")
    done = {int(row["version"]) for row in rows}
    newest = known[-1].version
    if done and max(done) > newest:
        raise SinkMisconfigured(
            f"database {name} has schema version {max(done)}, this code knows {newest}: run newer code"
        )
    missing = [migration for migration in known if migration.version not in done]
    for migration in missing:
        _apply(engine, name, migration)
    _check_complete(engine, name)
    return [migration.name for migration in missing]


def migrations(database: str, zone: str = ZONE) -> list[Migration]:
    """The migrations of this code for ``database``, with calendar days in ``zone``, oldest first."""
    if not _ZONE.fullmatch(zone):
        raise SinkMisconfigured(f"not a time zone: {zone!r}")
    found = [
        path for path in files(__package__).joinpath("migrations").iterdir() if path.name.endswith(".sql")
    ]
    return [
        Migration(
            version=int(path.name[:4]),
            name=path.name.removesuffix(".sql"),
            statements=_statements(
                Template(path.read_text("utf-8")).substitute(database=database, zone=zone)
            ),
        )
        for path in sorted(found, key=lambda path: path.name)
    ]


def checked_name(database: str) -> str:
    """``database`` if it is a plain identifier, since it becomes SQL, and none that the views mean something else by.

    Raises `SinkMisconfigured` if it is not: within a view ``t.events`` is a column of what is called ``t`` there.
    """
    if not _NAME.fullmatch(database):
        raise SinkMisconfigured(f"not a database name: {database!r} (letters, digits and _ only)")
    if len(database) == 1 or database in _TAKEN:
        raise SinkMisconfigured(
            f"the views use {database!r} as a name of their own: call the database something else, of two letters or more"
        )
    return database


def _statements(sql: str) -> tuple[str, ...]:
    bare = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
    return tuple(part.strip() for part in bare.split(";\n") if part.strip(" \n;"))


def _check_complete(engine: Engine, database: str) -> None:
    """A landing without its view swallows rows without a word, so a dropped one must not go unnoticed."""
    rows = engine.query("SELECT name FROM system.tables WHERE database = {name:String}", {"name": database})
    found = {row["name"] for row in rows}
    wanted = {name for table in TABLES.values() for name in (table.name, table.landing_name, table.view_name)}
    wanted |= VIEWS.keys()
    if missing := sorted(wanted - found):
        raise SinkMisconfigured(
            f"database {database} lacks {', '.join(missing)}; to have them made again: "
            f"TRUNCATE TABLE {database}.schema_migrations"
        )


def _apply(engine: Engine, database: str, migration: Migration) -> None:
    for statement in migration.statements:
        engine.execute(statement.rstrip(";"))
    engine.insert(
        f"{database}.schema_migrations",
        ("version", "name"),
        [(migration.version, migration.name)],
        token=f"v1:schema_migrations:{migration.version}",
    )
