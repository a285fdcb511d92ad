"""The parts of the rule language beyond comparisons: what they mean, to the ms, and how they are refused."""

from typing import Any

import pytest

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleError, compile_rules
from models.state import MemberState, restore, snapshot
from schemas.view import Event, ManualTag

NOON = 1_767_585_600_000
"""2026-01-05T12:00 in Shanghai."""
DAY, HOUR = 86_400_000, 3_600_000
NAMES = "name: {zh: 甲, en: A}, class: c, source: own"


class Life:
    """A member under some rules, and what was told of them."""

    def __init__(self, *rules: str, member: str = "m1") -> None:
        text = "version: 1\nrules:\n" + "".join(f"  - {{{NAMES}, {rule}}}\n" for rule in rules)
        self.members = Members(MemberParams(), compile_rules(text, "r.yaml"), Calendar("Asia/Shanghai"))
        self.state: MemberState = self.members.initial("default", member)
        self.told: list[tuple[int, str, str]] = []
        self.evidence: dict[str, Any] = {}
        self.offset = 0

    def event(self, at: int, type_: str = "message", kind: str = "chat", **fields: Any) -> None:
        self.until(at)
        event = Event(event_id=f"e{self.offset}", kind=kind, type=type_, ts=at, member_id="m1", **fields)
        self.members.fold(self.state, event, 0, self.offset)
        self.note(self.members.judge(self.state, at, "event", event))
        self.offset += 1
        self.state = restore(snapshot(self.state))

    def until(self, at: int) -> None:
        self.note(self.members.fire_due(self.state, at))

    def note(self, changes: Any) -> None:
        for change in changes:
            self.told.append((change.at, change.tag, change.change))
            self.evidence = change.evidence


def test_a_count_ends_with_the_day_of_the_nth_latest_event() -> None:
    life = Life("id: a, when: {count: contest, days: 3, at_least: 2}")
    for day in (0, 1, 1, 2):
        life.event(NOON + day * DAY, "contest", "checkin")
    life.until(NOON + 90 * DAY)
    assert life.told == [(NOON + DAY, "a", "entered"), (NOON + 3 * DAY + 12 * HOUR, "a", "left")]
    assert life.evidence == {"count(contest,3d)": 1, "count(contest,3d) at_least": 2}


def test_a_tag_of_tags_follows_them_at_the_same_ms_whatever_their_order_in_the_file() -> None:
    life = Life(
        "id: z, when: {all: [{tag: y}, {not: {tag: x}}]}",
        "id: y, when: {tag: a}",
        "id: a, when: {count: message, days: 1, at_least: 1}",
        "id: x, when: {count: message, days: 1, at_least: 2}",
    )
    life.event(NOON)
    life.event(NOON + 1)
    life.until(NOON + 9 * DAY)
    midnight = NOON + 12 * HOUR
    assert life.told[:3] == [(NOON, "a", "entered"), (NOON, "y", "entered"), (NOON, "z", "entered")]
    assert life.told[3:5] == [(NOON + 1, "x", "entered"), (NOON + 1, "z", "left")]
    assert sorted(life.told[5:]) == [
        (midnight, "a", "left"),
        (midnight, "x", "left"),
        (midnight, "y", "left"),
    ]


def test_a_tag_set_by_hand_counts_for_tags_of_tags() -> None:
    life = Life("id: a, when: {tag: b}", "id: b, when: {count: contest, at_least: 9}")
    life.event(NOON, "tag.set", "join", manual_tag=ManualTag("b"))
    life.event(NOON + 1, "tag.cleared", "join", manual_tag=ManualTag("b"))
    assert life.told == [
        (NOON, "b", "entered"),
        (NOON, "a", "entered"),
        (NOON + 1, "b", "left"),
        (NOON + 1, "a", "left"),
    ]


def test_grace_waits_for_a_break_that_lasts() -> None:
    life = Life("id: a, when: {count: message, days: 1, at_least: 1}, grace: 36h")
    life.event(NOON)
    life.event(NOON + DAY + 12 * HOUR)
    life.until(NOON + 90 * DAY)
    midnight = NOON + 2 * DAY + 12 * HOUR
    assert life.told == [(NOON, "a", "entered"), (midnight + 36 * HOUR, "a", "left")]


def test_time_to_live_ends_a_tag_until_its_condition_ceased_once() -> None:
    life = Life("id: a, when: {count: message, days: 10, at_least: 1}, time_to_live: 36h")
    life.event(NOON)
    life.event(NOON + 5 * DAY)
    life.event(NOON + 20 * DAY)
    life.until(NOON + 90 * DAY)
    assert life.told == [
        (NOON, "a", "entered"),
        (NOON + 36 * HOUR, "a", "left"),
        (NOON + 20 * DAY, "a", "entered"),
        (NOON + 20 * DAY + 36 * HOUR, "a", "left"),
    ]


def test_holdout_is_a_stable_share_and_another_for_each_tag() -> None:
    chosen: dict[str, set[int]] = {"a": set(), "b": set()}
    for number in range(400):
        rules = [f"id: {tag}, when: {{count: message, at_least: 1}}, holdout: 0.25" for tag in "ab"]
        life = Life(*rules, member=f"m{number}")
        life.event(NOON)
        for tag in "ab":
            if tag not in life.state.on:
                chosen[tag].add(number)
    assert [len(one) for one in chosen.values()] == [99, 87]
    assert 10 < len(chosen["a"] & chosen["b"]) < 40


def test_some_of_several() -> None:
    condition = "{some: 2, of: [{count: share, at_least: 1}, {count: contest, at_least: 1}, {count: quiz, at_least: 1}]}"
    life = Life(f"id: a, when: {condition}")
    life.event(NOON, "share")
    life.event(NOON + 1, "quiz", "checkin")
    assert life.told == [(NOON + 1, "a", "entered")]


def test_a_share_needs_its_whole_and_unknown_is_not_zero() -> None:
    life = Life(
        "id: low, when: {share: push_opened, of: push_delivered, days: 30, least: 2, below: 0.5}",
        "id: high, when: {share: push_opened, of: push_delivered, days: 30, least: 2, at_least: 0.5}",
    )
    life.event(NOON, "push_delivered")
    assert life.told == []
    life.event(NOON + 1, "push_delivered")
    life.event(NOON + 2, "push_opened")
    assert life.told == [
        (NOON + 1, "low", "entered"),
        (NOON + 2, "low", "left"),
        (NOON + 2, "high", "entered"),
    ]


@pytest.mark.parametrize(
    ("rule", "column", "what"),
    [
        ("when: {count: mesage, days: 3, at_least: 1}", 72, "unknown count of 'mesage'; did you mean 'message'?"),
        ("when: {count: message, days: 93, at_least: 1}", 87, "message is kept for 92 days, not 93"),
        ("when: {count: contest, days: 367, at_least: 1}", 87, "contest is kept for 366 days, not 367"),
        ("when: {count: intent, days: 3, at_least: 1}", 64, "say which intent: word"),
        ("when: {count: quiz, word: x, at_least: 1}", 84, "quiz has no words"),
        ("when: {count: quiz, days: 3, is: 1}", 64, "count(quiz,3d) moves all the time; use at_least"),
        ("when: {sum: discount_fen, at_least: 1}", 64, "'days' is missing"),
        ("when: {sum: discount, days: 3, at_least: 1}", 70, "unknown sum of 'discount'; did you mean 'discount_fen'?"),
        ("when: {distinct: promo, days: 3, least: 2, at_least: 1}", 64, "distinct does not go with least; it takes days"),
        ("when: {share: quiz, days: 3, at_least: 1}", 64, "'of' is missing: a share of what?"),
        ("when: {top: golden, days: 3, with_share: 2, known: true}", 99, "expected a share from 0 to 1, not '2'"),
        ("when: {top: golden, days: 3, known: false}", 94, "known is true, or say not"),
        ("when: {top: golden, days: 3, at_least: 1}", 97, "is no number; use is or in, not at_least"),
        ("when: {feature: city, days: 3, is: x}", 64, "feature does not go with days; it takes nothing"),
        ("when: {tag: b}", 70, "unknown tag 'b'; did you mean 'a'?"),
        ("when: {tag: a}", 70, "some tags hang on each other in a circle"),
        ("when: {some: 3, of: [{tag: a}, {tag: a}]}", 71, "some 3 of 2 conditions never hold"),
        ("holdout: 1.5, when: {feature: f, above: 1}", 67, "holdout is a share between 0 and 1"),
        ("grace: 3 days, when: {feature: f, above: 1}", 65, "'3 days' is no duration such as 90s, 15m, 36h or 7d"),
    ],
)  # fmt: skip
def test_errors_name_place_and_word(rule: str, column: int, what: str) -> None:
    with pytest.raises(RuleError) as caught:
        Life(f"id: a, {rule}")
    assert str(caught.value).startswith("r.yaml:3:")
    assert (caught.value.column, what) == (column, what)
    assert what in str(caught.value)


@pytest.mark.parametrize("opened", ["[", "{a: ", "- "])
def test_a_file_of_brackets_is_refused_at_its_place(opened: str) -> None:
    with pytest.raises(RuleError, match=r"^r\.yaml:1:\d+: nested deeper than 64"):
        compile_rules(opened * 300_000, "r.yaml")
