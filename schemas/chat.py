"""Chat events: what is said, shared, pushed and opened (catalogue 9.2).

A new type is a word in the ``Literal`` of the class whose required fields it shares, plus an example.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Contract
from schemas.envelope import Envelope
from schemas.fields import Count, Fen, Id, Ids, MessageText, Moment, UInt64, Word, Words
from schemas.order import Promotion


class RedPacket(Contract):
    """F19: pairs a red packet that was sent with those who claimed it."""

    id: Id | None = None
    parts: Count | None = None
    """Into how many parts it was split."""
    amount_fen: Fen | None = None
    """Whole amount when sent, the part when claimed."""
    best: bool | None = None
    """Whether this claim was the luckiest (手气最佳)."""
    expire_ts: Moment | None = None


class Solitaire(Contract):
    """F21: a 接龙 that members add themselves to."""

    id: Id | None = None
    type: Literal["group_buy", "interact"] | None = None
    seq: Count | None = None
    """Place in the chain, from 1."""


class ChatFields(Envelope):
    """Fields of every chat event; none is required beyond the envelope."""

    kind: Literal["chat"]
    scope: Literal["group", "single", "moments", "channel"] | None = None
    """F13: group chat, one to one, moments, or a push channel."""
    text: MessageText | None = None
    """What was said, where the producer may store it; models never read it."""
    msg_id: Id | None = None
    """F14."""
    reply_to: Id | None = None
    """F14: ``msg_id`` that is answered."""
    mentions: Ids | None = None
    """F14: members named with @."""
    msg_type: Literal["text", "image", "video", "voice", "link", "miniapp", "file", "emoji"] | None = None
    """F15."""
    text_hash: UInt64 | None = None
    """F16: finds repeats without storing the text."""
    text_simhash: UInt64 | None = None
    """F16: finds near-duplicates."""
    text_len: Count | None = None
    """F16: characters."""
    intent: Words | None = None
    """F17: 欢迎, 客诉, 催单, 赞美, 无关, 提问, 吐槽."""
    keyword_ids: Words | None = None
    """F17."""
    topic_id: Id | None = None
    """F17: subject of the talk."""
    link_domains: Words | None = None
    """F18."""
    has_qr: bool | None = None
    """F18: whether a picture holds a QR code."""
    red_packet: RedPacket | None = None
    """F19."""
    dice_value: Annotated[int, Field(ge=1, le=6)] | None = None
    """F20."""
    round_id: Id | None = None
    """F20: round of the dice game."""
    solitaire: Solitaire | None = None
    """F21."""
    broadcast_id: Id | None = None
    """F22: pairs exposure with response."""
    push_channel: Literal["sms", "miniapp", "mall", "oa_template"] | None = None
    """F22."""
    content_id: Id | None = None
    """F22."""
    reading_mode: Word | None = None
    """F22."""
    scheduled_ts: Moment | None = None
    """F22: when it was planned to go out."""
    promo: Annotated[list[Promotion], Field(max_length=1000)] | None = None
    """F36: promotions that a push told of."""
    consent: bool | None = None
    """F23: consent to archiving (会话存档)."""


class MemberChat(ChatFields):
    """Something a member did in a chat, with a push, or in moments."""

    type: Literal[
        "message",
        "solitaire",
        "dice",
        "red_packet_sent",
        "red_packet_claimed",
        "push_delivered",
        "push_opened",
        "push_clicked",
        "share",
        "moments_post",
        "moments_like",
        "moments_comment",
    ]
    member_id: Id


class Broadcast(ChatFields):
    """A post to a whole group or audience; nobody in particular did it."""

    type: Literal["broadcast"]


class StaffMessage(ChatFields):
    """A member of staff wrote to the member, one to one; what staff say in a group is a ``message`` of theirs.

    It befalls the member and is no act of theirs. It answers all that they wrote before, unless its ``role`` is ``bot``.
    """

    type: Literal["staff_message"]
    member_id: Id
    """The customer who gets it."""
    group_id: None = None
    staff_id: Id
    """Who wrote."""


ChatEvent = Annotated[MemberChat | Broadcast | StaffMessage, Field(discriminator="type")]
