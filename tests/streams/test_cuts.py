"""Cut points: measured on history, written into the file, and used by its rules."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.calendar import Calendar
from models.params import MemberParams
from models.rules import RuleError, compile_rules
from models.rules.cut import cut_point
from schemas.rows import Row
from streams.cli import cli
from streams.cuts import measure, rewritten, shown
from streams.history import Page
from tests.streams.histories import DAY, START

TEXT = """\
# mine
version: 7
cuts:
  - {feature: m_fen, among: {feature: orders, at_least: 1}, quantile: 0.8, value: &rich 1_000}  # of buyers
  - {feature: seen_days, quantile: 0.5, value: &old 9.5}
  - {count: message, days: 30, among: {tag: rich}, quantile: 0.5, value: &chatty 3}
rules:
  - {id: rich, name: {zh: 富, en: Rich}, class: c, source: M25, when: {feature: m_fen, at_least: *rich}}
  - {id: old, name: {zh: 老, en: Old}, class: c, source: M25, when: {feature: seen_days, above: *old}}
"""


def event(number: int, member: int, at: int, **fields: object) -> Row:
    raw = {"event_id": f"e{number}", "member_id": f"m{member}", "ts": at} | fields
    return Row(0, number, at, at, json.dumps(raw).encode())


def history(buyers: int, others: int) -> Page:
    """Buyer n pays n yuan; everybody is seen first on the day of their number."""
    found = [
        event(n, n, START + n * DAY, kind="order", type="paid", order_id=f"o{n}", paid_fen=100 * n)
        for n in range(1, buyers + 1)
    ]
    count = len(found)
    found += [
        event(count + n, 1000 + n, START + n * DAY, kind="chat", type="message", group_id="g")
        for n in range(1, others + 1)
    ]
    return sorted(found, key=lambda row: row.ts)


def test_the_smallest_that_so_many_do_not_exceed() -> None:
    assert [cut_point([3, 1, 2, 4, 5], q) for q in (0.01, 0.2, 0.21, 0.5, 0.8, 0.99)] == [1, 1, 2, 3, 4, 5]
    assert cut_point([7], 0.5) == 7


def test_measured_and_written() -> None:
    rules = compile_rules(TEXT, "mine.yaml")
    assert [rule.tag for rule in rules.rules] == ["rich", "old"]
    found = measure([history(50, 40)], rules, MemberParams(), Calendar("UTC"))
    assert [(one.value, len(one.values)) for one in found] == [(4000, 50), (27, 90), (0, 41)]
    text = rewritten(TEXT, found)
    assert text == (
        TEXT.replace("version: 7", "version: 8").replace("1_000", "4000").replace("9.5", "27").replace("&chatty 3", "&chatty 0")
    )  # fmt: skip
    renewed = compile_rules(text, "mine.yaml")
    assert (renewed.version, [cut.value for cut in renewed.cuts]) == (8, [4000, 27, 0])
    assert str(renewed.rules[0].enter) != str(rules.rules[0].enter)
    unmoved = measure([history(50, 40)], renewed, MemberParams(), Calendar("UTC"))[:2]
    assert rewritten(text, unmoved) == text


def test_of_a_handful_nothing_is_said() -> None:
    rules = compile_rules(TEXT, "mine.yaml")
    found = measure([history(19, 0)], rules, MemberParams(), Calendar("UTC"))
    assert [one.value for one in found] == [1000, 9.5, 3]
    assert rewritten(TEXT, found) == TEXT


def test_numbers_as_a_rule_file_has_them() -> None:
    assert [shown(one) for one in (3, 2.5, 4.0, 1e-5, 1e12)] == [
        "3",
        "2.5",
        "4.0",
        "0.00001",
        "1000000000000.0",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("quantile: 0.8", "quantile: 1", "above 0 and below 1"),
        ("feature: m_fen, among", "feature: m_fe, among", "did you mean 'm_fen'?"),
        ("feature: seen_days, quantile: 0.5,", "feature: seen_days,", "'quantile' is missing"),
        ("feature: seen_days, quantile", "feature: stage, quantile", "stage is no number"),
        ("feature: seen_days, quantile", "quantile", "name one value"),
        ("feature: seen_days, quantile", "feature: seen_days, days: 3, quantile", "does not go with days"),
        ("&old 9.5", "&old nine", "'nine' is no number"),
        ("*old", "*older", "undefined alias"),
        ("{tag: rich}", "{tag: rick}", "did you mean 'rich'?"),
    ],
)
def test_what_is_wrong_is_named(right: str, wrong: str, what: str) -> None:
    assert right in TEXT
    with pytest.raises(RuleError, match=r"mine.yaml:\d+:\d+: ") as error:
        compile_rules(TEXT.replace(right, wrong), "mine.yaml")
    assert what in str(error.value)


def test_the_command(tmp_path: Path) -> None:
    file, events = tmp_path / "mine.yaml", tmp_path / "events.jsonl"
    file.write_text(TEXT)
    events.write_bytes(b"\n".join(row.raw for row in history(50, 40)))
    run = CliRunner().invoke(cli, ["rules", "cut", str(file), "--events", str(events)])
    assert run.exit_code == 0, run.output
    assert "m_fen: 0.8 of 50 members: 1000 -> 4000" in run.output
    assert file.read_text() == TEXT
    run = CliRunner().invoke(cli, ["rules", "cut", str(file), "--events", str(events), "--write"])
    assert run.exit_code == 0 and "version 8" in run.output
    assert "&rich 4000" in file.read_text()
    for arguments, code, words in (
        ([str(file)], 2, "give either"),
        (["full", "--events", str(events), "--write"], 78, "copy it"),
        (["default", "--events", str(events)], 78, "no cut points"),
    ):
        run = CliRunner().invoke(cli, ["rules", "cut", *arguments])
        assert run.exit_code == code and words in run.output, run.output
