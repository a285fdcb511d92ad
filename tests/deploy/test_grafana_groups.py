"""The board of groups says what is so: its queries on communities whose figures are known."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from tests.deploy.test_grafana import BOARDS, substituted
from tests.sinks.test_http_world import ALERT, AT, STATS

HOUR = 3_600_000
WEEK = 168 * HOUR
SQL = {
    panel["title"].partition(" · ")[0]: panel["targets"][0]["rawSql"]
    for panel in BOARDS["groups"]["panels"]
    if panel["type"] != "row"
}


@contextmanager
def store(folder: Path, **facts: list[dict[str, Any]]) -> Iterator[Any]:
    """An embedded store that holds `facts`, by table."""
    pytest.importorskip("chdb")
    from sinks.clickhouse.embedded import EmbeddedEngine

    engine = EmbeddedEngine(folder)
    migrate(engine)
    for table, told in facts.items():
        rows: list[tuple[Any, ...]] = []
        for number, fact in enumerate(told):
            row: tuple[Any, ...] = (json.dumps(fact), table, 0, number)
            rows.append((*row, fact["ts"]) if table == "events" else row)
        Writer(engine, "test").write(table, table, 0, 0, len(rows) - 1, rows)
    try:
        yield engine
    finally:
        engine.close()


def window(start: int, group: str = "g1", **figures: int) -> dict[str, Any]:
    return STATS | {"group_id": group, "window_start": start, "as_of": start, **figures}


def event(number: int, group: str, member: str, kind: str, what: str, ts: int, **more: Any) -> dict[str, Any]:
    return {"event_id": f"e{number}", "kind": kind, "type": what, "group_id": group, "member_id": member,
            "brand_id": "default", "role": "customer", "ts": ts} | more  # fmt: skip


def asked(engine: Any, title: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = engine.query(substituted(SQL[title], None))
    return rows


def test_what_is_usual_is_the_mean_of_that_hour_of_the_four_weeks_before(tmp_path: Path) -> None:
    weeks = {1: 2, 2: 4, 3: 1, 4: 1, 5: 90}
    past = [window(AT - week * WEEK, leaves=left, planned=0) for week, left in weeks.items()]
    others = [window(AT - WEEK + HOUR, leaves=70, planned=0), window(AT - 5 * HOUR, leaves=80, planned=0)]
    now = [window(AT, leaves=30, planned=7, joins=3), window(AT + 300_000, leaves=2, planned=0, joins=1)]
    with store(tmp_path, group_stats=past + others + now) as engine:
        first = asked(engine, "Joins, leaves and what is usual")[0]
    assert (first["joined"], first["left_unplanned"], first["usual"]) == (4, 25, 2.0)
    assert first["usual_at_most"] == pytest.approx(2 + 3 * 2**0.5)


def test_a_young_community_is_not_compared_with_weeks_that_it_did_not_have(tmp_path: Path) -> None:
    with store(
        tmp_path, group_stats=[window(AT - WEEK, leaves=6, planned=0), window(AT, leaves=1)]
    ) as engine:
        assert asked(engine, "Joins, leaves and what is usual")[0]["usual"] == 6.0


def test_without_a_week_of_history_nothing_is_usual(tmp_path: Path) -> None:
    with store(
        tmp_path, group_stats=[window(AT - 5 * HOUR, leaves=6, planned=0), window(AT, leaves=1)]
    ) as engine:
        first = asked(engine, "Joins, leaves and what is usual")[0]
    assert (first["left_unplanned"], first["usual"], first["usual_at_most"]) == (1, None, None)


def test_the_health_map_tells_the_dead_from_the_quiet_and_from_those_who_do_not_buy(tmp_path: Path) -> None:
    sizes = {"dead": 100, "quiet": 100, "shop": 100, "fine": 100, "fine2": 100, "fine3": 100, "small": 5}
    speakers = {"quiet": 2, "shop": 60, "fine": 50, "fine2": 50, "fine3": 50, "small": 1}
    events = [
        event(10_000 * (1 + number) + n, group, f"{group}{n}", "chat", "message", AT - HOUR)
        for number, (group, count) in enumerate(speakers.items())
        for n in range(count)
    ]
    events += [
        event(190_000 + 1000 * number + n, group, f"{group}{n}", "order", "visited", AT - HOUR)
        for number, group in enumerate(("shop", "fine", "fine2", "fine3"))
        for n in range(40)
    ]
    events += [
        event(290_000 + 1000 * number + n, group, f"{group}{n}", "order", "paid", AT - HOUR, order_id=f"o{group}{n}", paid_fen=1)
        for number, (group, count) in enumerate((("shop", 1), ("fine", 10), ("fine2", 10), ("fine3", 10)))
        for n in range(count)
    ]  # fmt: skip
    events.append(event(1, "dead", "dead1", "chat", "message", AT - 8 * 24 * HOUR))
    events.append(event(2, "dead", "clerk", "chat", "message", AT - HOUR, role="staff"))
    stats = [
        window(AT - HOUR, group, members=size, joins=1, leaves=4, planned=1) for group, size in sizes.items()
    ]
    with store(tmp_path, group_stats=stats, events=events) as engine:
        rows = asked(engine, "Health map")
        found = {row["group_id"]: row for row in rows}
        assert {name: row["diagnosis"].partition(" · ")[0] for name, row in found.items()} == {
            **{"dead": "dead", "quiet": "low activity", "shop": "low conversion"},
            **{"fine": "healthy", "fine2": "healthy", "fine3": "healthy", "small": "small"},
        }
        assert [row["group_id"] for row in rows[:3]] == ["dead", "quiet", "shop"]
        assert found["dead"]["action"].startswith("regroup the seeds") and found["fine"]["action"] == ""
        assert (found["shop"]["activity"], found["shop"]["conversion"], found["shop"]["visitors"]) == (
            0.6,
            1 / 40,
            40,
        )
        assert found["quiet"]["conversion"] is None, "who sees no visits knows no conversion"
        assert (found["fine"]["came"], found["fine"]["gone"]) == (1, 3)
        assert {row["diagnosis"].partition(" · ")[0]: row["groups"] for row in asked(engine, "Diagnosis")} == {
            "healthy": 3, "dead": 1, "low activity": 1, "low conversion": 1, "small": 1,
        }  # fmt: skip
        assert asked(engine, "Memberships")[0]["memberships"] == 605


def test_churn_by_cause_takes_what_the_detector_says_or_what_the_evidence_shows(tmp_path: Path) -> None:
    told = {
        "a": ({"cause": "inviter", "left": 9}, 9),
        "b": ({"broadcast_suspected": True, "left": 20}, 20),
        "c": ({"cause": "unknown", "kicked": 7, "left": 2}, 9),
        "d": ({"cause": "unknown", "kicked": 1, "left": 5}, 6),
        "e": ({"cause": "inviter", "left": 1}, 5),
    }
    alerts = [
        ALERT | {"alert_id": name, "evidence": evidence, "observed": count}
        for name, (evidence, count) in told.items()
    ]
    old = ALERT | {
        "alert_id": "old",
        "opened_at": AT - 48 * HOUR,
        "closed_at": AT - 47 * HOUR,
        "state": "closed",
    }
    with store(tmp_path, alerts=[*alerts, old]) as engine:
        rows = asked(engine, "Churn by suspected cause")
        assert {row["cause"]: row["members"] for row in rows} == {
            "broadcast": 20,
            "inviter": 14,
            "removed": 9,
            "unknown": 6,
        }
        assert asked(engine, "Open episodes")[0]["episodes"] == 5
        assert len(asked(engine, "Episodes")) == 5
        marks = engine.query(
            substituted(BOARDS["groups"]["annotations"]["list"][0]["target"]["rawSql"], ["g1"])
        )
        assert len(marks) == 5 and all(mark["timeEnd"] >= mark["time"] for mark in marks)


def test_notices_of_health_are_a_table_of_their_own_and_no_episodes(tmp_path: Path) -> None:
    health = {"diagnosis": "dying", "action": "regroup_seeds", "seeds": ["m1"]}
    size = {"milestone": "size_100", "action": "lottery"}
    told = [
        ALERT,
        ALERT | {"alert_id": "h", "kind": "group_health", "severity": "info", "evidence": health},
        ALERT | {"alert_id": "s", "kind": "milestone", "severity": "info", "evidence": size},
    ]
    with store(tmp_path, alerts=told) as engine:
        rows = asked(engine, "Health and milestones")
        assert {(row["found"], row["action"]) for row in rows} == {
            ("dying", "regroup_seeds"),
            ("size_100", "lottery"),
        }
        assert asked(engine, "Open episodes")[0]["episodes"] == 1
        assert [row["kind"] for row in asked(engine, "Episodes")] == [ALERT["kind"]]


def test_a_group_is_beside_those_of_its_type(tmp_path: Path) -> None:
    events = [
        event(n, group, "", "join", "group.created", AT - 48 * HOUR, group_meta={"growth_type": kind})
        for n, (group, kind) in enumerate(
            {"t1": "traffic", "t2": "traffic", "t3": "traffic", "c": "content"}.items()
        )
    ]
    events += [
        event(10 + n, group, "m", "join", "group.joined", AT - HOUR)
        for n, group in enumerate(("t1", "t2", "t3", "c"))
    ]
    stats = [window(AT - HOUR, "t1", joins=4, left_self=3, kicked=0, banned=0)]
    with store(tmp_path, group_stats=stats, events=events) as engine:
        rows = asked(engine, "Groups by type")
    named = ("group_id", "growth_type", "leave_rate", "type_leave_rate", "type_groups", "expected_conversion")
    assert [tuple(row[name] for name in named) for row in rows] == [
        ("t1", "traffic", 0.75, 0.0, 3, None),
        ("c", "content", 0.0, 0.0, 1, 0.4),
        ("t2", "traffic", 0.0, 0.0, 3, None),
        ("t3", "traffic", 0.0, 0.0, 3, None),
    ]
