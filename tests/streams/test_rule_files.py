"""A rule file that extends another: whose rules hold, by whose days, and what is wrong with it, by file and line."""

from pathlib import Path

import pytest

from models.params import MemberParams
from models.rules import RuleError, compile_rules
from models.rules.rule import RuleSet
from models.rules.wording import said
from streams.recompute.query import query
from streams.rule_files import rules_text

NAMES = "name: {zh: 甲, en: A}, class: c, source: own"
BASE = f"""\
version: 3
parents: {{p: {{zh: 上, en: P}}}}
calendar:
  payday: {{name: {{zh: 发薪日, en: Payday}}, days_of_month: [15]}}
  eve: {{name: {{zh: 前夜, en: Eve}}, among: [payday], before: 1}}
rules:
  - {{id: a, {NAMES}, when: {{count: task, days: 3, during: eve, at_least: 1}}}}
  - {{id: b, {NAMES}, when: {{tag: a}}}}
  - {{id: c, {NAMES}, when: {{count: task, at_least: 1}}}}
"""
OWN = f"""\
version: 4
extends: base.yaml
without: [c]
calendar:
  payday: {{name: {{zh: 发薪日, en: Payday}}, days_of_month: [10]}}
rules:
  - {{id: d, {NAMES}, parent: p, when: {{tag: b}}}}
  - {{id: b, {NAMES}, when: {{tag: a}}, grace: 3d}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def rules(folder: Path, text: str = OWN) -> RuleSet:
    (folder / "own.yaml").write_text(text)
    return compile_rules(*rules_text(folder / "own.yaml"))


def test_a_file_adds_replaces_leaves_out_and_moves_days(folder: Path) -> None:
    found = rules(folder)
    assert [rule.tag for rule in found.rules] == ["a", "b", "d"]
    assert (found.version, found.rules[1].grace) == (7, 3 * 86_400_000)
    (feature,) = found.rules[0].features
    assert feature.on is not None
    assert feature.on.said == "(days of the month 10), and 1 days before"


def test_the_text_is_whole_without_the_files(folder: Path) -> None:
    rules(folder)
    text, name = rules_text(folder / "own.yaml")
    (folder / "base.yaml").unlink()
    assert [said(rule.enter) for rule in compile_rules(text, name).rules] == [
        "count(task,3d,during=eve) ≥ 1",
        "tag(a)",
        "tag(b)",
    ]
    sql, compiled = query(text, MemberParams(), "qunpulse")
    assert (list(compiled.tags), compiled.left_out) == (["a"], ["b", "d"])
    assert "toDayOfMonth(toDate((day + ahead_eve))) IN (10)" in sql


@pytest.mark.parametrize(
    ("right", "wrong", "where", "what"),
    [
        ("base.yaml", "bas.yaml", "own.yaml:2:10", "cannot extend 'bas.yaml': No such file or directory"),
        ("base.yaml", "own.yaml", "own.yaml:2:10", "files extend each other in a circle"),
        ("extends: base.yaml\n", "", "own.yaml:2:10", "without what? The file extends no other"),
        ("without: [c]", "without: [e]", "own.yaml:3:11", "unknown tag 'e'"),
        ("without: [c]", "without: [a]", "base.yaml:8:70", "unknown tag 'a'"),
        ("{tag: b}", "{tag: bb}", "own.yaml:7:81", "unknown tag 'bb'; did you mean 'b'?"),
        ("[10]", "[40]", "own.yaml:5:57", "a month has at most 31 days"),
        ("extends: base.yaml", "extend: base.yaml", "own.yaml:2:1", "did you mean 'extends'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_own_file(
    folder: Path, right: str, wrong: str, where: str, what: str
) -> None:
    with pytest.raises(RuleError) as caught:
        rules(folder, OWN.replace(right, wrong, 1))
    assert str(caught.value).startswith(f"{folder}/{where}: ")
    assert what in str(caught.value)


def test_a_shipped_file_is_extended_by_its_name(folder: Path) -> None:
    text = f"version: 1\nextends: full\nrules:\n  - {{id: mine, {NAMES}, when: {{tag: value.buyer}}}}\n"
    found = rules(folder, text)
    assert found.rules[-1].tag == "mine"
    assert len(found.rules) == len(compile_rules(*rules_text(Path("full"))).rules) + 1
    with pytest.raises(RuleError, match="shipped is 'full'"):
        rules(folder, text.replace("full", "ful"))
    with pytest.raises(RuleError, match="'full' is to stand in front of this text"):
        compile_rules(text, "own.yaml")
