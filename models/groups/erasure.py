"""Forgetting one member in the state of a group (formulas, section 3, row 21): the id goes, the figures stay."""

from collections.abc import Container, Iterator

from models.groups.origins import inviter_of
from models.groups.state import GroupState


def names(state: GroupState, member_id: str) -> bool:
    """Whether the state holds the id of the member anywhere."""
    return (
        member_id in state.members
        or member_id in state.crew
        or member_id in state.spoke
        or any(leave.member == member_id for leave in state.recent)
        or any(member_id in held for held in _held(state))
        or any(case.member == member_id for case in state.waiting.cases.values())
        or any(inviter_of(way) == member_id for way in state.ways)
    )


def erase(state: GroupState, member_id: str, alias: str) -> bool:
    """Take the id of a member out of the state; false if it was nowhere.

    Who is in goes on being counted, as one of those whom we never saw: the person has not left. A leave of the last days
    keeps its place under `alias`, because what is usual and whether a spike is under way rest on it.
    """
    if not names(state, member_id):
        return False
    known = state.members.pop(member_id, 0)
    if known & 1 and member_id not in state.crew:
        state.unseen += 1
    state.crew.pop(member_id, None)
    state.spoke.pop(member_id, None)
    state.trail.pop(member_id, None)
    for leave in state.recent:
        if leave.member == member_id:
            leave.member = alias
    for told in (
        state.came,
        state.claimed,
        state.paid,
        state.life.active,
        state.life.visits,
        state.life.buys,
        state.waiting.named,
    ):
        told.pop(member_id, None)
    state.ways = {
        alias + way.removeprefix(member_id) if inviter_of(way) == member_id else way: index
        for way, index in state.ways.items()
    }
    for case in state.waiting.cases.values():
        if case.member == member_id:
            case.member = alias
    if state.episode is not None:
        state.episode.leavers = _renamed(state.episode.leavers, member_id, alias)
    state.course.gone = _renamed(state.course.gone, member_id, alias)
    if state.night is not None:
        state.night.gone = _renamed(state.night.gone, member_id, alias)
        state.night.fresh = {alias if member == member_id else member for member in state.night.fresh}
    return True


def _held(state: GroupState) -> Iterator[Container[str]]:
    """Where else the state holds ids."""
    yield from (
        state.came,
        state.claimed,
        state.paid,
        state.course.gone,
        state.life.active,
        state.life.visits,
        state.life.buys,
        state.waiting.named,
    )
    if state.episode is not None:
        yield state.episode.leavers
    if state.night is not None:
        yield from (state.night.gone, state.night.fresh)


def _renamed(leavers: dict[str, str], member_id: str, alias: str) -> dict[str, str]:
    return {alias if member == member_id else member: cause for member, cause in leavers.items()}
