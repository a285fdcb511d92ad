"""The Grafana boards: every query of them runs on the real tables and finds the rows that are there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.metrics import Metrics
from tests.sinks.test_http_world import ALERT, AT, CHANGE, PROFILE, STATS

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
BOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((GRAFANA / "dashboards").glob("*.json"))
}
PANELS = [panel for board in BOARDS.values() for panel in board["panels"] if panel["type"] != "row"]
ROWS = {
    "brand": ["Members", "Channels", "Staff", "Money"],
    "community": ["Members", "Tags", "Groups", "Pipeline"],
    "groups": ["Now", "Movement", "Episodes", "Health"],
}

CLICKHOUSE = "grafana-clickhouse-datasource"
QUERIES = [
    (f"{name} {panel['title']} {target['refId']}", target["rawSql"])
    for name, board in BOARDS.items()
    for panel in board["panels"]
    for target in panel.get("targets", [])
    if target["datasource"]["type"] == CLICKHOUSE
]
for board in BOARDS.values():
    QUERIES += [(one["name"], one["target"]["rawSql"]) for one in board["annotations"]["list"]]
    QUERIES += [
        (one["name"], one["query"]["rawSql"]) for one in board["templating"]["list"] if one["type"] == "query"
    ]

EVENT = {"event_id": "e1", "kind": "chat", "type": "message", "member_id": "m1", "group_id": "g1"}
HOUR = 3_600_000
DAY = 24 * HOUR
PAST = [
    ("join", "group.created", -41, {"group_id": "g1", "staff_id": "s1"}),
    ("join", "group.joined", -40, {"channel_id": "dm"}),
    ("join", "contact.added", -40, {"channel_id": "dm", "staff_id": "s1"}),
    ("order", "paid", -47, {"order_id": "o0", "paid_fen": 0}),
    ("chat", "message", -39, {"group_id": "g1"}),
    ("join", "invite.sent", -3, {}),
    ("order", "visited", -3, {"platform": "app"}),
    ("checkin", "quiz_test", -2, {"activity_id": "test"}),
    (
        "order",
        "paid",
        -1,
        {"order_id": "o1", "paid_fen": 9, "lines": [{"sku_type": "gift_card", "unit_fen": 9, "cost_fen": 1}]},
    ),
]
"""What a member did, so many days before."""
LETTER = {
    "topic": "qunpulse.chat",
    "partition": 0,
    "offset": 7,
    "stage": "contract",
    "reason": "missing",
    "detail": "no type",
    "value_size": 2,
    "failed_at": AT,
}
NOTICE = ALERT | {
    "alert_id": "notice",
    "kind": "group_health",
    "severity": "info",
    "evidence": {"diagnosis": "inactive", "action": "wake_members"},
}
FACTS = {
    "events": [
        EVENT,
        *(
            {
                **EVENT,
                "event_id": f"p{days}{type_}",
                "kind": kind,
                "type": type_,
                "ts": AT + days * DAY,
                **more,
            }
            for kind, type_, days, more in PAST
        ),
    ],
    "member_profiles": [{**PROFILE, "member_id": "m1", "orders": 2, "churn": "silent"}],
    "tag_changes": [CHANGE],
    "group_stats": [STATS],
    "alerts": [ALERT, NOTICE],
    "dead_letters": [LETTER],
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The embedded engine with one row in every table, put there as the sink does it."""
    pytest.importorskip("chdb")
    from sinks.clickhouse.embedded import EmbeddedEngine

    engine = EmbeddedEngine(tmp_path_factory.mktemp("grafana"))
    migrate(engine)
    for table, facts in FACTS.items():
        rows = []
        for number, fact in enumerate(facts):
            told = {name: value for name, value in fact.items() if value is not None}
            row: tuple[Any, ...] = (json.dumps(told), table, 0, number)
            rows.append((*row, told.get("ts", AT)) if table == "events" else row)
        Writer(engine, "test").write(table, table, 0, 0, len(rows) - 1, rows)
    yield engine
    engine.close()


def substituted(sql: str, groups: list[str] | None, back: int = HOUR) -> str:
    """A query as Grafana and its ClickHouse plugin send it, from `back` ms ago; `groups` None is the choice of all."""
    names = ", ".join(f"'{group}'" for group in groups or ["g1"])
    sql = re.sub(
        r"\$__conditionalAll\((.+?), \$group\)", lambda found: "1=1" if groups is None else found[1], sql
    )
    sql = sql.replace("${group:sqlstring}", names).replace("${brand:sqlstring}", "'default'")
    sql = re.sub(
        r"\$__timeFilter_ms\((\w+)\)",
        rf"\1 >= fromUnixTimestamp64Milli({AT - back}) AND \1 <= fromUnixTimestamp64Milli({AT + HOUR})",
        sql,
    )
    sql = re.sub(
        r"\$__timeInterval_ms\((\w+)\)",
        r"toStartOfInterval(toDateTime64(\1, 3), INTERVAL 60000 millisecond)",
        sql,
    )
    for name, at in (("from", AT - back), ("to", AT + HOUR)):
        sql = sql.replace(f"$__{name}Time_ms", f"fromUnixTimestamp64Milli({at})")
    assert "$" not in sql, f"a macro that this test does not know: {sql}"
    return sql


@pytest.mark.parametrize(("name", "sql"), QUERIES, ids=[name for name, _ in QUERIES])
def test_a_query_finds_the_rows(engine: Any, name: str, sql: str) -> None:
    for groups in (None, ["g1", "g2"]):
        rows = engine.query(substituted(sql, groups, back=90 * DAY if name.startswith("brand ") else HOUR))
        assert rows, name
        assert any(value not in (0, None, "") for value in rows[0].values()), rows[0]


def test_time_series_begin_with_a_time(engine: Any) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            if target.get("format") == 0:
                rows = engine.query(substituted(target["rawSql"], None, back=90 * DAY))
                assert next(iter(rows[0])) == "time", panel["title"]


def test_metrics_of_the_board_exist() -> None:
    metrics = Metrics()
    known = {metric.name for metric in metrics.declared}
    known |= {f"{metric.name}_bucket" for metric in metrics.declared if metric.kind == "histogram"}
    known |= {family.name for family in metrics.registry.collect()}
    labels = {metric.name: set(metric.labels) for metric in metrics.declared}
    seen = 0
    for panel in PANELS:
        for target in panel["targets"]:
            for name in re.findall(r"\b(?:qunpulse|process)_\w+", target.get("expr", "")):
                seen += 1
                assert name in known, (panel["title"], name)
                used = set(re.findall(r"{{(\w+)}}", target["legendFormat"])) - {"job", "instance"}
                assert used <= labels.get(name.removesuffix("_bucket"), set()), (panel["title"], name)
    assert seen > 10


def test_every_panel_explains_itself() -> None:
    for board in BOARDS.values():
        variables = {one["name"]: one for one in board["templating"]["list"]}
        for panel in (panel for panel in board["panels"] if panel["type"] != "row"):
            assert len(panel["description"]) > 20, panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
            for source in (panel["datasource"], *(target["datasource"] for target in panel["targets"])):
                assert source["uid"] in {"${clickhouse}", "${prometheus}"}, panel["title"]
                assert variables[source["uid"][2:-1]]["query"] == source["type"], panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_the_board_is_ready_for_provisioning(name: str) -> None:
    board = BOARDS[name]
    assert (board["id"], board["uid"], board["schemaVersion"]) == (None, f"qunpulse-{name}", 39)
    assert "__inputs" not in board
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    assert [panel["title"].split(" ")[0] for panel in board["panels"] if panel["type"] == "row"] == ROWS[name]


@pytest.mark.parametrize("name", BOARDS)
def test_no_panel_covers_another(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARDS[name]["panels"]:
        box = panel["gridPos"]
        assert box["x"] + box["w"] <= 24
        cells = {(box["x"] + x, box["y"] + y) for x in range(box["w"]) for y in range(box["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_data_sources_are_provisioned() -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/qunpulse.yml").read_text(encoding="utf-8"))
    types = {source["type"]: source for source in sources["datasources"]}
    assert set(types) == {CLICKHOUSE, "prometheus"}
    assert types[CLICKHOUSE]["secureJsonData"]["password"].startswith("$__file{/run/secrets/")
    assert types[CLICKHOUSE]["jsonData"]["defaultDatabase"] == "qunpulse"
