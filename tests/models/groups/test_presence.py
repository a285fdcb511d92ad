"""Sizes of windows are what membership by event time gives, in whatever order events come."""

import random

import pytest

LENGTH = 300
TYPES = ["message", "message", "group.joined", "group.left", "group.kicked"]


def sizes(rows) -> dict[int, int]:
    held: dict[int, int] = {}
    for row in rows:
        held[row.window_start] = row.members
    return held


def plain(events) -> dict[int, int]:
    """By definition: who of all members was last heard of as in before a window's end."""
    found = {}
    for start in {event.at - event.at % (LENGTH * 1000) for event in events}:
        last: dict[str, str] = {}
        crew = {event.member_id for event in events if event.role == "staff"}
        for event in sorted(events, key=lambda event: event.at):
            if event.at < start + LENGTH * 1000:
                last[event.member_id] = event.type
        found[start] = sum(
            kind in ("message", "group.joined") for member, kind in last.items() if member not in crew
        )
    return found


@pytest.mark.parametrize("seed", range(8))
def test_any_order_within_the_lateness_gives_the_sizes_by_definition(new_stage, seed) -> None:
    chance = random.Random(seed)
    stage = new_stage()
    times = chance.sample(range(10 * 3600), 400)
    events = [
        stage.event(
            at, chance.choice(TYPES), f"m{chance.randrange(12)}", role=chance.choice(["", "customer"])
        )
        for at in times
    ]
    for event in events:
        if event.member_id == "m3" and chance.random() < 0.2:
            event.role = "staff"
    reach = chance.choice([1, 600, 7000]) * 1000
    for offset, event in enumerate(sorted(events, key=lambda event: event.at + chance.randrange(reach))):
        stage.fold(event, offset)
        if chance.random() < 0.1:
            stage.drain(offset)
        if chance.random() < 0.05:
            stage.restart()
    stage.drain()
    expected = plain(events)
    found = sizes(stage.rows)
    late = {row.window_start for row in stage.rows if row.part}
    assert not late
    first_staff = min((event.at for event in events if event.role == "staff"), default=0)
    settled = {start for start in expected if start >= first_staff - LENGTH * 1000}
    assert {start: found[start] for start in settled} == {start: expected[start] for start in settled}


def test_a_late_leave_counts_until_the_next_sign_of_the_member(stage) -> None:
    for at in (0, 300, 600, 900, 1200):
        stage.play(at, "message", "m0")
    stage.play(10, "group.joined", "m1")
    stage.play(910, "message", "m1")
    first = sizes(stage.drain(1200))
    assert [first[start] for start in sorted(first)] == [2, 2, 2, 2, 2]
    stage.play(320, "group.left", "m1")
    told = {row.window_start: row for row in stage.drain(1201)}
    assert [told[start].members for start in sorted(told)] == [1, 1, 2, 2], "out from 300 s to 900 s"
    assert stage.state.size == 2


def test_a_late_leave_before_a_message_in_its_own_window_changes_no_size(stage) -> None:
    stage.play(10, "group.joined", "m1")
    stage.play(350, "message", "m1")
    stage.play(700, "message", "m1")
    stage.drain(700)
    stage.play(320, "group.left", "m1")
    assert [row.members for row in stage.drain(701)] == [1]


def test_who_is_found_out_as_staff_leaves_every_window_that_is_open(stage) -> None:
    for at in (0, 300, 600):
        stage.play(at, "message", "m0")
    stage.play(310, "group.joined", "boss")
    stage.play(610, "message", "boss", role="staff")
    assert [row.members for row in stage.drain()] == [1, 1, 1]


def test_a_promotion_counts_from_its_time_on(stage) -> None:
    for at in (0, 300, 600):
        stage.play(at, "message", "m0")
        stage.play(at, "message", "m1")
    stage.play(310, "role.changed", "m1", role="staff")
    assert [row.members for row in stage.drain()] == [2, 1, 1]
    stage.play(700, "role.changed", "m1", role="customer")
    assert stage.drain()[-1].members == 2


def test_the_trail_goes_with_the_windows(stage) -> None:
    for at in range(0, 7200, 300):
        stage.play(at, "message", "m1")
        stage.play(at + 1, "group.left" if at % 600 else "group.joined", "m2")
    assert all(0 < len(trail) <= 26 for trail in stage.state.trail.values())
    for member in range(70):
        stage.play(3 * 3600, "group.joined", f"n{member}")
    stage.play(6 * 3600, "message", "m3")
    stage.play(7 * 3600 + 1, "message", "m3")
    assert set(stage.state.trail) == {"m3"}, "a long one is cut every hour"
    stage.play(26 * 3600, "message", "m3")
    stage.play(49 * 3600, "message", "m3")
    assert set(stage.state.trail) == set(), "any is cut every day"
