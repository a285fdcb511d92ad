"""Where members came from, whether they took a gift first, and what they paid: what leavers may have in common.

Kept small: per member one number, the local day of the join and the index of the way by which they came; ways are shared.
"""

from models.groups.params import DAY
from models.groups.state import GroupState
from schemas.view import Event

_WAY_BITS = 16
_MOST_WAYS = (1 << _WAY_BITS) - 1
_BETWEEN = "\x1f"

TRAITS = ("inviter", "campaign", "channel")
"""What a way tells, in its order."""


def arrive(state: GroupState, event: Event, day: int, back: bool) -> None:
    """A member joined on the local ``day``; one who is only ``back`` after a short absence keeps the first origin."""
    member = event.member_id
    if member is None or (back and member in state.came):
        return
    way = _BETWEEN.join((event.inviter_id or "", event.campaign_id or "", event.channel_id or ""))
    index = state.ways.setdefault(way, len(state.ways))
    state.came[member] = day << _WAY_BITS | min(index, _MOST_WAYS)


def traits(state: GroupState) -> dict[str, dict[str, str]]:
    """What is known of each member's coming: ``join_day`` (a day number) and the traits of the way, if told."""
    told = []
    for way in state.ways:
        named = zip(TRAITS, way.split(_BETWEEN), strict=True)
        told.append({name: value for name, value in named if value})
    known = {}
    for member, packed in state.came.items():
        index = packed & _MOST_WAYS
        known[member] = {"join_day": str(packed >> _WAY_BITS)} | (told[index] if index < len(told) else {})
    return known


def inviter_of(way: str) -> str:
    """Id of the member who invited those who came this way; empty if nobody did."""
    return way.split(_BETWEEN, 1)[0]


def claim(state: GroupState, member: str, at: int) -> None:
    """A member took a benefit at ``at`` (ms)."""
    state.claimed[member] = max(at, state.claimed.get(member, 0))


def pay(state: GroupState, member: str, fen: int) -> None:
    """A member paid ``fen`` in this group, or was given them back (below zero)."""
    state.paid[member] = state.paid.get(member, 0) + fen


def prune(state: GroupState, at: int) -> None:
    """Forget what is told of members who are forgotten, and gifts of more than two days before ``at`` (ms)."""
    members = state.members
    state.claimed = {member: when for member, when in state.claimed.items() if when > at - 2 * DAY}
    state.paid = {member: fen for member, fen in state.paid.items() if member in members}
    if len(state.came) > len(members):
        state.came = {member: packed for member, packed in state.came.items() if member in members}
    if len(state.ways) > 2 * len(state.came) + 8:
        _renumber(state)


def _renumber(state: GroupState) -> None:
    used = sorted({packed & _MOST_WAYS for packed in state.came.values()})
    place = {old: new for new, old in enumerate(used)}
    ways = list(state.ways)
    state.ways = {ways[old]: new for old, new in place.items() if old < len(ways)}
    state.came = {
        member: packed >> _WAY_BITS << _WAY_BITS | place[packed & _MOST_WAYS]
        for member, packed in state.came.items()
    }
