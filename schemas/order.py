"""Order events: the way from a visit to a payment, and back (catalogue 9.4).

A new type is a word in the ``Literal`` of the class whose required fields it shares, plus an example.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from schemas.base import Contract
from schemas.envelope import Envelope
from schemas.fields import Count, Fen, Id, Moment, Word


class OrderLine(Contract):
    """F34: one product of an order."""

    sku: Id | None = None
    category: Word | None = None
    series: Word | None = None
    attrs: Annotated[dict[str, JsonValue], Field(max_length=1000)] | None = None
    qty: Count | None = None
    list_fen: Fen | None = None
    """List price of one."""
    unit_fen: Fen | None = None
    """Price paid for one."""
    cost_fen: Fen | None = None
    """Cost of one."""
    is_special: bool | None = None
    """Whether it was on special offer."""
    launch_ts: Moment | None = None
    """When the product came to market."""
    product_role: Word | None = None
    sku_type: Literal["goods", "card", "gift_card", "plan", "trial", "course"] | None = None
    face_fen: Fen | None = None
    """P20: stored value that one card holds; a gift card without it holds its price, another card none."""
    plan_days: Annotated[Count, Field(le=366)] | None = None
    """A51: days from one due date of a plan to the next."""
    plan_times: Annotated[Count, Field(le=366)] | None = None
    """A51: how many due dates a plan has; the first is one period after the purchase."""


class Promotion(Contract):
    """F36: a promotion that applied: 单品折扣, 满减, 加购, 拼团, 秒杀, 返券."""

    type: Word | None = None
    id: Id | None = None


class OrderFields(Envelope):
    """Fields of every order event; none is required beyond the envelope. Money is integer fen."""

    kind: Literal["order"]
    action: Literal["view", "search", "follow", "favorite", "comment"] | None = None
    """F31: what a visit did."""
    session_id: Id | None = None
    """F32."""
    dwell_ms: Count | None = None
    """F32: time spent, ms."""
    query_category: Word | None = None
    """F32: what was searched for."""
    order_id: Id | None = None
    """F33."""
    parent_order_id: Id | None = None
    """F33: the order that this one was split from; split orders count once."""
    lines: Annotated[list[OrderLine], Field(max_length=1000)] | None = None
    """F34."""
    paid_fen: Fen | None = None
    """F35: what was paid, shipping included."""
    stored_fen: Fen | None = None
    """P20: what of it was paid from stored value, and of a refund what went back there; it is no new money."""
    discount_fen: Fen | None = None
    """F35."""
    points_used: Count | None = None
    """F35."""
    shipping_fen: Fen | None = None
    """F35."""
    promo: Annotated[list[Promotion], Field(max_length=1000)] | None = None
    """F36."""
    coupon_id: Id | None = None
    """F36."""
    next_coupon_id: Id | None = None
    """A51: a coupon for the next purchase that the order brings."""
    coupon_expires_ts: Moment | None = None
    """A51: until when that coupon is valid."""
    plan_order_id: Id | None = None
    """A51: the order of the plan that is used hereby."""
    paid_ts_orig: Moment | None = None
    """F37: on a refund, when the payment was made that it takes back."""
    refund_fen: Fen | None = None
    """F38."""
    refund_type: Literal["full", "partial", "cashback", "return"] | None = None
    """F38: a cashback is no refund."""
    bet_id: Id | None = None
    """F48: the bet that is paid for, or that a cashback settles."""
    required_days: Annotated[Count, Field(le=3660)] | None = None
    """F48: days in a row to sign in for the bet to be won."""
    address_hash: Id | None = None
    """F39."""
    gift_wrap: bool | None = None
    """F39."""
    distributor_id: Id | None = None
    """F40: who distributed it (分销)."""
    groupbuy_id: Id | None = None
    """F40: 拼团."""
    groupbuy_size: Annotated[Count, Field(ge=2)] | None = None
    """F40: how many members the group purchase takes; the latest order that says so holds."""
    code_word: Word | None = None
    """F40: 暗号."""
    attributed_group_id: Id | None = None
    """F41: group that brought the visit."""
    attributed_broadcast_id: Id | None = None
    """F41: push that brought the visit."""


class Visited(OrderFields):
    """A visit to the shop, perhaps of nobody known."""

    type: Literal["visited"]


class Cart(OrderFields):
    """A member put something into the cart or took it out."""

    type: Literal["cart_added", "cart_removed"]
    member_id: Id


class Placed(OrderFields):
    """An order was placed; an offline one may match no member (S28)."""

    type: Literal["placed"]
    order_id: Id


class Paid(OrderFields):
    """An order, or a part of it, was paid."""

    type: Literal["paid"]
    order_id: Id
    paid_fen: Fen


class Refunded(OrderFields):
    """Money of an order went back."""

    type: Literal["refunded"]
    order_id: Id
    refund_fen: Fen


OrderEvent = Annotated[Visited | Cart | Placed | Paid | Refunded, Field(discriminator="type")]
