"""A backtest says who would have entered and left, when, and why; from files and from the store alike."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.calendar import Calendar, day_number
from models.params import MemberParams
from models.rules import compile_rules
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from streams import history
from streams.backtest import backtest
from streams.backtest_report import as_text, report
from streams.cli import cli

ZONE = "Asia/Shanghai"
NOON = 1_767_585_600_000
"""2026-01-05T12:00 in Shanghai."""
DAY = 86_400_000
NOW = NOON + 100 * DAY


def rules(version: int, at_least: int) -> str:
    return (
        f"version: {version}\nrules:\n"
        "  - {id: busy, name: {zh: 忙, en: Busy}, class: c, source: own,\n"
        f"     when: {{feature: active_days_30, at_least: {at_least}}}}}\n"
    )


def message(number: int, member: str, day: int) -> dict[str, object]:
    return {
        "event_id": f"e{number}",
        "kind": "chat",
        "type": "message",
        "member_id": member,
        "group_id": "g",
        "ts": NOON + day * DAY,
    }


EVENTS = [
    message(1, "often", 2),
    message(2, "often", 0),
    message(3, "often", 1),
    message(4, "twice", 1),
    message(5, "twice", 0),
    message(6, "once", 0),
    message(7, "late", 39),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join([*map(json.dumps, [*EVENTS, EVENTS[3]]), "no event"]))
    return path


@pytest.mark.parametrize("page", [1, 3, 1000])
def test_from_files_and_from_the_store_the_answer_is_the_same(tmp_path: Path, file: Path, page: int) -> None:
    versions = {
        "running": compile_rules(rules(1, 3), "1"),
        "candidate": compile_rules(rules(2, 2), "2"),
    }
    lines = [json.dumps(event) for event in EVENTS]
    with closing(EmbeddedEngine(str(tmp_path / "store"))) as engine:
        migrate(engine)
        rows = [(line, "t", 0, number, int(str(EVENTS[number]["ts"]))) for number, line in enumerate(lines)]
        Writer(engine).write("events", "t", 0, 0, len(rows) - 1, rows)
        until = history.last(engine)
        stored = list(history.from_store(engine, page))
    answers = []
    for pages in (history.from_files([file], NOW), stored):
        found = backtest(pages, versions, MemberParams(), Calendar(ZONE), until=until)  # type: ignore[arg-type]
        answer = report(found, examples=5)
        for side in ("running", "candidate"):
            del answer[side]["microseconds_an_event"]
        answers.append(answer)
    assert answers[0] == answers[1]
    answer = answers[0]
    assert (answer["events"], answer["members"], answer["until_ms"]) == (7, 4, NOON + 39 * DAY)
    day = day_number("2026-01-05")
    assert [(one["day"], one["entered"], one["left"], one["entered_running"], one["left_running"]) for one in answer["days"]] == [
        ("2026-01-06", 2, 0, 0, 0),
        ("2026-01-07", 0, 0, 1, 0),
        ("2026-02-04", 0, 1, 0, 1),
        ("2026-02-05", 0, 1, 0, 0),
    ]  # fmt: skip
    assert Calendar(ZONE).day(NOON) == day


def test_who_gains_and_who_loses_with_evidence(file: Path) -> None:
    versions = {"running": compile_rules(rules(1, 3), "1"), "candidate": compile_rules(rules(2, 2), "2")}
    found = backtest(
        history.from_files([file], NOW),
        versions,  # type: ignore[arg-type]
        MemberParams(),
        Calendar(ZONE),
        until=NOON + 3 * DAY,
        flap_days=1,
    )
    answer = report(found, examples=5)
    (tag,) = answer["tags"]
    assert (tag["held"], tag["held_running"], tag["gained"], tag["lost"]) == (2, 1, 1, 0)
    (example,) = tag["examples"]
    assert (example["member_id"], example["evidence"]) == (
        "twice",
        {"active_days_30": 2, "active_days_30 at_least": 2},
    )
    text = as_text(answer)
    assert "when: active_days_30 ≥ 3  ->  active_days_30 ≥ 2" in text
    assert "gained: default/twice: active_days_30 2" in text


def test_a_change_that_is_soon_undone_is_a_flap(file: Path) -> None:
    flappy = rules(1, 1).replace("active_days_30, at_least: 1", "activity_score, at_least: 1")
    rule = compile_rules(flappy, "1")
    found = backtest(
        history.from_files([file], NOW),
        {"running": rule, "candidate": compile_rules(rules(2, 1), "2")},
        MemberParams(),
        Calendar(ZONE),
        flap_days=1,
    )
    answer = report(found, examples=0)
    assert answer["running"]["flaps"] == 5
    assert answer["running"]["flap_rate"] == round(5 / 11, 4)
    assert answer["candidate"]["flaps"] == 0


def test_the_commands(tmp_path: Path, file: Path) -> None:
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    first.write_text(rules(1, 3))
    second.write_text("vip: {groups: [g]}\n" + rules(2, 2))
    run = CliRunner().invoke
    done = run(cli, ["rules", "diff", str(first), str(second)])
    assert done.output.splitlines() == [
        "changed: section vip",
        "    groups: -  ->  g",
        "changed: busy",
        "    when: active_days_30 ≥ 3  ->  active_days_30 ≥ 2",
    ]
    told = json.loads(run(cli, ["rules", "diff", str(first), str(second), "--json"]).output)
    assert [(one.get("section"), one.get("tag"), one["decides"]) for one in told] == [
        ("vip", None, True),
        (None, "busy", True),
    ]
    assert run(cli, ["rules", "diff", str(first), str(first)]).output == "the rules are the same\n"
    arguments = ["rules", "backtest", str(second), "--events", str(file), "--against", str(first)]
    done = run(cli, [*arguments, "--since", "2026-01-07", "--json"])
    answer = json.loads(done.output)
    assert [(one["day"], one["tag"]) for one in answer["days"]][0] == ("2026-01-07", "busy")
    assert answer["candidate"]["version"] == 2
    assert run(cli, ["rules", "backtest", str(second)]).exit_code == 2
    second.write_text(rules(2, 2).replace("active_days_30", "activ_days_30"))
    done = run(cli, arguments)
    assert done.exit_code == 78
    assert f"{second}:4:22: unknown feature 'activ_days_30'; did you mean 'active_days_30'?" in done.output
