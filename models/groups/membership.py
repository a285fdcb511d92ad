"""Who is in a group: per member the last event in event time wins, so contradictions do no harm.

A join of one who is in and a leave of one who was never seen change nothing. Whoever speaks is in: a source
that started late, or lost a join, heals with the first message.
"""

from models.groups.state import GroupState

CREW = frozenset({"staff", "bot"})
"""Roles that are not the community: never size, speakers, activity or churn (F08). An ``admin`` is a member
who was promoted (T61) and counts, as do ``kol`` and unknown roles."""


def enlist(state: GroupState, member_id: str, role: str, at: int) -> bool:
    """Note a member's role; whether they are crew.

    A role told once as staff or bot sticks, because other producers leave the role at its default; only
    ``role.changed`` (`reassign`) takes it back.
    """
    if role in CREW:
        if member_id not in state.crew:
            state.crew[member_id] = at
            if state.members.get(member_id, 0) & 1:
                state.size -= 1
        return True
    return member_id in state.crew


def reassign(state: GroupState, member_id: str, role: str, at: int) -> None:
    """A change of role: into the crew, or out of it."""
    if role in CREW:
        enlist(state, member_id, role, at)
    elif member_id in state.crew and state.crew[member_id] <= at:
        del state.crew[member_id]
        if state.members.get(member_id, 0) & 1:
            state.size += 1


def left_lately(state: GroupState, member_id: str, at: int, again: int) -> bool:
    """Whether a member who comes at ``at`` (ms) went at most ``again`` ms ago, or never went: this is a return."""
    known = state.members.get(member_id)
    return known is not None and (known & 1 == 1 or at - (known >> 1) <= again)


def enter(state: GroupState, member_id: str, at: int, joined: bool) -> int:
    """A member is in since ``at`` (ms); the change of size, 0 or 1.

    One who appears without having ``joined`` was in before: if some are counted unseen, this is one of them.
    """
    known = state.members.get(member_id)
    if known is not None and known >> 1 > at:
        return 0
    state.members[member_id] = at << 1 | 1
    if (known is not None and known & 1) or member_id in state.crew:
        return 0
    if known is None and state.unseen > 0 and not joined:
        state.unseen -= 1
        return 0
    state.size += 1
    return 1


def go(state: GroupState, member_id: str, at: int, again: int) -> tuple[int, bool]:
    """A member is out since ``at`` (ms); the change of size, -1 or 0, and whether one was lost.

    Lost is one who was in, or whom we had never seen. One who was out already is lost again only if that
    was more than ``again`` ms ago: sooner it is a second report of one departure, later the join in between
    was lost.
    """
    known = state.members.get(member_id)
    if known is not None and known >> 1 > at:
        return 0, False
    state.members[member_id] = at << 1
    if member_id in state.crew:
        return 0, False
    if known is None:
        if state.unseen == 0:
            return 0, True
        state.unseen -= 1
        state.size -= 1
        return -1, True
    if not known & 1:
        return 0, at - (known >> 1) > again
    state.size -= 1
    return -1, True


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


def dissolve(state: GroupState, at: int) -> int:
    """Everybody is out: the group ended at ``at`` (ms). The change of size."""
    before = state.size
    gone = 0
    for member, known in state.members.items():
        if known & 1 and known >> 1 <= at:
            state.members[member] = at << 1
            gone += member not in state.crew
    state.size -= gone + state.unseen
    state.unseen = 0
    return state.size - before


def forget(state: GroupState, before: int) -> None:
    """Drop those who left before ``before`` (ms): they are as good as never seen."""
    inside = state.size - state.unseen + sum(state.members.get(member, 0) & 1 for member in state.crew)
    if inside == len(state.members):
        return
    limit = before << 1
    gone = [member for member, known in state.members.items() if known < limit and not known & 1]
    for member in gone:
        del state.members[member]


def returned(state: GroupState, members: dict[str, str]) -> int:
    """How many of ``members`` are in now."""
    return sum(state.members.get(member, 0) & 1 for member in members)
