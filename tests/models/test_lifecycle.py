"""Words for members whose story is known: M10, M11, M18-M22."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import lifecycle
from models.activity import activity, freq
from models.checkins import longest, streak, total
from models.fold import fold
from models.frame import Frame
from models.state import MemberState, initial
from schemas.view import Event

DAY = 86_400_000
NOON = 1_767_585_600_000
"""2026-01-05, noon in Shanghai."""


def member(frame: Frame, *acts: tuple[str, float], **fields: Any) -> MemberState:
    """A member with acts on days counted from the 5th of January, at noon."""
    state = initial("default", "m1", 1)
    for offset, (type_, day) in enumerate(acts):
        event = Event(event_id=f"e{offset}", kind="", type=type_, ts=NOON + round(day * DAY), member_id="m1")
        if type_ in ("paid", "refunded"):
            event.order_id, event.paid_fen, event.refund_fen = f"o{day}", 100, 100
        event.group_id = "g"
        for name, value in fields.items():
            setattr(event, name, value)
        fold(state, event, 0, offset, frame)
    return state


@pytest.mark.parametrize(
    ("acts", "day", "word"),
    [
        ([("group.joined", 0)], 30, "new"),
        ([("group.joined", 0)], 31, "active"),
        ([("group.joined", 0), ("message", 20)], 110, "active"),
        ([("group.joined", 0), ("message", 20)], 111, "sleeping"),
        ([("group.joined", 0), ("paid", 100)], 120, "new"),
        ([("message", 0)], 90, "active"),
        ([("message", 0)], 91, "sleeping"),
        ([("message", 0)], 180, "sleeping"),
        ([("message", 0)], 181, "lost"),
        ([("paid", 0), ("message", 170)], 181, "lost"),
        ([("push_delivered", 0)], 0, "active"),
        ([("push_delivered", 0)], 181, "lost"),
    ],
)
def test_activity(frame: Frame, acts: list[tuple[str, float]], day: int, word: str) -> None:
    assert activity(member(frame, *acts), NOON + day * DAY, frame)[0] == word


@pytest.mark.parametrize(
    ("orders", "word"), [(0, "none"), (1, "low"), (2, "low"), (3, "mid"), (5, "mid"), (6, "high")]
)
def test_frequency(frame: Frame, orders: int, word: str) -> None:
    state = member(frame, *(("paid", day) for day in range(orders)), ("message", 0))
    found, until = freq(state, NOON + 20 * DAY, frame)
    assert found == word
    if orders:
        assert freq(state, until - 1, frame)[0] == word
        assert freq(state, until, frame)[0] != word


MONTHLY = [("paid", 0), ("paid", 30), ("paid", 60), ("paid", 90)]
TALKATIVE = [("message", day) for day in range(0, 60, 2)]


@pytest.mark.parametrize(
    ("acts", "day", "stage", "churn"),
    [
        ([("message", 0)], 30, "intro", "none"),
        ([("message", 0)], 31, "lost", "silent"),
        ([("paid", 0), ("paid", 5)], 10, "growth", "none"),
        ([("paid", 0), ("message", 40)], 44, "growth", "none"),
        ([("paid", 0), ("message", 40)], 45.5, "decline", "none"),
        ([("paid", 0)], 90.5, "lost", "silent"),
        (MONTHLY, 135, "stable", "none"),
        (MONTHLY, 135.1, "decline", "none"),
        (MONTHLY, 180.1, "lost", "silent"),
        (TALKATIVE, 60, "growth", "none"),
        (TALKATIVE, 63, "decline", "none"),
        (TALKATIVE, 67, "lost", "silent"),
        ([*TALKATIVE, ("group.joined", 0), ("group.left", 59)], 60, "lost", "left"),
        ([("paid", 58), ("contact.added", 0), ("contact.deleted", 59)], 60, "lost", "left"),
        ([("paid", 58), ("contact.added", 0), ("group.left", 59)], 60, "growth", "none"),
        ([("group.joined", 0), ("group.left", 1), ("group.joined", 2)], 3, "intro", "none"),
        ([("paid", 0.0), ("paid", 0.01), ("paid", 0.02)], 10, "stable", "none"),
        ([("paid", 0), ("refunded", 0), ("message", 40), ("message", 41)], 43, "growth", "none"),
        ([("push_delivered", 0)], 5, "intro", "none"),
    ],
)
def test_stage(frame: Frame, acts: list[tuple[str, float]], day: float, stage: str, churn: str) -> None:
    place = lifecycle.place(member(frame, *acts), NOON + round(day * DAY), frame)
    assert (place.stage, place.churn) == (stage, churn)


def test_fewer_active_days_are_a_decline_for_one_in_rhythm(frame: Frame) -> None:
    days = [*range(30), 40, 50, 59]
    state = member(frame, *(("message", day) for day in days))
    assert lifecycle.place(state, NOON + 59 * DAY, frame).stage == "decline"
    steady = member(frame, *(("message", day) for day in range(0, 60, 4)))
    assert lifecycle.place(steady, NOON + 59 * DAY, frame).stage == "growth"


@settings(max_examples=60, deadline=None)
@given(days=st.lists(st.integers(0, 80), min_size=8, max_size=60), waits=st.integers(0, 20), data=st.data())
def test_a_stage_holds_until_it_may_change(
    frame: Frame, days: list[int], waits: int, data: st.DataObject
) -> None:
    state = member(frame, *(("message", day) for day in days))
    now = NOON + (max(days) + waits) * DAY
    place = lifecycle.place(state, now, frame)
    until = min(place.until, now + 200 * DAY)
    between = [until - 1, *data.draw(st.lists(st.integers(now, until - 1), max_size=5))]
    for at in between:
        state.work.place = None
        assert lifecycle.place(state, at, frame)[:2] == place[:2]
        assert lifecycle.place(state, at, frame).until == place.until


def test_streaks_break_when_a_whole_day_has_passed(frame: Frame) -> None:
    state = member(frame, *(("signin", day) for day in (0, 1, 2, 4, 5)))
    days, breaks = streak(state, NOON + 5 * DAY, frame)
    assert (days, longest(state), total(state)) == (2, 3, 5)
    assert streak(state, breaks - 1, frame)[0] == 2
    assert streak(state, breaks, frame)[0] == 0
    assert breaks == frame.calendar.start(frame.day(NOON) + 7)


def test_a_late_sign_in_joins_two_streaks(frame: Frame) -> None:
    state = member(frame, *(("signin", day) for day in (0, 1, 3, 4, 2)))
    assert streak(state, NOON + 4 * DAY, frame)[0] == 5


def test_only_signing_in_counts_and_for_the_day_it_names(frame: Frame) -> None:
    state = member(frame, ("signin", 0), ("signin", 0.1), local_day="2026-01-04")
    fold(state, Event(event_id="q", kind="checkin", type="quiz", ts=NOON, member_id="m1"), 1, 0, frame)
    assert list(state.signins) == [frame.day(NOON) - 1]
