"""How alive a group is at the end of a day: who was active (G46), who came to look and who paid (G47), on whom it rests (G50).

Active is who said something, checked in or took part, or visited from the group: own acts of customers, by local days.
Speakers are taken over once a day from what the windows know, so a message costs nothing here. A message that comes after
its day was taken over counts for that day at the next turn, unless its member has spoken since.
"""

import msgspec

from models.groups.daybits import DAYS, count, prune, since_day, touch
from models.groups.params import DAY as DAY_MS
from models.groups.params import WINDOWS_OPEN, GroupParams
from models.groups.state import GroupState
from schemas.view import Event

WEEK = 7
MONTH = 30

ACTS = frozenset(
    {
        *(
            "signin",
            "task",
            "quiz",
            "quiz_test",
            "contest",
            "form",
            "enroll",
            "attend",
            "like_collect",
            "photo_share",
        ),
        *("code_word", "lottery", "bargain", "game", "claim", "redeem", "solitaire", "dice", "visited"),
    }
)
"""Types of own acts besides messages (G46). What is done to a member, as an audit or a grant of points, is none."""


class Vitality(msgspec.Struct, frozen=True):
    """Figures of the seven days up to a day. ``quiet_days`` since the last act of anybody; ``conversion`` is None without
    a visitor."""

    members: int
    active: int
    visitors: int
    payers: int
    quiet_days: int

    @property
    def activity(self) -> float:
        """Active members over members (G46)."""
        return self.active / max(1, self.members)

    @property
    def conversion(self) -> float | None:
        """Payers over visitors; who paid was there (G47)."""
        return self.payers / self.visitors if self.visitors else None


def act(state: GroupState, event: Event, day: int) -> None:
    """An own act of a member, other than a message, on the local ``day``."""
    member = event.member_id
    if member is None or member in state.crew:
        return
    touch(state.life.active, member, day)
    if event.type == "visited":
        touch(state.life.visits, member, day)


def buy(state: GroupState, member: str, day: int) -> None:
    """A member paid on the local ``day``."""
    if member not in state.crew:
        touch(state.life.buys, member, day)


def take_speakers(state: GroupState, day: int, start: int, params: GroupParams) -> None:
    """The local ``day`` that began at ``start`` (ms) ends: who spoke was active, and so was who spoke late the day before."""
    length = params.window_seconds * 1000
    today, before = start // length << WINDOWS_OPEN, (start - DAY_MS) // length << WINDOWS_OPEN
    active = state.life.active
    for member, spoke in state.spoke.items():
        if spoke >= today:
            touch(active, member, day)
        elif spoke >= before:
            touch(active, member, day - 1)
    life = state.life
    if active:
        life.acted = max(active.values()) >> DAYS
    if life.since < 0:
        life.since = day


def at_end_of(state: GroupState, day: int) -> Vitality:
    """Figures at the end of the local ``day``; only who is in counts as active."""
    members, life, since = state.members, state.life, day - WEEK + 1
    payers = since_day(life.buys, since)
    active = since_day(life.active, since)
    return Vitality(
        members=state.size,
        active=sum(members.get(member, 0) & 1 for member in active),
        visitors=len(payers.union(since_day(life.visits, since))),
        payers=len(payers),
        quiet_days=day - life.acted,
    )


def ranked(state: GroupState, day: int) -> list[tuple[str, int]]:
    """Members who are in with the days of the last 30 on which they were active, the most active first."""
    days = [
        (member, count(known, day, MONTH))
        for member, known in state.life.active.items()
        if state.members.get(member, 0) & 1
    ]
    return sorted((one for one in days if one[1]), key=lambda one: (-one[1], one[0]))


def bearers(days: list[int]) -> int:
    """Smallest number of members who make 51 % of the activity (formulas 4.10); ``days`` from the greatest down."""
    reached, whole = 0, sum(days)
    for number, own in enumerate(days, 1):
        reached += own
        if reached >= 0.51 * whole:
            return number
    return 0


def forget(state: GroupState, day: int) -> None:
    """Drop what no figure at ``day`` or later asks for."""
    state.life.active, state.life.visits, state.life.buys = (
        prune(table, day) for table in (state.life.active, state.life.visits, state.life.buys)
    )
