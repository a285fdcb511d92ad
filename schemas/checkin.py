"""Check-in events: signing in, tasks, games, rewards and points (catalogue 9.5).

A new type is a word in the ``Literal`` of `MemberCheckin`, plus an example. What is no member's is in `schemas.activity`.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Contract
from schemas.envelope import Envelope
from schemas.fields import Count, Id, Int64, LocalDay, Moment, Text, Word, Words


class Reward(Contract):
    """F47: what was won or granted."""

    type: Word | None = None
    amount: Int64 | None = None
    """In the unit of its type: points, fen, pieces."""


class CheckinFields(Envelope):
    """Fields of every check-in event; none is required beyond the envelope."""

    kind: Literal["checkin"]
    activity_id: Id | None = None
    """F42."""
    activity_tags: Words | None = None
    """F42: what the activity is about: anxiety, contest, quiz_test, referral."""
    local_day: LocalDay | None = None
    """F43: the calendar day that the sign-in counts for; the day of ``ts`` if absent."""
    makeup: bool | None = None
    """F43: whether it makes up for a day missed."""
    submission_id: Id | None = None
    """F44: pairs what was handed in with its audit, and a bargain with the help of others."""
    proof_hash: Id | None = None
    """F44: finds a picture handed in twice."""
    audit_state: Literal["pending", "approved", "rejected"] | None = None
    """F44."""
    auditor_id: Id | None = None
    """F44."""
    answer: Text | None = None
    """F45."""
    is_correct: bool | None = None
    """F45."""
    answers_complete: bool | None = None
    """F45."""
    likes: Count | None = None
    """F46: 集赞."""
    score: Int64 | None = None
    """F46."""
    reward: Reward | None = None
    """F47."""
    points_delta: Int64 | None = None
    """F47: points granted, or taken if negative."""
    points_expire_ts: Moment | None = None
    """F47."""
    bet_id: Id | None = None
    """F48: the bet of a 打卡返现."""
    required_days: Annotated[Count, Field(le=3660)] | None = None
    """F48: days to sign in for the bet to be won."""
    coupon_id: Id | None = None
    """P12: the coupon that is granted hereby, for points or as a benefit."""
    coupon_expires_ts: Moment | None = None
    """P12: until when that coupon is valid."""
    plan_order_id: Id | None = None
    """A51: the order of the plan that is used hereby."""
    offline: bool | None = None
    """F49: attended in person."""
    lesson_id: Id | None = None
    """F49."""


class MemberCheckin(CheckinFields):
    """Something a member did in an activity."""

    type: Literal[
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
        "code_word",
        "lottery",
        "bargain",
        "game",
        "claim",
        "redeem",
        "audit",
        "points_grant",
    ]
    member_id: Id
