"""Facts about members as the flow writes them: the bytes of `schemas.facts`, several times as fast.

Every event may bring some of these. The contracts stay `TagChange` and `MemberProfile`, which say what each field means; a test
holds the two to the same fields in the same order, and to the same bytes.
"""

from typing import Literal

import msgspec

from schemas.facts import MemberProfile, Plain, TagChange


class Change(msgspec.Struct, gc=False):
    """A member entered or left a tag."""

    schema_version: int
    brand_id: str
    member_id: str
    tag: str
    name_zh: str
    name_en: str
    change: Literal["entered", "left"]
    at: int
    cause: str
    rule_version: int
    source: str | None
    event_id: str | None
    evidence: dict[str, Plain]
    next_at: int | None

    def key(self) -> bytes:
        """Key of the Kafka record."""
        return f"{self.brand_id}|{self.member_id}".encode()

    def fact(self) -> TagChange:
        """The same as a checked fact."""
        return TagChange.model_validate(msgspec.structs.asdict(self))


class Profile(msgspec.Struct, gc=False):
    """All that is known of a member."""

    schema_version: int
    brand_id: str
    member_id: str
    version: int
    as_of: int
    first_seen: int
    last_seen: int
    activity_score: float
    activity: str
    activity_freq: str
    stage: str
    r_days: int | None
    f: int
    m_fen: int
    orders: int
    revenue_fen: int
    last_paid_at: int | None
    streak_days: int
    longest_streak_days: int
    checkin_days: int
    p_alive: float
    churn: str
    churn_risk: float
    groups: int
    tags: list[str]
    next_at: int | None
    features: dict[str, Plain] | None = None

    def key(self) -> bytes:
        """Key of the Kafka record."""
        return f"{self.brand_id}|{self.member_id}".encode()

    def fact(self) -> MemberProfile:
        """The same as a checked fact."""
        return MemberProfile.model_validate(msgspec.structs.asdict(self))


written_json = msgspec.json.Encoder().encode
"""Bytes of the record's value."""
