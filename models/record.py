"""What an event of a member's own counts for: tallies by day, and first and last touches.

Each function takes one type of event and answers with the bits of `models.changes` that it changed. Payments are counted
here for what they say of taste and habit, whatever becomes of them; money and net orders are `models.orders`'.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from models import answers, bets, changes, complaints, coupons, drawn, golden, plans
from models.counting import Recorder, count, total, words
from models.facts import told
from models.frame import Frame
from models.measures import COUNTS
from models.record_orders import ORDERS, offered
from models.record_points import points
from models.state import MemberState
from models.tally import Tally
from models.touches import first, last
from schemas.view import Event

LIKES_GOAL: Final = 38
"""A14: likes that bring the gift."""

OFFICIAL: Final = frozenset({"oa", "公众号"})
"""A34: platforms that are the official account."""

_MESSAGE: Final = COUNTS["message"]

GIVEN: Final = frozenset({"audit", "points_grant"})
"""Check-ins that befall a member."""

ARRIVALS: Final = frozenset({"group.joined", "contact.added", "account.followed", "member.registered"})
"""Ways of coming to the brand."""


def record(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    """Take in an event of the local day ``day``."""
    bits = 0
    recorder = RECORDERS.get(event.type)
    if recorder is not None:
        bits = recorder(state, event, at, day, frame)
    elif event.type in COUNTS:
        bits = count(state, event.type, day)
    if event.campaign_id is not None:
        bits |= words(state, "campaign", day, (event.campaign_id,))
    if event.scene is not None:
        bits |= words(state, "scene", day, (event.scene,))
    if event.variant is not None:
        bits |= words(state, "variant", day, (event.variant,))
    if event.live_phase is not None:
        bits |= words(state, "live_phase", day, (event.live_phase,))
    if event.city is not None and last(state.touches, "city", at, event.city):
        bits |= changes.TOUCHES
    if event.platform is not None and last(state.touches, "platform", at, event.platform):
        bits |= changes.TOUCHES
    if event.store_id is not None and last(state.touches, "store_id", at, event.store_id):
        bits |= changes.TOUCHES
    return bits


def _message(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    tally, bits = state.tallies.get("message"), _MESSAGE.bit
    if tally is None:
        state.tallies["message"] = Tally(day, 1, {day: 1})
    else:
        tally.add(day, 1, _MESSAGE.kept)
    if event.reply_to is not None:
        bits |= count(state, "reply", day)
    if event.intent is not None:
        bits |= words(state, "intent", day, event.intent) | complaints.complain(state, event, at, frame)
    if event.topic_id is not None:
        bits |= words(state, "topic", day, (event.topic_id,))
    return bits


def _solitaire(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits, chain = count(state, "solitaire", day), event.solitaire
    if chain is not None and chain.type == "group_buy" and chain.seq == 1:
        bits |= count(state, "group_buy_opened", day)
    return bits


def _claimed(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits, packet = count(state, "red_packet_claimed", day) | _benefit(state, at), event.red_packet
    bits |= drawn.gift(state, at)
    if packet is not None:
        bits |= total(state, "red_packet_fen", day, packet.amount_fen)
        if packet.best:
            bits |= count(state, "luckiest", day)
    return bits


def _delivered(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, "push_delivered", day) | words(state, "push_sent", day, (event.push_channel,))
    return bits | offered(state, event, day) | answers.push(state, at)


def _opened(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    return count(state, "push_opened", day) | words(state, "reading", day, (event.reading_mode,))


def _clicked(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, "push_clicked", day) | words(state, "push_clicks", day, (event.push_channel,))
    bits |= words(state, "reading", day, (event.reading_mode,))
    return bits | words(state, "golden", day, (golden.band(at, frame.calendar),))


def _commented(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    return count(state, "comment", day)


def _arrived(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits, touches, new = 0, state.touches, False
    if event.type in COUNTS:
        bits |= count(state, event.type, day)
    if event.channel_id is not None:
        new |= first(touches, "first_channel", at, event.channel_id)
        new |= last(touches, "last_channel", at, event.channel_id)
    if event.type == "group.joined":
        new |= first(touches, "join_method", at, event.join_method or "unknown")
        new |= first(touches, "entry_gate", at, event.entry_gate or "unknown")
    if event.type == "account.followed":
        bits |= words(state, "account", day, (event.platform,))
    if event.type == "member.registered":
        new |= first(touches, "registered", at, "")
    new |= first(touches, "arrived_by", at, "incentive" if event.incentive else "own")
    if event.live_id is not None:
        new |= first(touches, "first_live", at, event.live_id)
    if event.referrer_role == "kol":
        bits |= count(state, "kol_referral", day)
    return bits | changes.TOUCHES if new else bits


def _departed(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, event.type, day)
    if event.leave_reason not in (None, "self"):
        return bits
    return bits | changes.TOUCHES if last(state.touches, "departed", at, "") else bits


def _banned(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, "group.banned", day) | changes.BANNED
    return bits | changes.TOUCHES if first(state.touches, "banned", at, "") else bits


def _profiled(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    return changes.TOUCHES if event.profile and told(state, event.profile, at) else 0


def _activity(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    """Every event of the kind ``checkin``."""
    type_ = event.type
    bits = count(state, type_, day) if type_ in COUNTS else 0
    if type_ not in GIVEN:
        bits |= answers.act(state, at, day)
    if event.activity_tags:
        bits |= words(state, "activity", day, event.activity_tags)
    if event.reward is not None:
        bits |= words(state, "reward", day, (event.reward.type,))
        if event.reward.type == "coupon" and type_ != "audit":
            bits |= drawn.gift(state, at)
    if event.points_delta:
        bits |= points(state, event, day)
    bits |= coupons.grant(state, event.coupon_id, event, at) | plans.use(state, event, at, day)
    if type_ == "signin":
        bits |= bets.sign_in(state, event, at, day)
    if type_ == "signin" and event.platform in OFFICIAL and last(state.touches, "oa_signin", at, ""):
        bits |= changes.TOUCHES
    extra = _EXTRA.get(type_)
    if extra is not None and extra[1](event):
        bits |= count(state, extra[0], day)
    return bits | _benefit(state, at) if type_ == "claim" else bits


def _benefit(state: MemberState, at: int) -> int:
    return changes.TOUCHES if last(state.touches, "benefit", at, "") else 0


_EXTRA: Final[Mapping[str, tuple[str, Callable[[Event], bool]]]] = MappingProxyType(
    {
        "quiz": ("right_answer", lambda event: event.is_correct is True),
        "form": ("questionnaire", lambda event: event.answers_complete is True),
        "attend": ("attend_offline", lambda event: event.offline is True),
        "photo_share": ("photo_approved", lambda event: event.audit_state == "approved"),
        "lottery": ("lottery_won", lambda event: event.reward is not None and bool(event.reward.type)),
        "like_collect": ("like_goal", lambda event: (event.likes or 0) >= LIKES_GOAL),
    }
)
"""Check-ins that count for something more."""

_CHECKINS: Final = (
    "signin", "task", "quiz", "quiz_test", "contest", "form", "enroll", "attend", "like_collect", "photo_share",
    "code_word", "lottery", "bargain", "game", "claim", "redeem", "audit", "points_grant",
)  # fmt: skip

RECORDERS: Final[Mapping[str, Recorder]] = MappingProxyType(
    {
        "message": _message,
        "solitaire": _solitaire,
        "red_packet_claimed": _claimed,
        "push_delivered": _delivered,
        "push_opened": _opened,
        "push_clicked": _clicked,
        "moments_comment": _commented,
        **dict.fromkeys(ARRIVALS, _arrived),
        "group.left": _departed,
        "contact.deleted": _departed,
        "group.banned": _banned,
        "profile.updated": _profiled,
        **ORDERS,
        **dict.fromkeys(_CHECKINS, _activity),
    }
)
"""By event type; any other type that is a count is counted and nothing more."""
