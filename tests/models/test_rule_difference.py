"""What two rule files differ in, and which differences decide who has a tag."""

from models.rules import compile_rules
from models.rules.difference import Change, Difference, difference

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
