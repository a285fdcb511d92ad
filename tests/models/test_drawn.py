"""Watchers who surface, against a plain count over all events, in whatever order they come."""

import random

import pytest

from models import drawn
from models.calendar import Calendar
from models.frame import Frame
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet
from models.state import restore, snapshot
from schemas.view import Event, Reward

DAY = 86_400_000
START = 1_767_585_600_000
END = START + 70 * DAY


def life(rng: random.Random, often: int) -> list[Event]:
    """Arrives in a group, then keeps to a few days on which gifts come and messages before and after them."""
    found = [Event("in", "join", "group.joined", START, member_id="m", group_id="g")]
    days = [rng.randrange(70) for _ in range(often)]
    for number in range(rng.randrange(1, 6 * often)):
        at = START + rng.choice(days) * DAY + rng.choice([0, rng.randrange(DAY // 2), rng.randrange(2 * DAY)])
        kind, type_ = rng.choice(
            [("chat", "message"), ("chat", "red_packet_claimed"), ("checkin", "claim"), ("order", "paid")]
        )
        reward = Reward(type=rng.choice(["coupon", "points"])) if type_ == "claim" else None
        found.append(
            Event(
                f"e{number}", kind, type_, at, member_id="m", order_id=f"o{number}", paid_fen=1, reward=reward
            )
        )
    return [event for event in found if event.at <= END]  # fmt: skip


def counted(events: list[Event], zone: Calendar) -> int:
    """The same from the words of the catalogue alone."""
    said = [one.at for one in events if one.type in ("message", "claim")]
    acts = said + [one.at for one in events if one.type == "paid"]
    gifts = {
        one.at
        for one in events
        if one.type == "red_packet_claimed" or (one.reward is not None and one.reward.type == "coupon")
    }

    def surfaced(at: int) -> bool:
        day = zone.day(at)
        spoke = max((zone.day(one) for one in said if one < at), default=zone.day(START))
        return (
            day - max(spoke, zone.day(START)) >= 14
            and zone.day(END) - day < 30
            and 1 <= sum(at < one <= at + DAY for one in acts) <= 2
        )

    return sum(map(surfaced, gifts))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_watcher_is_counted_alike_in_any_order(all_rules: RuleSet, zone: str) -> None:
    rng, calendar, found = random.Random(zone), Calendar(zone), set[int]()
    members, frame = Members(MemberParams(), all_rules, calendar), Frame(MemberParams(), calendar)
    for _ in range(400):
        events = life(rng, rng.choice([2, 5]))
        for arriving in (events, rng.sample(events, len(events))):
            state = members.initial("default", "m")
            for number, event in enumerate(arriving):
                members.fold(state, event, 0, number)
                if rng.random() < 0.1:
                    state = restore(snapshot(state))
            value = drawn.DRAWN.value(state, END, frame)
            assert value == counted(events, calendar)
            found.add(int(value))
    assert found >= {0, 1}


def test_who_talks_every_day_keeps_no_times(all_rules: RuleSet) -> None:
    members = Members(MemberParams(), all_rules, Calendar())
    state = members.initial("default", "m")
    for number in range(2000):
        event = Event(f"e{number}", "chat", "message", START + number * DAY // 20, member_id="m")
        members.fold(state, event, 0, number)
    assert sum(map(len, state.heard.values())) <= 18
