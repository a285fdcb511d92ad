"""A member's id leaves a group's state; who is in and what is usual stay as they are."""

from models.groups.erasure import erase, names
from models.groups.membership import enter, go
from models.groups.params import GroupParams
from models.groups.state import Episode, GroupState, Leave, Night, restore, snapshot

PARAMS = GroupParams()


def group() -> GroupState:
    state = GroupState("default", "g1")
    for at, member in enumerate(("m1", "m2", "m3")):
        enter(state, member, at, True, PARAMS)
    state.spoke = {"m1": 5, "m2": 7}
    state.recent = [Leave(9, "m2", "left_self"), Leave(10, "m1", "kicked")]
    leavers = {"m2": "left_self", "m1": "kicked", "m9": "banned"}
    state.came = {"m1": 7 << 16, "m2": 7 << 16 | 1}
    state.ways = {"m1\x1f\x1f": 0, "m1x\x1fc\x1f": 1}
    state.claimed, state.paid = {"m1": 4}, {"m1": 900, "m2": 100}
    state.night = Night(0, 3, {"m1": "left_self"}, {"m1", "m2"})
    state.course.gone = {"m1": "left_self", "m2": "kicked"}
    state.episode = Episode(1, 0, 10, 600_000, 0.1, {}, 3, leavers, 3, 0.2)
    return state


def test_the_id_leaves_and_the_figures_stay() -> None:
    state = group()
    assert erase(state, "m1", "erased:x")
    assert not names(state, "m1") and b"m1" not in snapshot(state).replace(b"m1x", b"")
    assert (state.size, state.unseen) == (3, 1)
    assert [leave.member for leave in state.recent] == ["m2", "erased:x"]
    assert state.episode is not None
    assert list(state.episode.leavers.items()) == [
        ("m2", "left_self"),
        ("erased:x", "kicked"),
        ("m9", "banned"),
    ]
    assert state.ways == {"erased:x\x1f\x1f": 0, "m1x\x1fc\x1f": 1}
    assert state.night is not None
    assert (state.night.gone, state.night.fresh) == ({"erased:x": "left_self"}, {"erased:x", "m2"})
    assert state.course.gone == {"erased:x": "left_self", "m2": "kicked"}
    before = snapshot(state)
    assert not erase(state, "m1", "erased:y") and snapshot(state) == before
    assert restore(before).size == 3


def test_one_who_goes_on_talking_is_counted_once() -> None:
    state = group()
    erase(state, "m1", "erased:x")
    assert enter(state, "m1", 50, False, PARAMS) == ()
    assert (state.size, state.unseen) == (3, 0)
    assert go(state, "m1", 60, PARAMS) == (((60, -1),), True) and state.size == 2


def test_one_who_had_left_or_is_staff_changes_no_size() -> None:
    state = group()
    go(state, "m1", 20, PARAMS)
    erase(state, "m1", "erased:x")
    assert (state.size, state.unseen) == (2, 0)
    state.crew["m2"] = 5
    state.size -= 1
    erase(state, "m2", "erased:y")
    assert (state.size, state.unseen, state.crew) == (1, 0, {})
