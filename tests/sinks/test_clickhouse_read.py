"""The answers of `Reader`, on both engines."""

import json
from typing import Any

from sinks.base import Engine
from sinks.clickhouse.read import Reader
from sinks.clickhouse.writer import Writer

NINE = 1767603600000
MINUTE = 60_000


def write(store: Engine, table: str, *facts: dict[str, Any]) -> None:
    rows = [(json.dumps(fact), "t", 0, offset) for offset, fact in enumerate(facts)]
    Writer(store).write(table, "t", 0, 0, len(rows) - 1, rows)


def window(start: int, part: int = 0, **figures: int) -> dict[str, Any]:
    return {
        **{"brand_id": "b", "group_id": "g", "version": 1, "window_seconds": 300, "part": part},
        **{"window_start": start, "as_of": start + 5 * MINUTE, "active_rate": 0.5, **figures},
    }


def alert(alert_id: str, opened_at: int, **fields: Any) -> dict[str, Any]:
    return {
        **{"alert_id": alert_id, "brand_id": "b", "group_id": "g", "kind": "churn_spike", "version": 1},
        **{"opened_at": opened_at, "closed_at": None, "evidence": {"hours": [8, 9]}, **fields},
    }


def test_an_empty_store_answers(store: Engine) -> None:
    reader = Reader(store)
    assert reader.member("b", "m") is None
    assert reader.group("b", "g") is None
    assert reader.alerts() == [] and reader.member_tag_changes("b", "m") == []
    assert reader.last_as_of() is None


def test_a_member_is_known_within_its_brand(store: Engine) -> None:
    profile = {"brand_id": "b", "member_id": "m'\\", "version": 3, "as_of": NINE + 1, "tags": ["a"]}
    write(store, "member_profiles", profile, profile | {"version": 4, "orders": 2, "p_alive": 1})
    found = Reader(store).member("b", "m'\\")
    assert found is not None
    assert (found["orders"], found["as_of"], found["last_paid_at"], found["tags"]) == (
        2,
        NINE + 1,
        None,
        ["a"],
    )
    assert isinstance(found["p_alive"], float) and "_offset" not in found
    assert Reader(store).member("other", "m'\\") is None
    assert Reader(store).last_as_of() == NINE + 1


def test_tag_changes_come_newest_first(store: Engine) -> None:
    changes = [
        {
            "brand_id": "b",
            "member_id": "m",
            "tag": "t",
            "change": "entered",
            "at": NINE + n,
            "evidence": {"n": n},
        }
        for n in range(5)
    ]
    write(store, "tag_changes", *changes)
    found = Reader(store).member_tag_changes("b", "m", limit=2)
    assert [(row["at"], row["evidence"]) for row in found] == [(NINE + 4, {"n": 4}), (NINE + 3, {"n": 3})]


def test_a_group_sums_its_last_hour(store: Engine) -> None:
    newest = NINE + 55 * MINUTE
    write(
        store,
        "group_stats",
        window(NINE - 5 * MINUTE, members=1, joins=100, speakers=100),
        window(NINE, members=10, joins=1, messages=5, speakers=4),
        window(newest, members=12, joins=2, leaves=1, speakers=3),
        window(newest, part=77, members=0, joins=1, speakers=2),
        {**window(NINE, members=9), "window_seconds": 3600, "joins": 50},
    )
    write(
        store,
        "alerts",
        alert("a1", NINE),
        alert("a2", NINE + 1, closed_at=NINE + 2),
        alert("a3", NINE, group_id="h"),
    )
    found = Reader(store).group("b", "g")
    assert found is not None
    assert (found["members"], found["as_of"], found["active_rate"]) == (12, newest + 5 * MINUTE, 0.5)
    hour = found["hour"]
    assert (hour["since"], hour["until"]) == (NINE, NINE + 60 * MINUTE)
    assert (hour["joins"], hour["leaves"], hour["messages"], hour["speakers"]) == (4, 1, 5, 5)
    assert [row["alert_id"] for row in found["alerts"]] == ["a1"]


def test_alerts_are_chosen_by_brand_group_and_state(store: Engine) -> None:
    write(
        store,
        "alerts",
        alert("a1", NINE, p_value=3.1e-08),
        alert("a2", NINE + 1, closed_at=NINE + 2),
        alert("a3", NINE + 2, brand_id="c"),
    )
    reader = Reader(store)
    assert [row["alert_id"] for row in reader.alerts()] == ["a3", "a2", "a1"]
    assert [row["alert_id"] for row in reader.alerts(open_only=True, limit=1)] == ["a3"]
    assert [row["alert_id"] for row in reader.alerts("b")] == ["a2", "a1"]
    (found,) = reader.alerts("b", "g", open_only=True)
    assert (found["p_value"], found["evidence"], found["closed_at"]) == (3.1e-08, {"hours": [8, 9]}, None)


def test_closing_an_alert_takes_it_from_the_open_ones(store: Engine) -> None:
    write(store, "alerts", alert("a1", NINE), alert("a1", NINE, version=2, closed_at=NINE + 9))
    assert Reader(store).alerts(open_only=True) == []
    assert [row["closed_at"] for row in Reader(store).alerts()] == [NINE + 9]
