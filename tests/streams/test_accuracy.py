"""How good the churn flags were, on histories whose answer can be counted by hand."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.calendar import Calendar
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from streams import history
from streams.accuracy import Accuracy, accuracy
from streams.accuracy_report import as_metrics, as_text, report
from streams.cli import cli

DAY = 86_400_000
NOON = 1_767_585_600_000
"""2026-01-05T12:00 in Shanghai."""
NOW = NOON + 100 * DAY

RULES = """\
version: 1
rules:
  - {id: quiet, name: {zh: 静, en: Quiet}, class: churn, source: own, when: {feature: silent_days, at_least: 3}}
  - {id: gone, name: {zh: 走, en: Gone}, class: churn, source: own, when: {feature: churn, is: left}}
  - {id: other, name: {zh: 他, en: Other}, class: habit, source: own, when: {feature: silent_days, at_least: 1}}
"""

MESSAGES = {
    "returns": (0, 5, 6),
    "stops": (0, 1),
    "steady": tuple(range(0, 40, 2)),
    "too late to tell": (35, 36),
}
"""Days with a message; history ends with day 40, and ten days of silence are a loss."""


def events() -> list[dict[str, object]]:
    found = [
        {"event_id": f"{member} {day}", "kind": "chat", "type": "message", "member_id": member, "group_id": "g",
         "ts": NOON + day * DAY}
        for member, days in MESSAGES.items() for day in days
    ]  # fmt: skip
    return [*found, {**found[0], "event_id": "end", "member_id": "end", "ts": NOON + 40 * DAY}]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(event) for event in events()))
    return path


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return compile_rules(RULES, "own.yaml")


@pytest.fixture
def found(file: Path, rules: RuleSet) -> Accuracy:
    calendar = Calendar("Asia/Shanghai")
    return accuracy(history.from_files([file], NOW), rules, MemberParams(), calendar, horizon_days=10)


def test_a_flag_is_right_if_nothing_follows_within_the_horizon(found: Accuracy) -> None:
    quiet = found.flags["quiet"]
    # returns: flagged on day 3 (acts on day 5: wrong) and on day 9 (right); stops: on day 4 (right)
    assert (quiet.right, quiet.wrong, quiet.precision) == (2, 1, pytest.approx(2 / 3))


def test_a_silence_is_found_by_a_flag_before_it_is_over(found: Accuracy) -> None:
    quiet, gone = found.flags["quiet"], found.flags["gone"]
    assert (quiet.silences, quiet.found, quiet.recall) == (2, 2, 1.0)
    # flagged at midnight three local days after a message at noon: 2.5 days in, 7.5 before the tenth
    assert quiet.lead_days == 7.5
    assert (gone.silences, gone.found, gone.recall, gone.precision, gone.lead_days) == (2, 0, 0.0, None, None)


def test_only_churn_flags_are_looked_at(found: Accuracy) -> None:
    assert set(found.flags) == {"quiet", "gone"}
    assert (found.members, found.events) == (5, 28)


def test_p_alive_is_set_against_who_was_seen_again(found: Accuracy) -> None:
    # looks on days 10, 20 and 30 (day 40 is the end): three members each
    assert sum(band.looks for band in found.bands) == 9
    assert sum(band.seen_again for band in found.bands) == 3
    assert sum(band.seen_again for band in found.bands[8:]) == 3  # the steady one
    assert all(band.low * band.looks <= band.sum <= (band.low + 0.1) * band.looks for band in found.bands)


def test_the_command_tells_it_in_three_ways(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.yaml").write_text(RULES)
    monkeypatch.setenv("QUNPULSE_RULES", str(tmp_path / "own.yaml"))
    textfile = tmp_path / "churn.prom"
    told = CliRunner().invoke(cli, ["accuracy", str(file), "--horizon", "10", "--textfile", str(textfile)])
    as_json = CliRunner().invoke(cli, ["accuracy", str(file), "--horizon", "10", "--json"])
    assert told.exit_code == 0, told.output
    assert (
        "quiet                         3      2      0.667         2      2   1.000         7.5"
        in told.output
    )
    assert json.loads(as_json.output)["flags"][0]["precision"] == pytest.approx(2 / 3)
    metrics = textfile.read_text()
    assert 'qunpulse_churn_flag_precision{tag="quiet"} 0.666667' in metrics
    assert 'qunpulse_churn_flag_precision{tag="gone"}' not in metrics


def test_an_empty_history_knows_nothing(rules: RuleSet) -> None:
    nothing = report(accuracy([], rules, MemberParams(), Calendar("Asia/Shanghai"), horizon_days=10))
    assert nothing["flags"][0]["precision"] is None
    assert "quiet" in as_text(nothing)
    assert "quiet" not in as_metrics(nothing)
