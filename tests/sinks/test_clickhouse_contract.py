"""What both engines promise, with the real migrations, views and queries."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.facts import FACTS
from sinks.base import Engine
from sinks.clickhouse.migrate import migrate, migrations
from sinks.clickhouse.read import Reader
from sinks.clickhouse.tables import LANDING, TABLES
from sinks.clickhouse.writer import Writer
from sinks.errors import RowsRejected, SinkMisconfigured, SinkUnavailable

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples" / "facts"
FACT_OF = {
    "tag_changes": "tag-change",
    "member_profiles": "member-profile",
    "group_stats": "group-stats",
    "alerts": "alert",
    "dead_letters": "dead-letter",
}
NINE = 1767603600000
"""2026-01-05T09:00:00Z."""


@pytest.fixture
def writer(store: Engine) -> Writer:
    return Writer(store, "log-1")


def example(table: str) -> dict[str, Any]:
    return json.loads(EXAMPLES.joinpath(f"{FACT_OF[table]}.json").read_text("utf-8"))


def write(writer: Writer, table: str, *facts: dict[str, Any] | bytes, first: int = 0) -> None:
    topic = f"qunpulse.{TABLES[table].topic}"
    raws = [fact if isinstance(fact, bytes) else json.dumps(fact).encode() for fact in facts]
    rows = [(raw, topic, 0, first + place) for place, raw in enumerate(raws)]
    writer.write(table, topic, 0, first, first + len(rows) - 1, rows)


def event(event_id: str, **fields: Any) -> bytes:
    given = {"event_id": event_id, "kind": "chat", "type": "message", "ts": "2026-01-05T09:00:00Z", **fields}
    return json.dumps(given, ensure_ascii=False).encode()


def write_events(writer: Writer, *raws: bytes, first: int = 0, ts: int = NINE) -> None:
    rows = [(raw, "qunpulse.chat", 3, first + place, ts) for place, raw in enumerate(raws)]
    writer.write("events", "qunpulse.member-events", 0, first, first + len(rows) - 1, rows)


def stored(store: Engine, table: str, columns: str = "*", final: str = "FINAL") -> list[dict[str, Any]]:
    return store.query(f"SELECT {columns} FROM {store.database}.{table} {final}")


@pytest.fixture
def store(engine: Engine) -> Engine:
    """A migrated database of its own, since some of these tests change it."""
    migrate(engine)
    return engine


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    assert migrate(engine) == [migration.name for migration in migrations(engine.database)]
    assert migrate(engine) == []
    assert Reader(engine).counts() == dict.fromkeys(TABLES, 0)


def test_a_migration_that_was_cut_off_is_run_again(store: Engine) -> None:
    store.execute(f"DROP VIEW {store.database}.alerts_parse")
    with pytest.raises(SinkMisconfigured, match="lacks alerts_parse"):
        migrate(store)
    store.execute(f"TRUNCATE TABLE {store.database}.schema_migrations")
    assert len(migrate(store)) == len(migrations(store.database))
    write(Writer(store), "alerts", example("alerts"))
    assert Reader(store).counts()["alerts"] == 1


def test_a_database_of_newer_code_is_refused(store: Engine) -> None:
    store.insert(f"{store.database}.schema_migrations", ("version", "name"), [(9999, "9999_new")], "n")
    with pytest.raises(SinkMisconfigured, match="9999.*run newer code"):
        migrate(store)


def test_tables_have_the_declared_columns(store: Engine) -> None:
    for table in TABLES.values():
        described = store.query(
            "SELECT name, type FROM system.columns WHERE database = {db:String} AND table = {t:String} "
            "ORDER BY position",
            {"db": store.database, "t": table.name},
        )
        assert {row["name"]: row["type"] for row in described} == table.columns, table.name
        landing = store.query(
            "SELECT name FROM system.columns WHERE database = {db:String} AND table = {t:String} "
            "ORDER BY position",
            {"db": store.database, "t": table.landing_name},
        )
        assert tuple(row["name"] for row in landing) == table.landing


@pytest.mark.parametrize("table", FACT_OF)
def test_every_fact_is_stored_whole(store: Engine, writer: Writer, table: str) -> None:
    fact = example(table)
    write(writer, table, fact)
    (row,) = stored(store, table, "*, hex(value) AS value_hex" if table == "dead_letters" else "*")
    assert (row["_topic"], row["_partition"], row["_offset"]) == (f"qunpulse.{TABLES[table].topic}", 0, 0)
    assert abs((row["_ingested_at"] - datetime.now(UTC)).total_seconds()) < 60
    for name in FACTS[FACT_OF[table]].model_fields:
        given = fact.get(name)
        if name == "value_base64":
            assert bytes.fromhex(row["value_hex"]) == base64.b64decode(given)
        elif name == "key_base64":
            assert row["key"].encode() == base64.b64decode(given)
        elif isinstance(row[name], datetime):
            assert round(row[name].timestamp() * 1000) == given, name
        elif name in {"evidence", "features"}:
            assert json.loads(row[name] or "null") == given
        elif name in {"source", "event_id", "member_id", "tag"}:
            assert row[name] == (given or "")
        else:
            assert row[name] == given, name


def test_an_event_is_stored_byte_for_byte(store: Engine, writer: Writer) -> None:
    odd = '{"event_id" : "e\\u0031",\n"kind":"chat","type":"message","member_id":"成员🎉","x":"$$ \'q\' \\\\ \\u0000\\t"}'
    write_events(writer, odd.encode(), event("e2", role="kol", order_id="o", paid_fen=1990, brand_id="b"))
    first, second = sorted(stored(store, "events"), key=lambda row: str(row["event_id"]))
    assert first["raw"] == odd
    assert (first["event_id"], first["member_id"], first["ts"]) == (
        "e1",
        "成员🎉",
        datetime(2026, 1, 5, 9, tzinfo=UTC),
    )
    assert (first["brand_id"], first["role"], first["paid_fen"], first["group_id"]) == (
        "default",
        "customer",
        None,
        "",
    )
    assert (second["brand_id"], second["role"], second["paid_fen"], second["refund_fen"]) == (
        "b",
        "kol",
        1990,
        None,
    )


def test_unknown_fields_are_left_out_and_missing_ones_are_blank(store: Engine, writer: Writer) -> None:
    write(writer, "member_profiles", {"member_id": "m", "version": 1, "new_field": {"a": [1]}, "tags": None})
    (row,) = stored(store, "member_profiles")
    assert row["tags"] == [] and row["stage"] == "" and row["activity_score"] == 0.0
    assert row["last_paid_at"] is None and row["r_days"] is None


def test_extreme_values(store: Engine, writer: Writer) -> None:
    extreme = {
        "version": 2**64 - 1,
        "revenue_fen": -(2**63),
        "m_fen": 2**63 - 1,
        "activity_score": 1e-300,
        "first_seen": -1000,
        "tags": ["标签", "a'b\\\n", ""],
    }
    write(writer, "member_profiles", example("member_profiles") | extreme)
    (row,) = stored(store, "member_profiles")
    assert {name: row[name] for name in extreme if name != "first_seen"} == {
        name: value for name, value in extreme.items() if name != "first_seen"
    }
    assert row["first_seen"] == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_replay_of_decades_is_one_insert(store: Engine, writer: Writer) -> None:
    month = 31 * 86400 * 1000
    rows = [(event(f"e{n}"), "t", 0, n, n * month) for n in range(240)]
    writer.write("events", "t", 0, 0, 239, rows)
    writer.write("events", "t", 0, 0, 239, rows)
    assert stored(store, "events", "count() AS n", final="") == [{"n": 240}]


def test_the_same_batch_is_stored_once(store: Engine, writer: Writer) -> None:
    for _ in range(3):
        write(writer, "tag_changes", example("tag_changes"))
        write_events(writer, event("e1"), event("e2"))
    assert stored(store, "tag_changes", "count() AS n", final="") == [{"n": 1}]
    assert stored(store, "events", "count() AS n", final="") == [{"n": 2}]


def test_the_same_batch_of_another_log_is_another_insert(store: Engine, writer: Writer) -> None:
    write_events(writer, event("e1"))
    write_events(Writer(store, "log-2"), event("e1"))
    assert stored(store, "events", "count() AS n", final="") == [{"n": 2}]


@pytest.mark.parametrize("table", TABLES)
def test_another_token_of_the_same_identity_folds(store: Engine, writer: Writer, table: str) -> None:
    for first in (0, 7):
        if table == "events":
            write_events(writer, event("e1"), first=first)
        else:
            write(writer, table, example(table), first=first)
    assert Reader(store).counts()[table] == 1


def test_an_event_repeated_in_another_month_folds(store: Engine, writer: Writer) -> None:
    write_events(writer, event("e1"))
    write_events(writer, event("e1"), first=5, ts=NINE + 60 * 86400 * 1000)
    assert Reader(store).counts()["events"] == 1


@pytest.mark.parametrize("table", ["member_profiles", "group_stats", "alerts"])
def test_the_highest_version_holds(store: Engine, writer: Writer, table: str) -> None:
    newest = example(table) | {"version": 2**63 + 9, "members": 7, "orders": 7}
    older = example(table) | {"version": 2**63 + 1}
    write(writer, table, newest, first=0)
    write(writer, table, older, first=1)
    (row,) = stored(store, table)
    assert row["version"] == 2**63 + 9
    assert row["members" if "members" in row else "orders"] == 7


def test_bad_rows_are_named_and_the_others_stored(store: Engine, writer: Writer) -> None:
    bad = {2: b"{cut", 5: b"[]", 6: b'{"kind":"chat"}', 11: b"\xff\xfe", 12: b""}
    raws = [bad.get(n, event(f"e{n}")) for n in range(16)]
    for _ in range(2):
        with pytest.raises(RowsRejected) as caught:
            write_events(writer, *raws)
        assert [(row.index, row.row[0]) for row in caught.value.rows] == sorted(bad.items())
        assert caught.value.rows[0].reason == "row refused: event_id or kind is missing"
    assert stored(store, "events", "count() AS n", final="") == [{"n": 11}]


def test_a_failing_view_fails_the_insert_and_a_retry_completes_it(store: Engine, writer: Writer) -> None:
    name = store.database
    store.execute(f"CREATE TABLE {name}.other (id String) ENGINE = MergeTree ORDER BY id")
    store.execute(f"ALTER TABLE {name}.other MODIFY SETTING non_replicated_deduplication_window = 100")
    store.execute(
        f"CREATE MATERIALIZED VIEW {name}.other_view TO {name}.other AS "
        f"SELECT toString(throwIf(_offset >= 0, 'broken on purpose')) AS id FROM {name}.events_landing"
    )
    with pytest.raises(SinkUnavailable, match="395.*broken on purpose"):
        write_events(writer, event("e1"), event("e2"))
    store.execute(f"DROP VIEW {name}.other_view")
    store.execute(
        f"CREATE MATERIALIZED VIEW {name}.other_view TO {name}.other AS "
        f"SELECT JSONExtractString(raw, 'event_id') AS id FROM {name}.events_landing"
    )
    write_events(writer, event("e1"), event("e2"))
    assert stored(store, "events", "count() AS n", final="") == [{"n": 2}]
    assert stored(store, "other", "count() AS n", final="") == [{"n": 2}]


def test_a_missing_table_or_column_is_a_fault_of_the_set_up(store: Engine, writer: Writer) -> None:
    with pytest.raises(SinkMisconfigured):
        store.insert(f"{store.database}.nowhere", LANDING, [("{}", "t", 0, 1)], "x")
    with pytest.raises(SinkMisconfigured):
        store.query(f"SELECT nothing FROM {store.database}.events")
    store.execute(f"DROP VIEW {store.database}.events_parse")
    store.execute(f"ALTER TABLE {store.database}.events_landing DROP COLUMN ts")
    with pytest.raises(SinkMisconfigured):
        write_events(writer, event("e1"))


def test_a_renamed_column_holds_a_batch_up_instead_of_losing_what_goes_into_it(
    store: Engine, writer: Writer
) -> None:
    store.execute(f"ALTER TABLE {store.database}.tag_changes RENAME COLUMN cause TO reason")
    with pytest.raises(SinkMisconfigured, match="table tag_changes lacks cause"):
        write(writer, "tag_changes", example("tag_changes"))
    store.execute(f"ALTER TABLE {store.database}.tag_changes RENAME COLUMN reason TO cause")
    write(writer, "tag_changes", example("tag_changes"))
    rows = store.query(f"SELECT cause FROM {store.database}.tag_changes")
    assert [row["cause"] for row in rows] == [example("tag_changes")["cause"]]


def test_an_empty_batch_is_nothing(writer: Writer, store: Engine) -> None:
    writer.write("alerts", "t", 0, 0, 0, [])
    assert Reader(store).counts()["alerts"] == 0
