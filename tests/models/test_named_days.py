"""Named days of a rule file: which days they are, what is counted on them, and how a wrong calendar is refused."""

import pytest

from models.calendar import day_number
from models.rules import RuleError, compile_rules
from models.rules.difference import difference
from models.rules.rule import RuleSet

FILE = """\
version: 1
calendar:
  payday: {name: {zh: 发薪日, en: Payday}, days_of_month: [15, 31]}
  midweek: {name: {zh: 周中, en: Midweek}, weekdays: [wed, thu]}
  year_end: {name: {zh: 岁末, en: Year's end}, dates: [12-30..01-02, 2026-02-10..2026-02-12, 2026-03-01]}
  eve: {name: {zh: 前夜, en: Eve}, among: [payday], before: 2, scene: fission}
rules:
  - {id: a, name: {zh: 甲, en: A}, class: c, source: own, when: {count: task, days: 30, during: payday, at_least: 1}}
  - {id: b, name: {zh: 乙, en: B}, class: c, source: own, when: {count: task, days: 30, scene: fission, at_least: 1}}
  - {id: c, name: {zh: 丙, en: C}, class: c, source: own, when: {lift: task, days: 30, during: midweek, at_least: 2}}
  - {id: d, name: {zh: 丁, en: D}, class: c, source: own, when: {count: task, days: 30, during: year_end, at_least: 1}}
"""


def rules(text: str = FILE) -> RuleSet:
    return compile_rules(text, "c.yaml")


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        (0, ["2026-01-15", "2026-01-31", "2026-03-31"], ["2026-01-16", "2026-02-28", "2026-03-01"]),
        (1, ["2026-01-13", "2026-01-14", "2026-01-29"], ["2026-01-12", "2026-01-16", "2026-03-01"]),
        (2, ["2026-01-07", "2026-01-08", "1969-12-31"], ["2026-01-06", "2026-01-09", "1969-12-30"]),
        (3, ["2025-12-30", "2027-01-02", "2026-02-12", "2026-03-01"], ["2025-12-29", "2026-01-03", "2027-03-01"]),
    ],
)  # fmt: skip
def test_which_days_have_a_name(rule: int, inside: list[str], outside: list[str]) -> None:
    (feature,) = rules().rules[rule].features
    assert feature.on is not None
    assert [feature.on.holds(day_number(day)) for day in inside] == [True] * len(inside)
    assert [feature.on.holds(day_number(day)) for day in outside] == [False] * len(outside)


def test_days_that_move_are_a_difference_of_the_rules_that_use_them() -> None:
    moved = FILE.replace("[15, 31]", "[10]")
    found = {
        one.tag: [(change.part, change.now) for change in one.changes]
        for one in difference(rules(), rules(moved))
    }
    assert found == {
        "a": [("days", "payday: days of the month 10")],
        "b": [("days", "scene:fission: ((days of the month 10), and 2 days before)")],
    }
    assert all(one.decides for one in difference(rules(), rules(moved)))


@pytest.mark.parametrize(
    ("right", "wrong", "where", "what"),
    [
        ("weekdays: [wed", "weekdays: [wen", "4:53", "unknown weekday 'wen'; did you mean 'wed'?"),
        ("days_of_month:", "day_of_month:", "3:41", "did you mean 'days_of_month'?"),
        ("[15, 31]", "[32]", "3:57", "a month has at most 31 days, not 32"),
        ("[15, 31]", "[]", "3:56", "days_of_month of nothing"),
        ("12-30..01-02", "12-32", "5:54", "'12-32' is no date such as 2026-02-17"),
        ("2026-02-10..2026-02-12", "2026-02-12..2026-02-10", "5:68", "the earlier day first"),
        ("among: [payday]", "among: [midweak]", "6:42", "unknown earlier days 'midweak'; did you mean 'midweek'?"),
        ("among: [payday]", "among: [eve]", "6:42", "unknown earlier days 'eve'"),
        ("before: 2", "before: 999", "6:59", "at most 366 days before"),
        ("scene: fission}\n", "scene: fision}\n", "6:69", "unknown scene 'fision'; did you mean 'fission'?"),
        (", days_of_month: [15, 31]", "", "3:11", "which days are payday? Say one of weekdays"),
        ("  payday: {", "  Payday!: {", "3:12", "'Payday!' is no name of days"),
        ("during: payday", "during: paydays", "8:96", "unknown days 'paydays'; did you mean 'payday'?"),
        ("during: payday", "during: payday, scene: fission", "8:111", "say during or scene, not both"),
        ("scene: fission, at", "scene: retention, at", "9:95", "no days under `calendar` have the scene retention"),
        ("count: task, days: 30, during: payday", "count: task, during: payday", "8:64", "'days' is missing"),
        ("lift: task, days: 30, during: midweek", "lift: task, days: 30", "10:64", "lift on which days?"),
        ("count: task, days: 30, during: payday, at", "days_since: task, during: payday, at", "8:64",
         "days_since does not go with during"),
    ],
)  # fmt: skip
def test_a_wrong_calendar_is_named_by_place_and_word(right: str, wrong: str, where: str, what: str) -> None:
    assert right in FILE
    with pytest.raises(RuleError) as caught:
        rules(FILE.replace(right, wrong, 1))
    assert str(caught.value).startswith(f"c.yaml:{where}: ")
    assert what in str(caught.value)


def test_days_without_a_calendar_are_refused() -> None:
    text = FILE[: FILE.index("calendar:")] + FILE[FILE.index("rules:") :]
    with pytest.raises(RuleError, match="the file names no days"):
        rules(text)
