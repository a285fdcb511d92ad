from itertools import permutations

import pytest

DAY = 86_400


def present(stage) -> set[str]:
    return {member for member, known in stage.state.members.items() if known & 1}


def test_a_join_of_one_who_is_in_changes_nothing(stage) -> None:
    for at in (0, 10, 20):
        stage.play(at, "group.joined", "m1")
    assert stage.state.size == 1


def test_a_leave_of_one_never_seen_does_not_go_below_zero(stage) -> None:
    stage.play(0, "group.left", "m1")
    assert stage.state.size == 0
    stage.play(1, "group.joined", "m2")
    assert stage.state.size == 1


def test_whoever_speaks_is_in(stage) -> None:
    stage.play(0, "message", "m1")
    assert present(stage) == {"m1"}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_last_event_in_event_time_wins(new_stage, order) -> None:
    stage = new_stage()
    events = [
        stage.event(10, "group.joined", "m1"),
        stage.event(20, "group.left", "m1"),
        stage.event(30, "message", "m1"),
        stage.event(40, "group.kicked", "m1"),
    ]
    for offset, index in enumerate(order):
        stage.fold(events[index], offset)
    assert present(stage) == set()
    assert stage.state.size == 0


def test_staff_and_bots_are_no_members(stage) -> None:
    stage.play(0, "group.joined", "s", role="staff")
    stage.play(1, "message", "b", role="bot")
    for role in ("customer", "kol", "admin"):
        stage.play(2, "group.joined", role, role=role)
    assert stage.state.size == 3


def test_a_member_found_out_as_staff_counts_no_more(stage) -> None:
    stage.play(0, "group.joined", "s")
    assert stage.state.size == 1
    stage.play(1, "message", "s", role="staff")
    stage.play(2, "message", "s")
    assert stage.state.size == 0
    stage.play(3, "group.left", "s")
    assert stage.state.size == 0


def test_only_a_change_of_role_takes_a_member_out_of_the_crew(stage) -> None:
    stage.play(0, "group.joined", "s", role="staff")
    stage.play(1, "role.changed", "s", role="customer")
    assert stage.state.size == 1
    stage.play(2, "role.changed", "s", role="bot")
    assert stage.state.size == 0


def test_those_who_left_are_forgotten_after_a_week(stage) -> None:
    stage.play(0, "group.joined", "m1")
    stage.play(10, "group.left", "m1")
    stage.play(6 * DAY, "message", "m2")
    assert "m1" in stage.state.members
    stage.play(8 * DAY, "message", "m2")
    assert set(stage.state.members) == {"m2"}


def test_the_source_count_stands_for_members_never_seen(stage) -> None:
    stage.play(0, "group.joined", "m1", member_count_after=50)
    assert stage.state.size == 50
    stage.play(1, "message", "m2")
    assert stage.state.size == 50
    stage.play(2, "group.joined", "m3")
    assert stage.state.size == 51
    stage.play(3, "group.left", "m4")
    assert stage.state.size == 50
    stage.play(4, "group.updated", None, member_count_after=2)
    assert stage.state.size == 3, "those we know are in stay in"


def test_crew_is_taken_out_of_the_source_count(stage) -> None:
    stage.play(0, "group.joined", "s", role="staff")
    stage.play(1, "group.joined", "m1", member_count_after=10)
    assert stage.state.size == 9


def test_an_older_source_count_is_ignored(stage) -> None:
    stage.play(10, "group.updated", None, member_count_after=10)
    stage.play(5, "group.updated", None, member_count_after=99)
    assert stage.state.size == 10


def test_a_dissolved_group_is_empty(stage) -> None:
    stage.fill(10)
    stage.play(10, "group.dissolved")
    assert stage.state.size == 0
    assert present(stage) == set()
