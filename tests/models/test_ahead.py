"""What is missing for a tag: told by the conditions, and true when it comes about."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.ahead import Missing
from tests.models.test_judge import DAY, NOON, Life, members_of


def missing(life: Life, at: int) -> dict[str, list[Missing]]:
    life.members.judge(life.state, at, "timer")
    return {one.tag: list(one.missing) for one in life.members.ahead(life.state, at)}


def short(found: list[Missing]) -> list[tuple[str, Any, str, Any]]:
    return [(one.feature, one.value, one.wanted, one.threshold) for one in found]


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("{feature: orders, at_least: 2}", [("orders", 0, "at_least", 2)]),
        ("{all: [{feature: orders, at_least: 2}, {feature: stage, is: intro}]}", [("orders", 0, "at_least", 2)]),
        ("{any: [{all: [{feature: orders, above: 1}, {feature: refunds, above: 0}]}, {feature: groups, at_least: 1}]}",
         [("groups", 0, "at_least", 1)]),
        ("{some: 2, of: [{feature: orders, above: 0}, {feature: groups, above: 0}, {feature: stage, is: intro}]}",
         [("orders", 0, "above", 0)]),
        ("{not: {feature: stage, in: [intro, lost]}}", [("stage", "intro", "not in", "intro|lost")]),
        ("{not: {any: [{feature: stage, is: intro}, {count: message, days: 7, at_least: 1}]}}",
         [("stage", "intro", "not is", "intro"), ("count(message,7d)", 1, "below", 1)]),
        ("{not: {all: [{feature: stage, is: intro}, {count: message, days: 7, at_least: 1}]}}",
         [("stage", "intro", "not is", "intro")]),
    ],
)  # fmt: skip
def test_the_fewest_comparisons_are_told(when: str, wanted: list[tuple[str, Any, str, Any]]) -> None:
    life = Life(members_of(f"when: {when}"))
    life.happens("message", NOON)
    assert short(missing(life, NOON)["t0"]) == wanted


def test_the_nearest_tag_comes_first_and_what_is_held_does_not_come() -> None:
    both = "when: {all: [{feature: orders, at_least: 1}, {feature: groups, at_least: 1}]}"
    life = Life(members_of(both, "when: {feature: orders, at_least: 1}", "when: {feature: stage, is: intro}"))
    life.happens("message", NOON)
    assert list(missing(life, NOON)) == ["t1", "t0"]


def test_another_tag_is_missing_by_its_name() -> None:
    life = Life(members_of("when: {feature: orders, at_least: 1}", "when: {tag: t0}"))
    life.happens("message", NOON)
    (one,) = missing(life, NOON)["t1"]
    assert (one.feature, one.name.en, one.value, one.wanted, one.threshold) == ("t0", "A", False, "is", True)


def test_one_who_is_held_out_is_promised_nothing() -> None:
    life = Life(members_of("holdout: 0.999999, when: {feature: orders, at_least: 1}"))
    life.happens("message", NOON)
    assert missing(life, NOON) == {}


def test_the_other_of_a_family_needs_nothing_but_room() -> None:
    life = Life(
        members_of(
            "family: f, when: {feature: groups, at_least: 0}", "family: f, when: {feature: groups, below: 1}"
        )
    )
    life.happens("message", NOON)
    assert set(life.state.on) == {"t0"}
    assert missing(life, NOON) == {}


COURSES = (
    "{feature: silent_days, at_least: 3}", "{feature: activity_score, below: 0.5}", "{feature: p_alive, at_most: 0.4}",
    "{feature: seen_days, above: 10}", "{feature: r_days, at_least: 7}", "{feature: active_days_30, below: 1}",
    "{not: {feature: silence, at_least: 0.05}}", "{days_since: message, at_least: 5}", "{count: message, days: 7, below: 1}",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    acts=st.lists(st.tuples(st.integers(0, 40 * 24), st.booleans()), min_size=1, max_size=12),
    later=st.integers(0, 40),
)
def test_what_time_alone_brings_comes_at_that_very_time(acts: list[tuple[int, bool]], later: int) -> None:
    life = Life(members_of(*(f"when: {course}" for course in COURSES)))
    for hours, buys in sorted(acts):
        at = NOON + hours * 3_600_000
        if buys:
            life.happens("paid", at, kind="order", order_id=f"o{life.count}", paid_fen=100)
        else:
            life.happens("message", at)
    now = life.state.judged_at + later * DAY
    life.waits(now)
    end = now + 400 * DAY
    told = {tag: one.at for tag, (one,) in missing(life, now).items() if one.at is not None and one.at <= end}
    entered = {tag: at for tag, change, at in life.waits(end) if change == "entered"}
    assert told == entered
