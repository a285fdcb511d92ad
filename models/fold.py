"""How an event changes a member: the only way that a state changes, but for its tags.

Every step is a maximum, a minimum, a sum of integers, a set union or "the latest event time wins"; so the order of
arrival does not matter.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from models import bets, changes, complaints, coupons, plans, stored
from models.calendar import day_number
from models.drawn import speak
from models.frame import Frame
from models.identity import hash64, remember
from models.ledger import READS as LEDGER
from models.params import OWN_ROLES, Act
from models.purchases import cost_of, flags_of
from models.record import ARRIVALS, record
from models.state import MemberState
from models.ties import Tie, say
from models.touches import last
from models.work import UNKNOWN
from schemas.times import to_ms
from schemas.view import Event

_BEYOND_DAYS: Final = changes.LIFE & ~changes.DAYS

Step = Callable[[MemberState, Event, int, Frame], int]
"""What one type of event does beyond being seen or an act; answers with the bits it changed."""


def fold(state: MemberState, event: Event, source: int, offset: int, frame: Frame) -> bool:
    """Apply an event, unless the fence or its id says that it was applied; the fence moves on in any case."""
    fence = state.fence
    if offset <= fence.get(source, -1):
        return False
    fence[source] = offset
    at, kind = event.at, event.type
    if not remember(state.recent, hash64(event.event_id), at):
        return False
    changed = changes.LATE if at <= state.judged_at else 0
    if state.first is None or at < state.first:
        state.first = at
        changed |= changes.FIRST
    if event.role in OWN_ROLES:
        act, day = frame.acts.get(kind), frame.calendar.day(at)
        if act is not None:
            changed |= _own_act(state, act, at, day, frame)
            if kind not in ARRIVALS and (state.acted is None or at < state.acted):
                state.acted = at
                changed |= changes.ACTED
        changed |= record(state, event, at, day, frame)
    step = STEPS.get(kind)
    if step is not None:
        changed |= step(state, event, at, frame)
    state.revision += 1
    work = state.work
    if changed & LEDGER:
        work.ledger = work.terms = None
    if changed & changes.TIES:
        work.member_since = UNKNOWN
    if changed & changes.LIFE:
        place, word = work.place, work.word
        if place is None or place.by_days or changed & _BEYOND_DAYS:
            work.place = None
            changed |= changes.PLACE
        if word is None or word.by_days or changed & _BEYOND_DAYS:
            work.word = None
            changed |= changes.WORD
    work.changed |= changed
    return True


def _own_act(state: MemberState, act: Act, at: int, day: int, frame: Frame) -> int:
    changed = changes.SCORE
    work, days, last, spoke = state.work, state.days, state.last, state.spoke
    work.points = None
    if last is None or at > last:
        state.last = at
    latest = days.last
    if day != latest:
        if days.add(day):
            changed |= changes.DAYS
            work.rhythm = None
            if latest is None or day < latest:
                work.gaps = None
            elif work.gaps is not None:
                work.gaps.add(day - latest, frame.params.rhythm_gaps)
        work.before = None
    if act.speaks and (spoke is None or day > spoke):
        state.spoke = day
        changed |= changes.SPOKE
    if act.speaks:
        changed |= speak(state, at, day)
    if frame.scale.add(state.cells, day, at, act.weight, act.capped):
        work.before = None
        oldest = work.oldest
        if oldest is None or not oldest <= day <= oldest + frame.scale.horizon:
            work.oldest = frame.scale.forget(state.cells)
    return changed


def _joined(state: MemberState, ties: dict[str, Tie], name: str, at: int) -> int:
    changed = changes.TIES if say(ties, name, True, at) else 0
    if state.joined is None or at < state.joined:
        state.joined = at
        changed |= changes.FIRST
    return changed


def _group_joined(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return _joined(state, state.groups, event.group_id or "", at)


def _group_left(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return changes.TIES if say(state.groups, event.group_id or "", False, at) else 0


def _contact_added(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return _joined(state, state.contacts, event.staff_id or "", at)


def _contact_lost(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return changes.TIES if say(state.contacts, event.staff_id or "", False, at) else 0


def _followed(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return _joined(state, state.follows, event.channel_id or "", at)


def _unfollowed(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return changes.TIES if say(state.follows, event.channel_id or "", False, at) else 0


def _registered(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    if state.joined is not None and state.joined <= at:
        return 0
    state.joined = at
    return changes.FIRST


def _paid(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    key, parent = _order_ids(event)
    state.book().paid(key, parent, event.paid_fen or 0, at, flags_of(event, at), cost_of(event) or 0)
    if state.first_paid is None or at < state.first_paid:
        state.first_paid = at
    stored.paid(state, key, event)
    bits = (
        plans.paid(state, key, event, at) | coupons.paid(state, event, at) | bets.paid(state, key, event, at)
    )
    return changes.ORDERS | bits


def _refunded(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    if event.refund_type == "cashback":
        return bets.paid_back(state, event, at)
    key, parent = _order_ids(event)
    paid_at = at if event.paid_ts_orig is None else to_ms(event.paid_ts_orig)
    state.book().refunded(key, parent, event.refund_fen or 0, paid_at)
    stored.refunded(state, key, event)
    return changes.ORDERS


def _order_ids(event: Event) -> tuple[int, int]:
    """Hashed ids of the order and of the one it was split from (0: none)."""
    parent = event.parent_order_id
    return hash64(event.order_id or event.event_id), 0 if parent is None else hash64(parent)


def _signed_in(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    if event.role not in OWN_ROLES:
        return 0
    day = frame.calendar.day(at) if event.local_day is None else day_number(event.local_day)
    return changes.CHECKINS if state.signins.add(day) else 0


def _tag_set(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return 0 if event.manual_tag is None else set_by_hand(state, event.manual_tag.key, True, at)


def _tag_cleared(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return 0 if event.manual_tag is None else set_by_hand(state, event.manual_tag.key, False, at)


def _role_changed(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    return changes.TOUCHES if last(state.touches, "role", at, event.role) else 0


STEPS: Final[Mapping[str, Step]] = MappingProxyType(
    {
        "group.joined": _group_joined,
        "group.left": _group_left,
        "group.kicked": _group_left,
        "group.banned": _group_left,
        "contact.added": _contact_added,
        "contact.deleted": _contact_lost,
        "contact.blocked": _contact_lost,
        "staff_message": complaints.written,
        "account.followed": _followed,
        "account.unfollowed": _unfollowed,
        "member.registered": _registered,
        "paid": _paid,
        "refunded": _refunded,
        "signin": _signed_in,
        "role.changed": _role_changed,
        "tag.set": _tag_set,
        "tag.cleared": _tag_cleared,
    }
)
"""By event type; a type that is not here changes nothing but what every event or own act changes."""


def set_by_hand(state: MemberState, tag: str, holds: bool, at: int) -> int:
    """Take in that a person set or cleared a tag (T07); answers with the bits it changed."""
    before = state.manual.get(tag)
    held = before is not None and before.holds
    say(state.manual, tag, holds, at)
    if state.manual[tag].holds is held:
        return 0
    touched = state.work.manual
    if tag in touched:
        touched.remove(tag)
    else:
        touched.append(tag)
    return changes.MANUAL
