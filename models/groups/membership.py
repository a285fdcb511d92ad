"""Who is in a group: per member the last event in event time wins, so contradictions do no harm (`presence`).

A join of one who is in and a leave of one who was never seen change nothing. Whoever speaks is in: a source
that started late, or lost a join, heals with the first message.
"""

from models.groups.params import GroupParams
from models.groups.presence import NONE, Changes, conceal, place
from models.groups.state import GroupState

CREW = frozenset({"staff", "bot"})
"""Roles that are not the community: never size, speakers, activity or churn (F08). An ``admin`` is a member
who was promoted (T61) and counts, as do ``kol`` and unknown roles."""


def enlist(state: GroupState, member_id: str) -> Changes:
    """A member is told to be crew; what that changes of the size.

    A role told once as staff or bot sticks, because other producers leave the role at its default, and holds for all the
    time that can still be told of; only ``role.changed`` (`reassign`) takes it back.
    """
    return NONE if member_id in state.crew else _hide(state, member_id, 0)


def reassign(state: GroupState, member_id: str, role: str, at: int) -> Changes:
    """A change of role: into the crew, or out of it, since ``at`` (ms)."""
    if role in CREW:
        return NONE if member_id in state.crew else _hide(state, member_id, at)
    if state.crew.get(member_id, at + 1) > at:
        return NONE
    del state.crew[member_id]
    return _apply(state, tuple((when, -change) for when, change in conceal(state, member_id, at)))


def _hide(state: GroupState, member_id: str, at: int) -> Changes:
    state.crew[member_id] = at
    return _apply(state, conceal(state, member_id, at))


def _apply(state: GroupState, changes: Changes) -> Changes:
    for _, change in changes:
        state.size += change
    return changes


def left_lately(state: GroupState, member_id: str, at: int, again: int) -> bool:
    """Whether a member who comes at ``at`` (ms) went at most ``again`` ms ago, or never went: this is a return."""
    known = state.members.get(member_id)
    return known is not None and (known & 1 == 1 or at - (known >> 1) <= again)


def enter(state: GroupState, member_id: str, at: int, joined: bool, params: GroupParams) -> Changes:
    """A member is in since ``at`` (ms); the changes of size.

    One who appears without having ``joined`` was in before: if some are counted unseen, this is one of them.
    """
    if state.unseen > 0 and not joined and member_id not in state.members and member_id not in state.crew:
        state.unseen -= 1
        state.members[member_id] = at << 1 | 1
        return NONE
    changes = place(state, member_id, at, 1, params)
    return _apply(state, changes) if changes else NONE


def go(state: GroupState, member_id: str, at: int, params: GroupParams) -> tuple[Changes, bool]:
    """A member is out since ``at`` (ms); the changes of size, and whether one was lost.

    Lost is one who was in, or whom we had never seen. One who was out already is lost again only if that
    was more than ``params.again`` ms ago: sooner it is a second report of one departure, later the join in between
    was lost. One who has been seen since is not lost.
    """
    known = state.members.get(member_id)
    if known is None and state.unseen > 0 and member_id not in state.crew:
        state.unseen -= 1
        state.members[member_id] = at << 1
        state.trail[member_id] = [1]
        return _apply(state, ((at, -1),)), True
    changes = place(state, member_id, at, 0, params)
    if changes:
        _apply(state, changes)
    if member_id in state.crew or (known is not None and known >> 1 > at):
        return changes, False
    return changes, known is None or known & 1 == 1 or at - (known >> 1) > params.again


def reconcile(state: GroupState, told: int, at: int) -> int:
    """Take up the source's own count (F30), crew included; the change of size.

    Members the source counts and we never saw become ``unseen``. A count below ours proves nothing about
    whom, so it only ends the unseen.
    """
    if at < state.told_at:
        return 0
    state.told_at = at
    crew_in = sum(state.members.get(member, 0) & 1 for member in state.crew)
    unseen = max(0, told - crew_in - (state.size - state.unseen))
    change = unseen - state.unseen
    state.unseen = unseen
    state.size += change
    return change


def dissolve(state: GroupState, at: int, params: GroupParams) -> Changes:
    """Everybody is out: the group ended at ``at`` (ms). The changes of size."""
    changes: list[tuple[int, int]] = [(at, -state.unseen)] if state.unseen else []
    state.size -= state.unseen
    state.unseen = 0
    for member, known in list(state.members.items()):
        if known & 1 or known >> 1 > at:
            changes += _apply(state, place(state, member, at, 0, params))
    return tuple(changes)


def forget(state: GroupState, before: int) -> None:
    """Drop those who left before ``before`` (ms): they are as good as never seen."""
    inside = state.size - state.unseen + sum(state.members.get(member, 0) & 1 for member in state.crew)
    if inside == len(state.members):
        return
    limit = before << 1
    gone = [member for member, known in state.members.items() if known < limit and not known & 1]
    for member in gone:
        del state.members[member]
        state.trail.pop(member, None)


def returned(state: GroupState, members: dict[str, str]) -> int:
    """How many of ``members`` are in now."""
    return sum(state.members.get(member, 0) & 1 for member in members)
