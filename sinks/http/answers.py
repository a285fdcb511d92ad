"""Shapes of the API's answers. Times are RFC 3339 in UTC, money is in fen; null is unknown, never zero."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field


def utc(at: Any) -> Any:
    """A time of a row, ms since the epoch, as an aware one."""
    return datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) else at


Utc = Annotated[datetime, BeforeValidator(utc)]


class Answer(BaseModel):
    """What every answer about data carries."""

    as_of: datetime | None = Field(
        description="Everything that arrived up to here is in the answer; null when unknown."
    )
    behind_seconds: float | None = Field(
        description="How long ago `as_of` was when this was answered; null when unknown."
    )


class Member(Answer):
    """A member's profile: the newest judgement, and everything counted up to it."""

    brand_id: str
    member_id: str
    judged_at: Utc = Field(description="Time for which the profile below was worked out.")
    first_seen: Utc
    last_seen: Utc
    activity_score: float = Field(description="Decayed count of what the member did.")
    activity: str
    activity_freq: str
    stage: str = Field(description="Stage of the member's life with the brand.")
    r_days: int | None = Field(description="Whole days since the last net order; null without one.")
    f: int = Field(description="Net orders of the RFM window.")
    m_fen: int = Field(description="Net spending of the RFM window, fen.")
    orders: int = Field(description="Net orders of the whole life.")
    revenue_fen: int = Field(description="Net revenue of the whole life, fen.")
    last_paid_at: Utc | None
    streak_days: int
    longest_streak_days: int
    checkin_days: int
    p_alive: float = Field(description="Probability that the member is still a customer, 0 to 1.")
    churn: str
    churn_risk: float = Field(description="0 to 1.")
    groups: int = Field(description="Groups the member is in.")
    tags: list[str] = Field(description="Ids of the tags that hold.")
    next_at: Utc | None = Field(description="When silence alone will next change something.")


class Change(BaseModel):
    """The change that put a tag where it is."""

    tag: str
    name_zh: str
    name_en: str
    since: Utc = Field(description="When the tag was entered.")
    cause: str = Field(description="What tipped it: event, timer, rule (it changed) or manual.")
    rule_version: str = Field(description="Version of the rules that decided; text, as it exceeds 2^53.")
    source: str | None = Field(description="Where the tipping event was read; null when there was none.")
    event_id: str | None = Field(description="The event that tipped it; null when time did.")
    evidence: dict[str, Any] = Field(description="Values against thresholds, as the rule recorded them.")
    next_at: Utc | None = Field(description="When the tag will change with no further event; null if never.")
    sentence: str | None = Field(None, description="The above as a sentence, with `?lang=`.")


class Missing(BaseModel):
    """One comparison that keeps a member from a tag."""

    feature: str = Field(description="Id of the feature, or of another tag.")
    name_zh: str
    name_en: str
    value: Any = Field(description="Its present value; null is unknown.")
    wanted: str = Field(description="Comparison that is wanted, such as at_least.")
    threshold: Any
    at: Utc | None = Field(description="When time alone brings it about; null if it does not, or if unknown.")


class Ahead(BaseModel):
    """A tag that a member does not have, and what is missing for it."""

    tag: str
    name_zh: str
    name_en: str
    missing: list[Missing]
    sentence: str | None = Field(None, description="The above as a sentence, with `?lang=`.")


class Explanation(Answer):
    """Why a member has the tags that it has, and what is missing for the others."""

    brand_id: str
    member_id: str
    judged_at: Utc
    tags: list[Change]
    left: list[Change] = Field(description="Tags left, the latest first; `since` is when.")
    ahead: list[Ahead] | None = Field(
        description="Tags not held, the nearest first, as of `judged_at`; null when it cannot be told now."
    )


class TagsThen(Answer):
    """The tags that a member had at a time, by effective time and as known now."""

    brand_id: str
    member_id: str
    at: Utc
    tags: list[Change] = Field(description="What put the member into each tag that held then.")


class Holder(BaseModel):
    """A member whom a tag held for."""

    member_id: str
    since: Utc


class Holders(Answer):
    """The members that had a tag at a time, by id."""

    brand_id: str
    tag: str
    at: Utc
    members: list[Holder]
    after: str | None = Field(description="Ask again with this `after` for the rest; null when this was all.")


class Window(BaseModel):
    """A group's figures in one window."""

    window_start: Utc
    window_seconds: int
    members: int | None = Field(description="Size at the end; null when only late events are known.")
    joins: int
    leaves: int
    left_self: int
    kicked: int
    banned: int
    planned: int
    messages: int
    speakers: int
    active_rate: float = Field(description="Speakers over members, 0 to 1.")


class Hour(BaseModel):
    """A group's counts in the hour before `as_of`."""

    joins: int
    leaves: int
    messages: int


class Alert(BaseModel):
    """An alert about a group or a member, open until `closed_at` is set."""

    alert_id: str
    brand_id: str
    group_id: str = Field(description="Empty where it is about a member.")
    member_id: str = Field(description="Empty where it is about a group.")
    tag: str = Field(description="The tag that the member is in; empty where it is about a group.")
    kind: str
    state: str
    severity: str
    opened_at: Utc
    closed_at: Utc | None
    judged_at: Utc = Field(description="Time for which the figures hold.")
    window_seconds: int
    observed: int = Field(description="What was counted in the window.")
    expected: float = Field(description="What was to be expected there.")
    p_value: float = Field(description="Probability of so much by chance.")
    members: int
    evidence: dict[str, Any]
    text_zh: str
    text_en: str


class Group(Answer):
    """A group: its size, its newest windows and its open alerts."""

    brand_id: str
    group_id: str
    members: int | None
    hour: Hour | None = Field(description="Null when it is unknown how far the pipeline is.")
    windows: list[Window] = Field(description="The newest first; a window without events has no row.")
    alerts: list[Alert] = Field(description="Open alerts.")


class Alerts(Answer):
    """Alerts, the latest opened first."""

    alerts: list[Alert]


class TagCount(BaseModel):
    """How many members a tag holds for."""

    tag: str
    name_zh: str
    name_en: str
    members: int


class GroupLine(BaseModel):
    """A group in the overview."""

    group_id: str
    members: int | None
    window_start: Utc = Field(description="Start of the newest window with events.")
    active_rate: float
    hour: Hour | None


class Overview(Answer):
    """The community at a glance: what the live page shows."""

    brand_id: str
    events_per_second: float | None = Field(description="Events stored a second, over the last minute.")
    members: int
    stages: dict[str, int] = Field(description="Members in each stage.")
    tags: list[TagCount]
    groups: list[GroupLine] = Field(description="The largest groups.")
    open_alerts: list[Alert]
    closed_alerts: list[Alert] = Field(description="The last closed ones.")


class DeadLetterLine(BaseModel):
    """A record that could not be used; its bytes are in the topic and the table."""

    topic: str
    partition: int
    offset: int
    stage: str
    reason: str
    detail: str
    value_size: int = Field(description="Bytes of the original.")
    failed_at: Utc
    status: str = Field(description="new, replayed or dropped.")


class DeadLetters(Answer):
    """The last dead letters of all brands, the newest first."""

    letters: list[DeadLetterLine]


class TokenLine(BaseModel):
    """Who holds a token, and what it allows."""

    name: str
    role: str
    brands: list[str] | None = Field(description="Brands that it covers; null for all.")


class TokensNow(BaseModel):
    """The tokens that hold now, without their values."""

    tokens: list[TokenLine]


class Alive(BaseModel):
    """The process runs."""

    status: str


class CheckAnswer(BaseModel):
    """One check."""

    ok: bool
    detail: str


class Ready(BaseModel):
    """Whether the process should be asked, and why not."""

    ready: bool
    checks: dict[str, CheckAnswer]
