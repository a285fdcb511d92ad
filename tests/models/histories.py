"""Made-up lives of a member, for property tests."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from models.members import Members
from models.state import MemberState, restore, snapshot
from schemas.view import Event, Line, Promotion, Reward
from schemas.written import Change, Profile

START = 1_767_600_000_000
DAY = 86_400_000
LENGTH = 60 * DAY

_TYPES = {
    "message": "chat",
    "share": "chat",
    "push_delivered": "chat",
    "staff_message": "chat",
    "group.joined": "join",
    "group.left": "join",
    "group.kicked": "join",
    "contact.added": "join",
    "contact.deleted": "join",
    "account.followed": "join",
    "member.registered": "join",
    "visited": "order",
    "cart_removed": "order",
    "paid": "order",
    "refunded": "order",
    "placed": "order",
    "cart_added": "order",
    "red_packet_claimed": "chat",
    "push_clicked": "chat",
    "invite.sent": "join",
    "signin": "checkin",
    "contest": "checkin",
    "enroll": "checkin",
    "attend": "checkin",
    "claim": "checkin",
    "quiz": "checkin",
    "points_grant": "checkin",
    "redeem": "checkin",
    "game": "checkin",
    "profile.updated": "join",
}


@st.composite
def bare_events(draw: st.DrawFn) -> dict[str, Any]:
    """An event without an id; often a message, an order or a sign-in, sometimes of the same ms as another."""
    type_ = draw(
        st.sampled_from([*_TYPES, "message", "message", "paid", "paid", "refunded", "signin", "signin"])
    )
    fields: dict[str, Any] = {
        "type": type_,
        "kind": _TYPES[type_],
        "ts": START
        + draw(st.one_of(st.integers(0, LENGTH), st.integers(0, 120).map(lambda n: n * DAY // 2))),
        "role": draw(st.sampled_from(["customer"] * 8 + ["kol", "staff"])),
    }
    if type_ == "staff_message":
        fields["staff_id"] = "s1"
        fields["role"] = draw(st.sampled_from(["customer", "staff", "bot"]))
    if type_.startswith("group."):
        fields["group_id"] = draw(st.sampled_from(["g1", "g2", "vip"]))
    if type_.startswith("contact."):
        fields["staff_id"] = draw(st.sampled_from(["s1", None]))
    if type_ in ("paid", "refunded"):
        fields["order_id"] = draw(st.sampled_from(["o1", "o2", "o3", "o4", "o5"]))
        fields["parent_order_id"] = (
            "p" if fields["order_id"] in ("o1", "o2") and draw(st.booleans()) else None
        )
        fields["paid_fen"] = draw(st.sampled_from([0, 500, 1000]))
        fields["refund_fen"] = draw(st.sampled_from([200, 500, 1000]))
        fields["points_used"] = draw(st.sampled_from([None, 30, 200]))
        fields["discount_fen"] = draw(st.sampled_from([None, 100]))
        fields["campaign_id"] = draw(st.sampled_from([None, "c1", "c2"]))
        fields["refund_type"] = draw(st.sampled_from([None, "full", "cashback"]))
        fields["stored_fen"] = draw(st.sampled_from([None, 0, 300, 900]))
        fields["bet_id"] = draw(st.sampled_from([None, "b1", "b2"]))
        fields["required_days"] = draw(st.sampled_from([None, 1, 3]))
    if type_ == "paid":
        fields["next_coupon_id"] = draw(st.sampled_from([None, "k1", "k2"]))
        fields["coupon_id"] = draw(st.sampled_from([None, "k1", "k3"]))
    if type_ in ("paid", "redeem", "claim"):
        fields["coupon_expires_ts"] = draw(
            st.one_of(st.none(), st.integers(0, 2 * LENGTH).map(lambda wait: START + wait))
        )
    if type_ in ("redeem", "claim"):
        fields["coupon_id"] = draw(st.sampled_from([None, "k1", "k2", "k4"]))
    if type_ in ("placed", "claim"):
        fields["plan_order_id"] = draw(st.sampled_from([None, "o1", "o2"]))
    if type_ == "message":
        fields["reply_to"] = draw(st.sampled_from([None, None, "x"]))
        fields["intent"] = draw(st.sampled_from([None, None, ["提问"], ["客诉", "提问"]]))
    if type_ in ("visited", "paid", "push_delivered"):
        fields["promo"] = draw(
            st.sampled_from([None, [Promotion("满减")], [Promotion("秒杀"), Promotion("满减")]])
        )
    if type_ == "visited":
        fields["action"] = draw(st.sampled_from([None, "search", "follow"]))
        fields["query_category"] = draw(st.sampled_from([None, "tea", "rice"]))
    if type_ in ("visited", "paid", "cart_added", "cart_removed"):
        fields["lines"] = [
            Line(
                sku=sku,
                category=draw(st.sampled_from(["tea", "fruit"])),
                product_role="trial",
                sku_type=draw(st.sampled_from([None, "plan", "gift_card", "card"])),
                face_fen=draw(st.sampled_from([None, 700])),
                plan_days=draw(st.sampled_from([None, 7])),
                plan_times=draw(st.sampled_from([1, 4])),
                unit_fen=draw(st.sampled_from([None, 100, 30_000])),
                cost_fen=draw(st.sampled_from([None, 70, 2000])),
                list_fen=draw(st.sampled_from([None, 100, 200])),
            )
            for sku in draw(st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=2, unique=True))
        ]
    if type_ in ("push_delivered", "push_clicked"):
        fields["push_channel"] = draw(st.sampled_from(["sms", "miniapp"]))
    if type_ == "group.joined":
        fields["channel_id"] = draw(st.sampled_from([None, "q1", "q2"]))
        fields["incentive"] = draw(st.booleans())
    if type_ == "profile.updated":
        fields["profile"] = draw(st.sampled_from([None, {"gender": "female"}, {"gender": "male", "age": 20}]))
    if type_ in ("signin", "points_grant", "redeem", "game"):
        fields["points_delta"] = draw(st.sampled_from([None, 100, -50]))
        ends = st.integers(0, 2 * LENGTH).map(lambda wait: START + wait)
        fields["points_expire_ts"] = draw(st.one_of(st.none(), st.just(START + LENGTH), ends))
    if type_ == "points_grant":
        fields["audit_state"] = draw(st.sampled_from([None, "pending", "approved"]))
    if type_ in ("redeem", "claim", "game"):
        fields["reward"] = Reward(type=draw(st.sampled_from(["coupon", "card", "gift"])))
    if type_ == "signin":
        fields["bet_id"] = draw(st.sampled_from([None, "b1", "b2"]))
        fields["required_days"] = draw(st.sampled_from([None, 2]))
    if type_ == "signin" and draw(st.integers(0, 4)) == 0:
        fields["local_day"] = draw(st.sampled_from(["2026-01-20", "2026-02-01"]))
    return fields


@st.composite
def histories(draw: st.DrawFn, most: int = 60) -> list[Event]:
    """Events of one member within 60 days, in the order of their times."""
    bare = draw(st.lists(bare_events(), min_size=1, max_size=most))
    bare.sort(key=lambda fields: fields["ts"])
    return [Event(event_id=f"e{n}", member_id="m1", **fields) for n, fields in enumerate(bare)]


def live(
    members: Members,
    events: Iterable[Event],
    end: int,
    restarts: frozenset[int] = frozenset(),
    again: bool = False,
) -> tuple[MemberState, list[Change]]:
    """Let the events arrive in the order given and time go on to ``end``.

    The state is written and read anew after the events numbered in ``restarts``. With ``again`` each event comes
    three times: at the same offset, and at a later one under the same id.
    """
    state, clock, found, offset = members.initial("default", "m1"), 0, list[Change](), 0
    for number, event in enumerate(events):
        clock = max(clock, event.at)
        for offset_of in (offset, offset, offset + 1) if again else (offset,):
            found += members.fire_due(state, clock)
            if members.fold(state, event, 0, offset_of):
                found += members.judge(state, max(event.at, state.judged_at), "event", event)
        offset += 2
        if number in restarts:
            state = restore(snapshot(state))
    found += members.fire_due(state, end)
    found += members.judge(state, end, "timer")
    return state, found


def told(profile: Profile) -> dict[str, Any]:
    """A profile without what only counts revisions."""
    return profile.fact().model_dump(exclude={"version"})


def copy(state: MemberState) -> MemberState:
    """The same member, with nothing remembered beyond the state."""
    return restore(snapshot(state))
