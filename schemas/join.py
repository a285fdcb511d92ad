"""Join and leave events: who is where, who is whose contact, what is known of them (catalogue 9.3).

A new type is a word in the ``Literal`` of the class whose required fields it shares, plus an example.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from schemas.base import Contract
from schemas.envelope import Envelope
from schemas.fields import Count, Id, Moment, Scalar, Word


class GroupMeta(Contract):
    """F28: what a group is for; models compare a group with others of its make."""

    purpose: Word | None = None
    growth_type: Word | None = None
    tier: Word | None = None
    owner_staff: Id | None = None
    audience: Word | None = None
    store: Word | None = None
    welfare_weekday: Annotated[int, Field(ge=1, le=7)] | None = None
    """Day of the weekly welfare, Monday is 1."""
    planned_end_ts: Moment | None = None
    cleanup_until_ts: Moment | None = None
    """Until then staff removes members in an announced clean-up: such removals are planned, no churn."""
    split_from: Id | None = None
    """Group that this one was split from."""
    owned: bool | None = None
    """Whether it is the brand's own; others' groups nearby are not (商圈外部群)."""
    community_no: Word | None = None
    """Number of the estate (小区) that it is for."""


class Tag(Contract):
    """F29: a tag that a person set by hand, or a view of the store."""

    key: Id
    value: Scalar = None
    told_by: Word | None = None
    """Who says so : `view` is a view of the store, anything else a person."""
    evidence: Annotated[dict[Word, Scalar], Field(max_length=100)] | None = None
    """Values on which a tag was set or cleared, and thresholds; kept with the change."""


class JoinFields(Envelope):
    """Fields of every join event; none is required beyond the envelope."""

    kind: Literal["join"]
    join_method: Literal["self_scan", "invited", "pulled", "ads", "event_page"] | None = None
    """F24."""
    entry_gate: Literal["none", "paid", "invite", "apply"] | None = None
    """F24: what it took to get in."""
    inviter_id: Id | None = None
    """F25: member who invited this one."""
    invite_id: Id | None = None
    """F25: pairs an invitation with the arrival; those without success are needed too."""
    referrer_role: Word | None = None
    """F25."""
    leave_reason: (
        Literal[
            "self",
            "kicked",
            "banned",
            "dedupe",
            "dissolve",
            "buffer_move",
            "vip_eliminated",
            "staff_reassign",
        ]
        | None
    ) = None
    """F26: tells a planned departure from a lost member."""
    operator_id: Id | None = None
    """F26: who removed the member."""
    qr_id: Id | None = None
    """F27: live code that was scanned."""
    rule_ack: bool | None = None
    """F27: whether the group's rules were acknowledged."""
    group_meta: GroupMeta | None = None
    """F28."""
    profile: Annotated[dict[str, JsonValue], Field(max_length=1000)] | None = None
    """F29: static facts about the member. Rules can read the words gender, zodiac, education and occupation, and the whole
    numbers age, height_cm and weight_kg."""
    manual_tag: Tag | None = None
    """F29."""
    member_count_after: Count | None = None
    """F30: the source's own count of the group, which the state is reconciled with."""


class GroupMembership(JoinFields):
    """A member came into a group or went out of it."""

    type: Literal["group.joined", "group.left", "group.kicked", "group.banned"]
    member_id: Id
    group_id: Id


class GroupLife(JoinFields):
    """A group itself began, changed or ended."""

    type: Literal["group.created", "group.updated", "group.dissolve_notice", "group.dissolved"]
    group_id: Id


class Relationship(JoinFields):
    """A person and the brand: contact, follower, registered member, inviter, holder of a role."""

    type: Literal[
        "contact.added",
        "contact.deleted",
        "contact.blocked",
        "account.followed",
        "account.unfollowed",
        "member.registered",
        "invite.sent",
        "role.changed",
        "profile.updated",
    ]
    member_id: Id


class ManualTag(JoinFields):
    """A person set or cleared a tag by hand."""

    type: Literal["tag.set", "tag.cleared"]
    member_id: Id
    manual_tag: Tag


class StaffReassigned(JoinFields):
    """Members or a group passed from one staff member to another."""

    type: Literal["staff.reassigned"]


JoinEvent = Annotated[
    GroupMembership | GroupLife | Relationship | ManualTag | StaffReassigned,
    Field(discriminator="type"),
]
