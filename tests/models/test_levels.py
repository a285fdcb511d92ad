"""Levels: terms against a day by day account; the level when an order was paid decides the factor; a section that is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import DAY_MS, Calendar
from models.frame import Frame
from models.ledger import ledger
from models.levels import Levels, Rung, term_at, terms
from models.members import Members
from models.params import MemberParams
from models.rules import RuleError, RuleSet, compile_rules
from models.standing import standing
from schemas.view import Event
from tests.models.histories import DAY, LENGTH, START, copy, histories, live

RUNGS = (Rung(level="a", least=3), Rung(level="b", least=6), Rung(level="c", least=12))


def day_by_day(growth: dict[int, int], levels: Levels, last: int) -> list[int]:
    """Level at the end of each day, acts being at its end and reviews at its beginning."""
    rank, due, grace, told = 0, -1, False, []
    for today in range(last + 1):

        def within(end: int, today: int = today) -> int:
            return levels.rank(sum(growth.get(day, 0) for day in range(today - levels.window_days + 1, end)))

        if rank and due == today:
            reached = within(today)
            if reached >= rank:
                due, grace = today + levels.period_days, False
            elif levels.grace_days and not grace:
                due, grace = today + levels.grace_days, True
            else:
                rank, due, grace = reached, today + levels.period_days, False
        reached = within(today + 1)
        if today in growth and (reached > rank or (grace and reached == rank)):
            rank, due, grace = reached, today + levels.period_days, False
        told.append(rank)
    return told


@settings(max_examples=100, deadline=None)
@given(
    growth=st.dictionaries(st.integers(0, 40), st.integers(1, 9), max_size=8),
    window=st.integers(1, 12),
    period=st.integers(1, 12),
    grace=st.integers(0, 4),
)
def test_terms_are_as_a_day_by_day_account(
    growth: dict[int, int], window: int, period: int, grace: int
) -> None:
    levels = Levels(rungs=RUNGS, window_days=window, period_days=period, grace_days=grace)
    acts = [(day * DAY_MS + DAY_MS - 1, points) for day, points in sorted(growth.items())]
    found = terms(acts, levels, lambda at: at // DAY_MS, lambda day: day * DAY_MS)
    ends = [term_at(found, day * DAY_MS + DAY_MS - 1) for day in range(90)]
    assert [0 if term is None else term.rank for term in ends] == day_by_day(growth, levels, 89)


@settings(max_examples=30, deadline=None)
@given(events=histories(), data=st.data())
def test_a_level_hangs_on_the_events_alone(
    members: Members, all_rules: RuleSet, events: list[Event], data: st.DataObject
) -> None:
    levels = Levels(rungs=RUNGS, signin=1, window_days=20, period_days=15, grace_days=5)
    frame = Frame(MemberParams(), Calendar("Asia/Shanghai"), levels=levels)
    one, _ = live(members, events, START + LENGTH)
    other, _ = live(members, data.draw(st.permutations(events)), START + LENGTH, again=True)
    assert standing(copy(one), frame) == standing(copy(other), frame)


def test_the_level_when_an_order_was_paid_decides_the_factor() -> None:
    text = """
version: 1
points: {order: {each: 10}}
levels:
  steps: [{level: silver, from: 100, points_percent: 150}, {level: gold, from: 300, points_percent: 200}]
rules:
  - {id: many, name: {zh: 多, en: Many}, class: c, source: P04, when: {feature: points_left, at_least: 45}}
"""
    rules = compile_rules(text, "levels.yaml")
    members = Members(MemberParams(), rules, Calendar("Asia/Shanghai"))
    frame = Frame(MemberParams(), Calendar("Asia/Shanghai"), rules.earning, rules.levels)
    events = [
        Event(event_id=f"e{n}", kind="order", type="paid", member_id="m", order_id=f"o{n}", ts=START + n * DAY, paid_fen=fen)
        for n, fen in enumerate([10_000, 20_000, 100])
    ]  # fmt: skip
    for order in (events, events[::-1]):
        state, _ = live(members, order, START + 3 * DAY)
        assert ledger(state, frame).by_rules == 10 + 15 + 20
        assert members.profile(state, START + 3 * DAY).tags == ["many"]
    back = Event(
        event_id="r", kind="order", type="refunded", member_id="m", order_id="o0", ts=START + 4 * DAY, refund_fen=10_000
    )  # fmt: skip
    state, _ = live(members, [*events, back], START + 5 * DAY)
    assert ledger(state, frame).by_rules == 10 + 15


@pytest.mark.parametrize(
    ("section", "error"),
    [
        ("{steps: [{level: a, from: 5}, {level: b, from: 5}]}", "levels go from the lowest to the highest"),
        ("{steps: [{level: a, from: 5}, {level: a, from: 6}]}", "two levels have one name"),
        ("{growth: {signin: 1}}", "'steps' is missing"),
        ("{growth: {order: 1}, steps: []}", "unknown key 'order'"),
        ("{steps: [], period_days: 0}", "expected a whole number of at least 1"),
    ],
)
def test_a_section_that_is_wrong_is_refused(section: str, error: str) -> None:
    with pytest.raises(RuleError) as told:
        compile_rules(f"version: 1\nlevels: {section}\nrules: []\n", "p.yaml")
    assert error in str(told.value)
