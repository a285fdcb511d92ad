"""What QunPulse states: tags, profiles, group figures, alerts and refused records.

The sinks store these, and any Kafka consumer may read them. Where a fact is revised, the row with the highest
``version`` for its identity holds.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from schemas.base import Fact, to_json
from schemas.fields import BrandId, Count, Id, Int64, Millis, UInt64

__all__ = ["FACTS", "Alert", "DeadLetter", "Fact", "GroupStats", "MemberProfile", "TagChange", "to_json"]

Plain = float | int | str | bool | None
Share = Annotated[float, Field(ge=0, le=1)]


class TagChange(Fact):
    """A member entered or left a tag; never revised."""

    brand_id: BrandId
    member_id: Id
    tag: Id
    """Id of the tag."""
    name_zh: str
    name_en: str
    change: Literal["entered", "left"]
    at: Millis
    """Effective time: when the condition came to hold or ceased to, perhaps long before we learned of it."""
    cause: Literal["event", "timer", "rule", "manual"]
    """What tipped it: an event, the passing of time, a changed rule, or a person."""
    rule_version: UInt64
    """Version of the rules that decided."""
    source: str | None = None
    """``topic kind:source:offset`` of the tipping event."""
    event_id: Id | None = None
    """The tipping event."""
    evidence: dict[str, Plain]
    """Values of the features that decided, against their thresholds."""
    next_at: Millis | None = None
    """When it changes next if nothing happens; none if time alone changes nothing."""

    def key(self) -> bytes:
        return f"{self.brand_id}|{self.member_id}".encode()

    @property
    def identity(self) -> tuple[str | int, ...]:
        """Brand, member, tag, effective time, entered or left."""
        return self.brand_id, self.member_id, self.tag, self.at, self.change


class MemberProfile(Fact):
    """All that is known of a member, as of a time; the topic is compacted, so the latest is always there."""

    brand_id: BrandId
    member_id: Id
    version: UInt64
    as_of: Millis
    first_seen: Millis
    last_seen: Millis
    activity_score: float
    """Decayed activity, as of ``as_of``."""
    activity: Literal["new", "active", "sleeping", "lost"]
    activity_freq: Literal["high", "mid", "low", "none"]
    """M11: how often the member is active."""
    stage: Literal["intro", "growth", "stable", "decline", "lost"]
    """Stage of the member's life cycle."""
    r_days: Int64 | None = None
    """M01: whole days since the last payment; none if there was none."""
    f: Count
    """M02: net orders in the RFM window."""
    m_fen: Int64
    """M03: net revenue in the RFM window, fen."""
    orders: Count
    """Net orders over the whole life: those whose payments are above their refunds."""
    revenue_fen: Int64
    """Payments minus refunds over the whole life, fen, without what was paid from stored value; below zero where a
    refund's payment was never seen."""
    last_paid_at: Millis | None = None
    streak_days: Count
    """A09: days signed in without a break, up to the present."""
    longest_streak_days: Count
    checkin_days: Count
    """Days signed in over the whole life."""
    p_alive: Share
    """Probability that the member still buys."""
    churn: Literal["none", "silent", "left"]
    """Silent beyond what is usual for this member, or gone from every group."""
    churn_risk: Share
    groups: Count
    """Number of groups that the member is in."""
    tags: list[Id]
    """Ids of the tags held, sorted."""
    next_at: Millis | None = None
    """When something here changes next if nothing happens."""
    features: dict[str, Plain] | None = None
    """Features that the rules in use read and no field here tells, by id; none where profiles are not to carry them."""

    def key(self) -> bytes:
        return f"{self.brand_id}|{self.member_id}".encode()

    @property
    def identity(self) -> tuple[str | int, ...]:
        """Brand and member."""
        return self.brand_id, self.member_id


class GroupStats(Fact):
    """A group's figures in one window of time.

    Figures of a window are the sum over its parts, each at its highest version: part 0 is the window itself,
    any other number an addition that came too late for it.
    """

    brand_id: BrandId
    group_id: Id
    version: UInt64
    as_of: Millis
    window_start: Millis
    window_seconds: Annotated[Count, Field(gt=0)]
    part: UInt64 = 0
    members: Count
    """Size at the end of the window."""
    joins: Count
    leaves: Count
    """All departures; the next four split them by cause."""
    left_self: Count
    kicked: Count
    banned: Count
    planned: Count
    """G43: moved, merged or dissolved; no sign of churn."""
    messages: Count
    speakers: Count
    """Members who said something."""
    active_rate: float
    """Speakers per member of the group."""

    def key(self) -> bytes:
        return f"{self.brand_id}|{self.group_id}".encode()

    @property
    def identity(self) -> tuple[str | int, ...]:
        """Brand, group, window start, window length, part."""
        return self.brand_id, self.group_id, self.window_start, self.window_seconds, self.part


class Alert(Fact):
    """Something in a group, or of a member, needs a person's eyes; opened, perhaps updated, then closed."""

    alert_id: Id
    brand_id: BrandId
    group_id: Annotated[str, Field(max_length=128)]
    """The group; empty where it is about a member."""
    kind: Literal[
        "churn_spike",
        "overnight_collapse",
        "slow_leak",
        "silent_churn",
        "group_health",
        "milestone",
        "unanswered",
        "member_tag",
    ]
    """``member_tag`` is about a member: one is in a tag whose rule declares an alert. Figures then say nothing."""
    state: Literal["opened", "updated", "closed"]
    version: UInt64
    severity: str
    opened_at: Millis
    closed_at: Millis | None = None
    as_of: Millis
    window_seconds: Annotated[Count, Field(gt=0)]
    """Length of the window that was judged."""
    observed: Count
    """Departures in it."""
    expected: float
    """Departures that the group's own past, or that of groups like it, leads to expect."""
    p_value: Share
    """Probability of at least as many departures, were nothing the matter."""
    members: Count
    """Size before."""
    evidence: dict[str, Plain | list[Plain]]
    text_zh: str
    text_en: str
    member_id: Id | None = None
    """The member, where it is about one."""
    tag: Id | None = None
    """The tag, where it is about a member."""

    def key(self) -> bytes:
        return f"{self.brand_id}|{self.member_id or self.group_id}".encode()

    @property
    def identity(self) -> tuple[str | int, ...]:
        """The alert's id, itself a function of group, kind and opening, or of the tag change that opened it."""
        return (self.alert_id,)


class DeadLetter(Fact):
    """A record that could not be used, with the reason and the original bytes."""

    topic: str
    """Full name of the topic that it came from."""
    partition: Count
    offset: Count
    timestamp: Annotated[int, Field(strict=True)] | None = None
    """The record's own time stamp, ms, whatever it says."""
    stage: Literal["decode", "contract", "read", "model", "sink"]
    """Where it failed."""
    reason: str
    """A word of `schemas.errors.Reason` for the stage ``contract``."""
    detail: str
    key_base64: str | None = None
    value_base64: str | None = None
    """The original bytes; of an oversized value the first 1 KiB, which ``value_size`` tells."""
    value_size: Count
    value_sha256: str
    """Of the whole value, so that an original kept elsewhere can be recognised."""
    app_version: str
    failed_at: Millis
    status: Literal["new", "replayed", "dropped"] = "new"
    """What an operator did with it. A letter is told again with its new status; the last one told holds."""
    status_at: Millis | None = None
    """When, if somebody did something."""
    replay_of: str | None = None
    """Key of the letter whose record this one is, sent again."""
    replays: Count = 0
    """How many times the record had been sent again before it ended here."""

    def key(self) -> bytes:
        return f"{self.topic}|{self.partition}|{self.offset}".encode()

    @property
    def identity(self) -> tuple[str | int, ...]:
        """Source topic, partition, offset."""
        return self.topic, self.partition, self.offset


FACTS: Final[dict[str, type[Fact]]] = {
    "tag-change": TagChange,
    "member-profile": MemberProfile,
    "group-stats": GroupStats,
    "alert": Alert,
    "dead-letter": DeadLetter,
}
"""Every fact under the name of its schema and of its example."""
