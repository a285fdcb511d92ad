"""Single decisions: thresholds, memory, evidence, exact times."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import Calendar
from models.fold import set_by_hand
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from models.state import MemberState
from schemas.rows import Row
from schemas.view import Event
from schemas.written import Change

DAY = 86_400_000
NOON = 1_767_585_600_000
"""2026-01-05, noon in Shanghai."""


def members_of(*rules: str) -> Members:
    text = "version: 1\nrules:\n" + "".join(
        f"  - {{id: t{n}, name: {{zh: 甲, en: A}}, class: c, source: M12, {rule}}}\n"
        for n, rule in enumerate(rules)
    )
    return Members(MemberParams(), compile_rules(text, "test.yaml"), Calendar())


class Life:
    """One member to whom things happen."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.state: MemberState = members.initial("default", "m1")
        self.count = 0

    def happens(self, type_: str, at: int, kind: str = "chat", **fields: Any) -> list[Change]:
        self.count += 1
        event = Event(event_id=f"e{self.count}", kind=kind, type=type_, ts=at, member_id="m1", **fields)
        found = self.members.fire_due(self.state, at)
        assert self.members.fold(self.state, event, 0, self.count)
        return found + self.members.judge(
            self.state, max(at, self.state.judged_at), "event", event, Row(0, 1, at, at, b"")
        )

    def messages(self, number: int, at: int) -> list[Change]:
        return [change for _ in range(number) for change in self.happens("message", at)]

    def waits(self, until: int) -> list[tuple[str, str, int]]:
        return brief(self.members.fire_due(self.state, until))


def brief(changes: list[Change]) -> list[tuple[str, str, int]]:
    return [(change.tag, change.change, change.at) for change in changes]


SCORE = "when: {feature: activity_score, at_least: 12}, until: {feature: activity_score, below: 8}"


def test_two_thresholds_and_the_exact_ms() -> None:
    life = Life(members_of(SCORE))
    assert brief(life.messages(12, NOON)) == [("t0", "entered", NOON)]
    due = life.state.due
    assert due is not None
    half_life = 7 * DAY
    assert abs(due - (NOON + half_life * 0.5849625007)) < 2  # log2(12 / 8)
    assert life.waits(due - 1) == []
    assert life.waits(due) == [("t0", "left", due)]
    assert brief(life.messages(3, due + 1)) == []  # above 8 again, below 12
    assert brief(life.messages(2, due + 1)) == [("t0", "entered", due + 1)]


def test_evidence_and_what_tipped_it() -> None:
    life = Life(members_of(SCORE))
    (entered,) = life.messages(12, NOON)
    assert entered.evidence == {"activity_score": pytest.approx(12), "activity_score at_least": 12}
    assert (entered.cause, entered.event_id, entered.source) == ("event", "e12", "chat:0:1")
    assert (entered.name_zh, entered.name_en, entered.rule_version) == ("甲", "A", 1)
    assert entered.next_at == life.state.due
    (left,) = life.members.fire_due(life.state, NOON + 100 * DAY)
    assert left.evidence["activity_score below"] == 8
    assert isinstance(left.evidence["activity_score"], float)
    assert left.evidence["activity_score"] < 8
    assert (left.cause, left.event_id, left.next_at) == ("timer", None, None)


def test_a_message_that_is_late_by_a_moment_costs_no_tag() -> None:
    life = Life(members_of(SCORE))
    life.messages(12, NOON)
    assert brief(life.messages(1, NOON + DAY)) == []
    assert brief(life.messages(1, NOON + DAY - 1)) == []
    assert "t0" in life.state.on


def test_the_cap_of_a_day() -> None:
    life = Life(members_of("when: {feature: activity_score, above: 20}"))
    assert life.messages(60, NOON) == []
    assert life.members.profile(life.state, NOON).activity_score == pytest.approx(20)


def test_minimum_stay() -> None:
    life = Life(members_of("when: {feature: activity_score, at_least: 1}, minimum_stay: 2d"))
    assert brief(life.messages(1, NOON)) == [("t0", "entered", NOON)]
    assert life.waits(NOON + 2 * DAY - 1) == []
    assert life.waits(NOON + 9 * DAY) == [("t0", "left", NOON + 2 * DAY)]


def test_of_a_family_the_first_that_would() -> None:
    life = Life(
        members_of(
            "when: {feature: activity_score, at_least: 3}, family: level",
            "when: {feature: activity_score, at_least: 1}, family: level",
        )
    )
    assert brief(life.messages(1, NOON)) == [("t1", "entered", NOON)]
    assert brief(life.messages(3, NOON)) == [("t1", "left", NOON), ("t0", "entered", NOON)]
    left, entered, last = life.waits(NOON + 90 * DAY)
    assert left[:2] == ("t0", "left")
    assert entered == ("t1", "entered", left[2])
    assert last[:2] == ("t1", "left")


def test_conditions_are_joined() -> None:
    life = Life(
        members_of(
            "when: {all: [{feature: orders, at_least: 1}, {not: {feature: activity, is: lost}}]}",
            "when: {any: [{feature: contact, is: true}, {feature: activity, in: [sleeping, lost]}]}",
        )
    )
    assert brief(life.happens("paid", NOON, "order", order_id="o", paid_fen=1)) == [("t0", "entered", NOON)]
    midnight = NOON - 12 * 3_600_000
    assert life.waits(NOON + 400 * DAY) == [
        ("t1", "entered", midnight + 91 * DAY),
        ("t0", "left", midnight + 181 * DAY),
    ]


SILENCE = "when: {feature: silence, below: 0.05}, until: {feature: silence, above: 0.15}"


def test_silence_forgets_when_an_event_comes_late() -> None:
    in_time, late = Life(members_of(SILENCE)), Life(members_of(SILENCE))
    in_time.happens("message", NOON - 12 * DAY)
    for day in range(11):
        in_time.happens("message", NOON + day * DAY)
        late.happens("message", NOON + day * DAY)
    end = NOON + 16 * DAY
    assert in_time.happens("push_delivered", end) == []
    (entered,) = late.happens("push_delivered", end)  # no wonder: it knows of daily visits only
    assert entered.change == "entered"
    assert 0.85 < in_time.members.profile(in_time.state, end).churn_risk < 0.95
    assert brief(late.happens("message", NOON - 12 * DAY)) == [("t0", "left", end)]
    assert late.state.on == in_time.state.on == {}
    assert late.state.due == in_time.state.due


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(0, 30), min_size=2, max_size=12, unique=True),
    held_back=st.integers(1, 5),
    waits=st.integers(0, 25 * DAY),
)
def test_silence_is_the_same_in_time_and_late(days: list[int], held_back: int, waits: int) -> None:
    members = members_of(
        SILENCE, "when: {feature: p_alive, below: 0.6}, until: {feature: p_alive, above: 0.7}"
    )
    in_time, late = Life(members), Life(members)
    for day in sorted(days):
        in_time.happens("message", NOON + day * DAY)
    for day in sorted(days[held_back:]):
        late.happens("message", NOON + day * DAY)
    end = NOON + max(days) * DAY + waits
    late.happens("push_delivered", end)
    for day in days[:held_back]:
        late.happens("message", NOON + day * DAY)
    in_time.happens("push_delivered", end)
    assert late.state.on.keys() == in_time.state.on.keys()
    assert late.state.due == in_time.state.due


def test_late_messages_of_a_day_before_count() -> None:
    life = Life(members_of(SCORE))
    for at in (NOON, NOON + DAY, NOON, NOON):
        life.happens("message", at)
    expected = 1 + 3 * 2 ** (-1 / 7)
    profile = life.members.profile(life.state, NOON + DAY)
    assert profile.activity_score == pytest.approx(expected)


def test_a_tag_set_by_hand_is_neither_ended_nor_needed_by_a_rule() -> None:
    life = Life(members_of(SCORE))
    set_by_hand_at(life, "t0", True, NOON)
    set_by_hand_at(life, "vip", True, NOON)
    by_hand = life.members.judge(life.state, NOON, "event")
    assert [(one.tag, one.change, one.cause) for one in by_hand] == [
        ("t0", "entered", "manual"),
        ("vip", "entered", "manual"),
    ]
    assert life.messages(12, NOON) == []
    assert life.members.profile(life.state, NOON).tags == ["t0", "vip"]
    assert life.waits(NOON + 90 * DAY) == []
    set_by_hand_at(life, "t0", False, NOON + 1)
    set_by_hand_at(life, "vip", False, NOON - 1)  # older word
    assert brief(life.members.judge(life.state, NOON + 91 * DAY, "event")) == [
        ("t0", "left", NOON + 91 * DAY)
    ]


def set_by_hand_at(life: Life, tag: str, holds: bool, at: int) -> None:
    life.state.work.changed |= set_by_hand(life.state, tag, holds, at)


def test_changed_rules_are_named_as_the_cause(rules: RuleSet) -> None:
    life = Life(members_of("when: {feature: activity_score, at_least: 1}"))
    life.messages(1, NOON)
    newer = Members(MemberParams(), RuleSet(2, {}, rules.rules), Calendar())
    life.state.work = type(life.state.work)()
    changes = newer.judge(life.state, NOON + 1, "timer")
    assert ("t0", "left", NOON + 1) in brief(changes)
    assert {change.cause for change in changes} == {"rule"}


def test_active_days_of_the_last_thirty() -> None:
    life = Life(
        members_of(
            "when: {feature: active_days_30, at_least: 3}", "when: {feature: active_days_30, above: 3}"
        )
    )
    for day in (0, 2, 4, 6, 6):
        life.happens("message", NOON + day * DAY)
    midnight = NOON - 12 * 3_600_000
    assert life.state.on == {"t0": NOON + 4 * DAY, "t1": NOON + 6 * DAY}
    assert life.waits(NOON + 90 * DAY) == [
        ("t1", "left", midnight + 30 * DAY),
        ("t0", "left", midnight + 32 * DAY),
    ]


def test_the_last_ms_that_a_contract_lets_through(members: Members) -> None:
    life = Life(members)
    life.happens("message", NOON)
    for type_, kind in (
        ("message", "chat"),
        ("signin", "checkin"),
        ("paid", "order"),
        ("group.joined", "join"),
    ):
        life.happens(type_, 253_402_300_799_999, kind, order_id="o", paid_fen=1, group_id="g")
    profile = members.profile(life.state, 253_402_300_799_999)
    assert (profile.activity, profile.streak_days, profile.orders) == ("new", 1, 1)


def test_staff_and_bots_are_no_members(members: Members) -> None:
    life = Life(members)
    for role in ("staff", "bot", "admin"):
        life.happens("message", NOON, role=role)
        life.happens("signin", NOON, "checkin", role=role)
    profile = members.profile(life.state, NOON)
    assert (profile.activity_score, profile.checkin_days, len(life.state.days)) == (0, 0, 0)
    life.happens("message", NOON, role="kol")
    assert members.profile(life.state, NOON).activity_score == pytest.approx(1)


@pytest.mark.parametrize(
    "type_", ["push_delivered", "broadcast", "group.left", "refunded", "audit", "points_grant"]
)
def test_what_befalls_a_member_is_no_act(members: Members, type_: str) -> None:
    life = Life(members)
    life.happens(type_, NOON, "order", group_id="g", order_id="o", refund_fen=1)
    profile = members.profile(life.state, NOON)
    assert (profile.activity_score, profile.first_seen, len(life.state.days)) == (0, NOON, 0)
