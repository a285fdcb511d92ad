"""Complaints one to one that wait for staff, against a plain count of minutes of service, in whatever order events come."""

import random
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from models import complaints
from models.calendar import Calendar
from models.crossing import NEVER
from models.frame import Frame
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet
from models.service import Service
from models.state import MemberState, restore, snapshot
from schemas.view import Event

MINUTE, DAY = 60_000, 86_400_000
START = 1_767_542_400_000
"""2026-01-04T16:00Z, midnight in Shanghai."""


def life(rng: random.Random) -> list[Event]:
    """Two days of complaints and what staff answer, thick around the ends of service; some is neither."""
    found: list[Event] = []
    hours = [rng.choice([0, 8.9, 9.1, 12, 20.9, 21.1]) for _ in range(3)]
    for number in range(rng.randrange(1, 9)):
        at = START + round(rng.choice(hours) * 60 + rng.randrange(30)) * MINUTE + rng.randrange(2) * DAY
        type_ = rng.choice(["message", "message", "message", "staff_message"])
        event = Event(f"e{number}", "chat", type_, at, member_id="m")
        if type_ == "message":
            event.intent = rng.choice([["客诉"], ["客诉", "提问"], ["客诉"], ["赞美"], None])
            event.group_id = rng.choice([None, None, None, None, "g"])
            event.role = rng.choice(["customer", "customer", "kol", "staff"])
        else:
            event.staff_id, event.role = "s", rng.choice(["staff", "admin", "customer", "bot"])
        found.append(event)
    return found


def waits(events: Iterable[Event], now: int, zone: ZoneInfo, service: Service) -> bool:
    """The same from the words of the catalogue alone, by whole minutes."""
    seen = [one for one in events if one.at <= now]
    answers = [one.at for one in seen if one.type == "staff_message" and one.role != "bot"]
    for one in seen:
        complains = one.role in ("customer", "kol") and "客诉" in (one.intent or ())
        if one.group_id or not complains or any(at >= one.at for at in answers) or now - one.at >= DAY:
            continue
        hours = (datetime.fromtimestamp(at // 1000, zone).hour for at in range(one.at, now, MINUTE))
        gone = sum(service.from_hour <= hour < service.until_hour for hour in hours)
        if gone * MINUTE >= service.answer_within:
            return True
    return False


def after(members: Members, events: Iterable[Event]) -> MemberState:
    state = members.initial("default", "m")
    for number, event in enumerate(events):
        members.fold(state, event, 0, number)
    return restore(snapshot(state))


@pytest.mark.parametrize(
    ("zone", "service"),
    [
        ("Asia/Shanghai", Service()),
        ("America/New_York", Service(answer_within=40 * MINUTE, from_hour=20, until_hour=21)),
        ("UTC", Service(answer_within=MINUTE, from_hour=0, until_hour=24)),
    ],
    ids=["shipped", "an hour a day", "day and night"],
)
def test_waiting_is_told_alike_in_any_order_and_to_the_ms(
    all_rules: RuleSet, zone: str, service: Service
) -> None:
    rng, calendar, told = random.Random(zone), Calendar(zone), {True: 0, False: 0}
    params = MemberParams(service=service)
    members, frame = Members(params, all_rules, calendar), Frame(params, calendar)
    for _ in range(400):
        events = life(rng)
        now = max(one.at for one in events) + rng.choice([0, 9, 10, 30, 700, 1200, 1430, 1440]) * MINUTE
        once, again = after(members, events), after(members, rng.sample(events * 2, 2 * len(events)))
        assert (once.complaints, once.written) == (again.complaints, again.written)
        value, until = complaints.WAITS.look(once, now, frame)
        assert value is waits(events, now, ZoneInfo(zone), service)
        told[bool(value)] += 1
        if until < NEVER:
            assert until > now
            assert complaints.WAITS.value(once, until - 1, frame) is value
            assert complaints.WAITS.value(once, until, frame) is not value
    assert min(told.values()) >= 10, told


def complaint(at: int, number: int = 0) -> Event:
    return Event(f"c{number}", "chat", "message", at, member_id="m", intent=["客诉"])


def test_what_is_kept_is_bounded_and_given_up(members: Members) -> None:
    times = [START + number * MINUTE for number in range(complaints.MOST + 9)]
    forth, back = (
        after(members, (complaint(at, at // MINUTE) for at in one)) for one in (times, times[::-1])
    )
    assert forth.complaints == back.complaints == times[9:]
    a_day_later = [*times, START + 2 * DAY]
    for arriving in (a_day_later, a_day_later[::-1]):
        assert after(members, (complaint(at, at // MINUTE) for at in arriving)).complaints == [
            START + 2 * DAY
        ]


def test_who_is_given_up_before_staff_are_late_does_not_wait(members: Members) -> None:
    params = MemberParams(service=Service(answer_within=90 * MINUTE, from_hour=9, until_hour=10))
    frame = Frame(params, Calendar("Asia/Shanghai"))
    state = after(members, [complaint(START)])
    for hours in range(60):
        assert complaints.WAITS.look(state, START + hours * 60 * MINUTE, frame) == (False, NEVER)


def test_a_message_of_staff_is_no_act_of_the_member(members: Members) -> None:
    event = Event("s", "chat", "staff_message", START, member_id="m", role="staff", staff_id="s")
    for role in ("staff", "customer"):
        event.role = role
        state = after(members, [event])
        assert (state.first, state.last, state.acted, state.spoke) == (START, None, None, None)
        assert (state.days.last, state.cells, state.tallies, state.contacts) == (None, {}, {}, {})
