"""Forgetting one member in the state of a group (formulas, section 3, row 21): the id goes, the figures stay."""

from models.groups.state import GroupState


def names(state: GroupState, member_id: str) -> bool:
    """Whether the state holds the id of the member anywhere."""
    return (
        member_id in state.members
        or member_id in state.crew
        or member_id in state.spoke
        or any(leave.member == member_id for leave in state.recent)
        or (state.episode is not None and member_id in state.episode.leavers)
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
    for leave in state.recent:
        if leave.member == member_id:
            leave.member = alias
    if state.episode is not None:
        state.episode.leavers = {
            alias if member == member_id else member: cause for member, cause in state.episode.leavers.items()
        }
    return True
