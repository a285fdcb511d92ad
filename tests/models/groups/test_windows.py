import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.groups import GroupParams
from schemas.facts import to_json
from schemas.figures import Figures, figures_json

HOUR = 3600
TYPES = ["message", "group.joined", "group.left", "group.kicked", "group.banned"]


def sums(rows: list[Figures]) -> Counter[tuple[int, str]]:
    """Figures per window, as a reader of the facts adds them up: highest version of each part, then the sum."""
    held: dict[tuple[int, int], Figures] = {}
    for row in rows:
        key = (row.window_start, row.part)
        if key not in held or held[key].version <= row.version:
            held[key] = row
    total: Counter[tuple[int, str]] = Counter()
    for row in held.values():
        for name in ("joins", "leaves", "messages"):
            total[row.window_start, name] += getattr(row, name)
    return +total


def plain(events) -> Counter[tuple[int, str]]:
    total: Counter[tuple[int, str]] = Counter()
    for event in events:
        name = {"message": "messages", "group.joined": "joins"}.get(event.type, "leaves")
        total[event.at - event.at % 300_000, name] += 1
    return total


@pytest.mark.parametrize("reach", [HOUR, 12 * HOUR], ids=["within the lateness", "beyond it"])
@pytest.mark.parametrize("seed", range(4))
def test_sums_equal_a_plain_count_in_any_order(new_stage, reach, seed) -> None:
    chance = random.Random(seed)
    stage = new_stage()
    events = [
        stage.event(chance.randrange(24 * HOUR), chance.choice(TYPES), f"m{chance.randrange(40)}")
        for _ in range(600)
    ]
    arrivals = sorted(events, key=lambda event: event.at + chance.randrange(reach * 1000))
    for offset, event in enumerate(arrivals):
        stage.fold(event, offset)
        if chance.random() < 0.05:
            stage.drain(offset)
    assert sums(stage.rows + stage.drain()) == plain(events)
    late = [row for row in stage.rows if row.part]
    assert bool(late) == (reach > 2 * HOUR)
    assert len({(row.window_start, row.part) for row in late}) == len(late)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.booleans(), min_size=60, max_size=60))
def test_when_windows_are_drained_decides_nothing(new_stage, drains) -> None:
    chance = random.Random(1)
    often, once = new_stage(), new_stage()
    events = [
        often.event(chance.randrange(8 * HOUR), chance.choice(TYPES), f"m{chance.randrange(9)}")
        for _ in range(60)
    ]
    for offset, (event, drain) in enumerate(zip(events, drains, strict=True)):
        often.fold(event, offset)
        once.fold(event, offset)
        if drain:
            often.drain(offset)
    often.drain()
    once.drain()
    assert sums(often.rows) == sums(once.rows) == plain(events)
    assert held(often.rows) == held(once.rows)


def held(rows: list[Figures]) -> dict[tuple[int, int], tuple[float, ...]]:
    """All figures of each part as they hold, but for the version and time of the drain that told them."""
    found: dict[tuple[int, int], Figures] = {}
    for row in sorted(rows, key=lambda row: row.version):
        found[row.window_start, row.part] = row
    return {
        part: (row.members, row.joins, row.leaves, row.messages, row.speakers, row.active_rate)
        for part, row in found.items()
    }


def test_causes_add_up_to_the_leaves(stage) -> None:
    members = stage.fill(6)
    stage.play(1, "group.left", members[0])
    stage.play(2, "group.kicked", members[1])
    stage.play(3, "group.banned", members[2])
    stage.play(4, "group.kicked", members[3], leave_reason="dedupe")
    stage.play(5, "group.left", members[4], leave_reason="kicked")
    (row,) = stage.drain()
    assert (row.left_self, row.kicked, row.banned, row.planned, row.leaves) == (1, 2, 1, 1, 5)
    assert (row.joins, row.members) == (6, 1)


def test_speakers_are_distinct_customers_and_messages_are_all(stage) -> None:
    stage.fill(8)
    for at, member in enumerate(["m1", "m2", "m1"]):
        stage.play(at, "message", member)
    stage.play(5, "message", "robot", role="bot")
    stage.play(6, "message", "boss", role="staff")
    stage.play(7, "message", "boss")
    (row,) = stage.drain()
    assert (row.messages, row.speakers, row.members, row.active_rate) == (6, 2, 8, 0.25)


def test_a_speaker_counts_in_each_window_anew_however_long_the_silence(stage) -> None:
    for at in (0, 300, 63 * 300, 126 * 300, 10**6):
        stage.play(at, "message", "m1")
        stage.play(at, "message", "m1")
    assert [row.speakers for row in stage.drain()] == [1] * 5


def test_only_changed_windows_are_told_and_each_version_is_higher(stage) -> None:
    stage.play(0, "message", "m1")
    stage.play(400, "message", "m1")
    first = stage.drain(400)
    assert [row.window_start % 10**6 for row in first] == [200_000, 500_000]
    assert stage.drain(401) == []
    stage.play(410, "message", "m2")
    (second,) = stage.drain(400)
    assert second.window_start == first[1].window_start
    assert second.version > first[1].version
    assert second.version >> 20 == second.as_of


def test_an_event_within_the_lateness_goes_into_its_window_and_a_later_one_beside_it(stage) -> None:
    stage.play(0, "message", "m1")
    stage.play(2 * HOUR + 299, "message", "m1")
    stage.play(1, "message", "m2")
    stage.drain()
    stage.play(2 * HOUR + 300, "message", "m1")
    stage.play(2, "message", "m3")
    assert [(row.part, row.messages) for row in stage.rows[:1]] == [(0, 2)]
    late = stage.drain()[-1]
    assert late.part == (stage.offset + 1) << 16
    assert (late.messages, late.members, late.speakers) == (1, 0, 0)


def test_parts_tell_every_position_apart_and_fit_64_bits(stage) -> None:
    stage.play(10**6, "message", "m1")
    for source in (0, 4095, 7):
        stage.fold(stage.event(0, "message", "m1"), 2**40, source)
    parts = [row.part for row in stage.drain() if row.part]
    assert len(set(parts)) == 3
    assert all(0 < part < 2**64 for part in parts)


def test_closed_windows_are_let_go(stage) -> None:
    for at in range(0, 24 * HOUR, 300):
        stage.play(at, "message", "m1")
        stage.drain(at)
    assert len(stage.state.windows) <= 2 * HOUR // 300 + 1


def test_a_late_join_raises_the_windows_after_it(stage) -> None:
    stage.play(0, "group.joined", "m1")
    stage.play(700, "message", "m1")
    stage.play(400, "group.joined", "m2")
    assert [row.members for row in stage.drain()] == [1, 2, 2]


def test_rows_keep_the_contract(stage) -> None:
    stage.fill(3)
    stage.play(10**5, "message", "m1")
    stage.play(1, "group.left", "m2")
    for row in stage.drain():
        assert to_json(row.fact()) == figures_json(row)


def test_more_open_windows_than_a_state_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="choose longer windows"):
        GroupParams(window_seconds=60)
    assert GroupParams(window_seconds=60, lateness=HOUR * 500).window_seconds == 60
