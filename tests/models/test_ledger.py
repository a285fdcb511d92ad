"""The ledger of points: lots against points counted one by one; what it hangs on; a section that is wrong."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import Calendar
from models.earning import Earning
from models.features import BY_ID
from models.frame import Frame
from models.ledger import ledger
from models.lots import Lot, settle
from models.measures import KEPT_DAYS_POINTS
from models.members import Members
from models.params import MemberParams
from models.rules import RuleError, RuleSet, compile_rules
from schemas.view import Event
from tests.models.histories import DAY, LENGTH, START, copy, histories, live

DAYS = st.integers(0, 12)
GRANTS = st.dictionaries(DAYS, st.lists(st.tuples(st.integers(-5, 160), st.integers(1, 9)), max_size=2))
DEBITS = st.dictionaries(DAYS, st.integers(1, 15))


def one_by_one(grants: Mapping[int, list[Lot]], debits: Mapping[int, int], now: int) -> tuple[int, int]:
    """Points left and expired, each point by itself: its end is all that is known of it."""
    purse: list[int] = []
    owed = expired = 0
    for day in range(13):
        gone = [end for end in purse if end <= day * 10]
        expired += len(gone)
        purse = [end for end in purse if end > day * 10]
        for end, points in sorted(grants.get(day, ())):
            for _ in range(points):
                if end <= day * 10:
                    expired += 1
                elif owed:
                    owed -= 1
                else:
                    purse.append(end)
        for _ in range(debits.get(day, 0)):
            if purse:
                purse.pop(0)
            else:
                owed += 1
    left = sum(end > now for end in purse)
    return left - owed, expired + len(purse) - left


@settings(max_examples=80, deadline=None)
@given(grants=GRANTS, debits=DEBITS, wait=st.integers(0, 60))
def test_lots_are_as_points_counted_one_by_one(
    grants: dict[int, list[tuple[int, int]]], debits: dict[int, int], wait: int
) -> None:
    lots = {day: [Lot(*one) for one in of_day] for day, of_day in grants.items()}
    found, now = settle(lots, debits, lambda day: day * 10, 0), 120 + wait
    assert (found.left(now), found.expired(now)) == one_by_one(lots, debits, now)


@settings(max_examples=60, deadline=None)
@given(events=histories(), data=st.data())
def test_the_ledger_hangs_on_the_events_alone(
    members: Members, all_rules: RuleSet, events: list[Event], data: st.DataObject
) -> None:
    frame = Frame(MemberParams(), Calendar("Asia/Shanghai"), all_rules.earning)
    one, _ = live(members, events, START + LENGTH)
    other, _ = live(
        members, data.draw(st.permutations(events)), START + LENGTH, frozenset({3, 9}), again=True
    )
    assert ledger(one, frame) == ledger(other, frame) == ledger(copy(one), frame)


def test_what_was_forgotten_is_carried_over(members: Members) -> None:
    frame = Frame(MemberParams(), Calendar("Asia/Shanghai"), Earning(valid_days=365))
    days = [0, 100, KEPT_DAYS_POINTS + 50, KEPT_DAYS_POINTS + 120]
    events = [
        Event(
            event_id=f"e{n}", kind="checkin", type="points_grant", member_id="m", ts=START + day * DAY,
            points_delta=100 if n != 1 else -30,
        )
        for n, day in enumerate(days)
    ]  # fmt: skip
    state, _ = live(members, events, START)
    found = ledger(state, frame)
    assert (found.granted, found.spent) == (270, 0)
    assert (found.left(state.judged_at), found.expired(state.judged_at)) == (200, 70)


def test_one_without_points_costs_nothing(members: Members, frame: Frame) -> None:
    hello = Event(event_id="e", kind="chat", type="message", member_id="m", ts=START)
    state, _ = live(members, [hello], START)
    names = [name for name in BY_ID if name.startswith("points_")]
    assert {name: BY_ID[name].value(state, START, frame) for name in names} == {
        **dict.fromkeys(names, 0), "points_redeemed": None
    }  # fmt: skip
    assert state.ending == {} and "points_told" not in state.keyed


@pytest.mark.parametrize(
    ("section", "error"),
    [
        ("{order: {unit_fen: 100}}", "p.yaml:2:17: unit_fen and per_unit go together"),
        ("{valid_days: 900}", "p.yaml:2:22: points hold for at most 550 days, or for ever: 0"),
        ("{signin: -1}", "p.yaml:2:18: expected a whole number of at least 0"),
        ("{counts: [{count: gmae, points: 1, most_a_day: 1}]}", "unknown count 'gmae'; did you mean 'game'?"),
        ("{counts: [{count: game, points: 1}]}", "'most_a_day' is missing"),
        ("{each: 1}", "unknown key 'each'"),
    ],
)
def test_a_section_that_is_wrong_is_refused(section: str, error: str) -> None:
    with pytest.raises(RuleError) as told:
        compile_rules(f"version: 1\npoints: {section}\nrules: []\n", "p.yaml")
    assert error in str(told.value)
