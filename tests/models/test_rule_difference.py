"""What two rule files differ in, and which differences decide who has a tag."""

import pytest

from models.rules import compile_rules
from models.rules.difference import Change, Difference, difference
from models.rules.sections import section_differences

HEAD = "version: 1\nrules:\n"
FIRST = """\
  - id: first
    name: {zh: 甲, en: First}
    class: c
    family: f
    when: {any: [{feature: orders, at_least: 2}, {all: [{feature: stage, is: lost}, {feature: f, above: 1}]}]}
    until: {feature: orders, below: 1}
    minimum_stay: 36h
    source: own
"""
SECOND = """\
  - {id: second, name: {zh: 乙, en: Second}, class: c, family: f, when: {feature: orders, at_least: 1}, source: own}
"""


def changed(before: str, after: str) -> list[Difference]:
    return difference(compile_rules(HEAD + before, "a"), compile_rules(HEAD + after, "b"))


def test_the_same_rules_differ_in_nothing() -> None:
    assert changed(FIRST + SECOND, FIRST + SECOND) == []


def test_each_part_is_named_with_what_it_was() -> None:
    after = FIRST.replace("orders, at_least: 2", "orders, at_least: 3").replace("36h", "2d")
    assert changed(FIRST, after) == [
        Difference(
            "first",
            "changed",
            (
                Change(
                    "when", "orders ≥ 2 or (stage = lost and f > 1)", "orders ≥ 3 or (stage = lost and f > 1)"
                ),
                Change("minimum_stay", "36h", "2d"),
            ),
        )
    ]


def test_tags_that_come_and_go() -> None:
    assert changed(FIRST, SECOND) == [Difference("second", "added"), Difference("first", "removed")]


def test_the_order_within_a_family_decides_and_a_name_does_not() -> None:
    moved = changed(FIRST + SECOND, SECOND + FIRST)
    assert [(one.tag, one.changes[0].part, one.decides) for one in moved] == [
        ("second", "family", True),
        ("first", "family", True),
    ]
    (renamed,) = changed(FIRST, FIRST.replace("en: First", "en: The first"))
    assert not renamed.decides


SECTIONS = """\
version: 1
parents: {p: {zh: 上, en: Parent}}
points:
  order: {each: 10, unit_fen: 100, per_unit: 1}
  counts: [{count: game, points: 2, most_a_day: 3}, {count: game, points: 1, most_a_day: 9}]
levels:
  growth: {signin: 1}
  steps: [{level: silver, from: 500}, {level: gold, from: 2000}]
vip: {groups: [b, a]}
cuts: [{feature: orders, among: {feature: f, at_least: 1}, quantile: 0.5, value: &mid 3}]
rules:
  - {id: t, name: {zh: 甲, en: T}, class: c, parent: p, source: own, when: {feature: orders, at_least: *mid}}
"""


@pytest.mark.parametrize(
    ("was", "now", "section", "changes", "decides"),
    [
        ("en: Parent", "en: Above", "parents", [("p.en", "Parent", "Above")], False),
        ("each: 10", "each: 11", "points", [("order.each", "10", "11")], True),
        (
            "points: 1, most",
            "points: 4, most",
            "points",
            [("counts.game", "2, at most 3 a day; 1, at most 9 a day", "2, at most 3 a day; 4, at most 9 a day")],
            True,
        ),
        ("levels:\n", "levels:\n  grace_days: 0\n", "levels", [("grace_days", "30", "0")], True),
        (
            "from: 2000}",
            "from: 2000, points_percent: 150}",
            "levels",
            [("steps.gold.points_percent", "100", "150")],
            True,
        ),
        (
            "{level: silver, from: 500}, ",
            "",
            "levels",
            [("steps.silver.from", "500", ""), ("steps.silver.points_percent", "100", "")],
            True,
        ),
        ("[b, a]", "[a, c]", "vip", [("groups", "a, b", "a, c")], True),
        ("quantile: 0.5", "quantile: 0.6", "cuts", [
            ("orders at 0.6 among f ≥ 1", "", "3"), ("orders at 0.5 among f ≥ 1", "3", ""),
        ], False),
    ],
)  # fmt: skip
def test_each_changed_value_of_a_section_is_named(
    was: str, now: str, section: str, changes: list[tuple[str, str, str]], decides: bool
) -> None:
    assert was in SECTIONS
    before, after = compile_rules(SECTIONS, "a"), compile_rules(SECTIONS.replace(was, now), "b")
    assert section_differences(before, before) == []
    (found,) = section_differences(before, after)
    assert (found.name, list(found.changes), found.decides) == (section, changes, decides)
    assert difference(before, after) == []


def test_the_order_of_vip_groups_is_no_difference() -> None:
    before, after = compile_rules(SECTIONS, "a"), compile_rules(SECTIONS.replace("[b, a]", "[a, b]"), "b")
    assert section_differences(before, after) == []
