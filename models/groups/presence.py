"""When each member was in: the last event in event time decides, at every moment that can still be told of.

Per member the last event is in ``members``; ``trail`` holds the ones before it, one for each statistics window still open,
because the last event in a window decides who is in at its end. So a leave that comes late counts until the next sign of the
member, and windows told already are told again. Before the first event of a trail a member is taken to have been what that
event says: an entry of the other kind at time 0 says otherwise.

Events of the same ms count in the order in which they came. An entry is ``at << 1 | inside``.
"""

from bisect import bisect_right

from models.groups.params import GroupParams
from models.groups.state import GroupState

Changes = tuple[tuple[int, int], ...]
"""Changes of a group's size: since when (ms), and by how much."""

NONE: Changes = ()


def place(state: GroupState, member: str, at: int, inside: int, params: GroupParams) -> Changes:
    """A member is in (1) or out (0) since ``at`` (ms), until a later event says otherwise.

    An event that comes later than the lateness changes nothing before what is known.
    """
    known = state.members.get(member)
    if known is None:
        was = 0
        if inside:
            state.trail[member] = [0]
    elif known >> 1 > at:
        return _late(state, member, at, inside, params)
    else:
        was = known & 1
        length = params.window_seconds * 1000
        if was != inside or (known >> 1) // length != at // length:
            _follow(state, member, known, at, inside, params)
    state.members[member] = at << 1 | inside
    return NONE if was == inside or member in state.crew else ((at, inside - was),)


def _follow(state: GroupState, member: str, known: int, at: int, inside: int, params: GroupParams) -> None:
    """Keep what was ``known`` before an event that is later."""
    length = params.window_seconds * 1000
    trail = state.trail
    if (known >> 1) // length == at // length:
        if member not in trail:
            trail[member] = [known & 1]
    elif _closed(state, known >> 1, params):
        trail.pop(member, None)
        if known & 1 != inside:
            trail[member] = [known]
    else:
        trail.setdefault(member, []).append(known)


def _late(state: GroupState, member: str, at: int, inside: int, params: GroupParams) -> Changes:
    """An event before what is known: it counts until the next one, unless that is in the same window."""
    if _closed(state, at, params):
        return NONE
    length = params.window_seconds * 1000
    trail = [*state.trail.get(member, ()), state.members[member]]
    place = bisect_right(trail, at << 1 | 1)
    after = trail[place] >> 1
    if after // length == at // length:
        return NONE
    was = trail[max(0, place - 1)] & 1
    if place == 0 and was != inside or place == 1 and trail[0] & 1 != inside:
        trail.insert(0, was if place == 0 else trail[0] & 1)
        place += 1
    if place and (trail[place - 1] >> 1) // length == at // length:
        place -= 1
        del trail[place]
    trail.insert(place, at << 1 | inside)
    state.trail[member] = trail[:-1]
    if was == inside or member in state.crew:
        return NONE
    return (at, inside - was), (after, was - inside)


def conceal(state: GroupState, member: str, at: int) -> Changes:
    """What the size loses of a member who counts no more since ``at`` (ms)."""
    trail = [*state.trail.get(member, ()), state.members.get(member, 0)]
    place = bisect_right(trail, at << 1 | 1)
    was = trail[max(0, place - 1)] & 1
    changes = [(at, -was)] if was else []
    for entry in trail[place:]:
        if entry & 1 != was:
            changes.append((entry >> 1, was - (entry & 1)))
            was = entry & 1
    return tuple(changes)


def _closed(state: GroupState, at: int, params: GroupParams) -> bool:
    """The statistics window of ``at`` (ms) is past the lateness."""
    length = params.window_seconds * 1000
    return at - at % length + length <= state.latest - params.lateness


def settle(state: GroupState, params: GroupParams) -> None:
    """Forget what was before the windows that are still open."""
    length = params.window_seconds * 1000
    horizon = state.latest - params.lateness
    opened = (horizon - horizon % length) << 1
    kept = {}
    for member, trail in state.trail.items():
        if state.members.get(member, 0) < opened:
            continue
        first = max(0, bisect_right(trail, opened - 1) - 1)
        kept[member] = trail[first:] if first else trail
    state.trail = kept
