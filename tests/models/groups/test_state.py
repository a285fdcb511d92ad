import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.groups import GROUPS_STATE_VERSION, restore, snapshot

TYPES = ["message", "message", "group.joined", "group.left", "group.kicked", "broadcast", "role.changed"]


def life(stage, seed: int, count: int = 400):
    """A lively month: quiet traffic, two waves, some contradictions and late events."""
    chance = random.Random(seed)
    events = [stage.event(0, "group.joined", f"m{number}") for number in range(40)]
    for _ in range(count):
        role = chance.choice(["customer"] * 30 + ["bot", "kol"])
        at = chance.randrange(30 * 86_400)
        events.append(stage.event(at, chance.choice(TYPES), f"m{chance.randrange(60)}", role=role))
    for day in (10, 20):
        events += [stage.event(day * 86_400 + i, "group.left", f"m{i + day}") for i in range(14)]
    return sorted(events, key=lambda event: event.at + (chance.random() < 0.1) * chance.randrange(10**7))


def run(stage, events, restarts: set[int]):
    clock = 0
    for offset, event in enumerate(events):
        clock = max(clock, event.at)
        stage.alerts += stage.groups.fire_due(stage.state, clock)
        stage.fold(event, offset)
        if offset in restarts:
            stage.restart()
        if offset % 25 == 0:
            stage.drain(offset)
    stage.until(31 * 86_400)
    return stage.alerts, stage.rows + stage.drain(), snapshot(stage.state)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5), st.sets(st.integers(0, 460), max_size=8))
def test_a_restart_anywhere_changes_nothing(new_stage, seed, restarts) -> None:
    whole, broken = new_stage(), new_stage()
    expected = run(whole, life(whole, seed), set())
    assert run(broken, life(broken, seed), restarts) == expected
    assert {alert.state for alert in expected[0]} >= {"opened", "closed"}


def test_a_restart_at_every_event_of_a_wave_gives_the_same_alerts(new_stage) -> None:
    whole, broken = new_stage(), new_stage()
    expected = run(whole, life(whole, 3), set())
    assert run(broken, life(broken, 3), set(range(1000))) == expected


def test_events_read_twice_after_a_crash_change_nothing(new_stage) -> None:
    once, twice = new_stage(), new_stage()
    events = life(once, 2)
    clock = 0
    for offset, event in enumerate(events):
        clock = max(clock, event.at)
        for stage in (once, twice):
            stage.alerts += stage.groups.fire_due(stage.state, clock)
            stage.fold(event, offset)
        for back in range(max(0, offset - 3), offset + 1):
            twice.fold(events[back], back)
    assert once.alerts == twice.alerts
    assert snapshot(once.state) == snapshot(twice.state)


def test_a_snapshot_does_not_change_with_its_state(stage) -> None:
    stage.fill(5)
    before = snapshot(stage.state)
    copy = bytes(before)
    stage.play(10, "group.left", "m1")
    assert before == copy != snapshot(stage.state)


def test_states_share_nothing(new_stage) -> None:
    first, second = new_stage(), new_stage()
    first.fill(5)
    first.play(86_400, "message", "m1")
    assert second.state == second.groups.initial("b", "g")


def test_a_state_of_another_version_is_refused(stage) -> None:
    stage.state.version = GROUPS_STATE_VERSION + 1
    with pytest.raises(ValueError, match="this program reads"):
        restore(snapshot(stage.state))
    with pytest.raises(msgspec.DecodeError):
        restore(b"\xc1")


def test_a_state_of_version_1_is_read_and_its_speakers_are_not_counted_again(stage) -> None:
    """Version 1 kept the windows of a speaker as bits at the window's number modulo 63."""
    for at in (0, 300, 900):
        stage.play(at, "message", "m1")
    starts = sorted(stage.state.windows)
    old = msgspec.msgpack.decode(snapshot(stage.state))
    slots = sum(1 << start // 300_000 % 63 for start in (starts[0], starts[2]))
    old |= {"version": 1, "spoke": {"m1": slots}, "slots": slots}
    stage.state = restore(msgspec.msgpack.encode(old))
    assert stage.state.version == GROUPS_STATE_VERSION
    stage.drain()
    for at in (1, 301, 901):
        stage.play(at, "message", "m1")
    assert [row.speakers for row in stage.drain()] == [1, 2, 1], "the second window's bit was taken away"
