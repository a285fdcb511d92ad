"""The fast reading of an event that a contract has already accepted.

Pydantic judges an event once, at intake. The agents behind it read the same bytes again with msgspec, and only the
fields that a model uses. Adding a field here is how a model gets to see it.
"""

from typing import Any

import msgspec


class RedPacket(msgspec.Struct, gc=False):
    id: str | None = None
    parts: int | None = None
    amount_fen: int | None = None
    best: bool | None = None


class ManualTag(msgspec.Struct, gc=False):
    key: str
    evidence: dict[str, str | int | float | bool | None] | None = None


class Solitaire(msgspec.Struct, gc=False):
    type: str | None = None
    seq: int | None = None


class Promotion(msgspec.Struct, gc=False):
    type: str | None = None


class Reward(msgspec.Struct, gc=False):
    type: str | None = None


class Line(msgspec.Struct, gc=False):
    """A product of an order."""

    sku: str | None = None
    category: str | None = None
    series: str | None = None
    attrs: dict[str, Any] | None = None
    qty: int | None = None
    list_fen: int | None = None
    unit_fen: int | None = None
    cost_fen: int | None = None
    is_special: bool | None = None
    launch_ts: int | str | None = None
    product_role: str | None = None
    sku_type: str | None = None
    face_fen: int | None = None
    plan_days: int | None = None
    plan_times: int | None = None


class GroupMeta(msgspec.Struct, gc=False):
    purpose: str | None = None
    growth_type: str | None = None
    tier: str | None = None
    audience: str | None = None
    store: str | None = None
    planned_end_ts: int | str | None = None
    cleanup_until_ts: int | str | None = None


class Event(msgspec.Struct, gc=False):
    """An accepted event as models see it; ``ts`` is set to ms since the epoch, UTC, by `read_event`."""

    event_id: str
    kind: str
    type: str
    ts: int | str
    brand_id: str = "default"
    member_id: str | None = None
    group_id: str | None = None
    role: str = "customer"
    staff_id: str | None = None
    operator_id: str | None = None
    leave_reason: str | None = None
    inviter_id: str | None = None
    campaign_id: str | None = None
    scene: str | None = None
    variant: str | None = None
    live_phase: str | None = None
    broadcast_id: str | None = None
    channel_id: str | None = None
    order_id: str | None = None
    parent_order_id: str | None = None
    paid_fen: int | None = None
    stored_fen: int | None = None
    refund_fen: int | None = None
    refund_type: str | None = None
    paid_ts_orig: int | str | None = None
    local_day: str | None = None
    makeup: bool | None = None
    points_delta: int | None = None
    points_expire_ts: int | str | None = None
    member_count_after: int | None = None
    red_packet: RedPacket | None = None
    manual_tag: ManualTag | None = None
    platform: str | None = None
    store_id: str | None = None
    city: str | None = None
    incentive: bool | None = None
    live_id: str | None = None
    reply_to: str | None = None
    msg_id: str | None = None
    mentions: list[str] | None = None
    intent: list[str] | None = None
    topic_id: str | None = None
    solitaire: Solitaire | None = None
    push_channel: str | None = None
    reading_mode: str | None = None
    join_method: str | None = None
    entry_gate: str | None = None
    referrer_role: str | None = None
    action: str | None = None
    dwell_ms: int | None = None
    query_category: str | None = None
    lines: list[Line] | None = None
    discount_fen: int | None = None
    points_used: int | None = None
    promo: list[Promotion] | None = None
    coupon_id: str | None = None
    next_coupon_id: str | None = None
    coupon_expires_ts: int | str | None = None
    plan_order_id: str | None = None
    bet_id: str | None = None
    required_days: int | None = None
    gift_wrap: bool | None = None
    address_hash: str | None = None
    groupbuy_id: str | None = None
    code_word: str | None = None
    activity_tags: list[str] | None = None
    audit_state: str | None = None
    is_correct: bool | None = None
    answers_complete: bool | None = None
    likes: int | None = None
    reward: Reward | None = None
    offline: bool | None = None
    group_meta: GroupMeta | None = None
    profile: dict[str, Any] | None = None

    @property
    def at(self) -> int:
        """Event time, ms since the epoch, UTC."""
        assert isinstance(self.ts, int)
        return self.ts


def evidence_of(event: Event | None, tag: str) -> dict[str, str | int | float | bool | None]:
    """Values that came with an event's word on a tag."""
    word = None if event is None else event.manual_tag
    return {} if word is None or word.key != tag or word.evidence is None else {**word.evidence}


_decode = msgspec.json.Decoder(Event).decode


def read_event(raw: bytes, ts: int) -> Event:
    """Event behind a row: its bytes, with the event time that intake read from them."""
    event = _decode(raw)
    event.ts = ts
    return event
