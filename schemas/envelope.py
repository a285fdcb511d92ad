"""The fields that every event may carry, whatever its kind (catalogue 9.1)."""

from schemas.base import Contract
from schemas.fields import BrandId, Count, Id, Moment, Role, Word


class Identities(Contract):
    """F05: what one person is called in each venue."""

    unionid: Id | None = None
    external_userid: Id | None = None
    openid: Id | None = None
    phone_hash: Id | None = None


class Envelope(Contract):
    """Who did what, when, where. The first four fields are always required; types require more."""

    event_id: Id
    """F01: unique; a second event with the same id is the producer's retry and is dropped."""
    kind: str
    """F02: names the topic."""
    type: str
    """F02: what happened."""
    ts: Moment
    """F03: when it happened."""
    brand_id: BrandId = "default"
    """F04: tenant; members and groups are known by brand and id."""
    member_id: Id | None = None
    """F05: the person; absent for what no single person did, and for offline orders that match nobody."""
    group_id: Id | None = None
    """F06: the group where it happened, or to which it is attributed."""
    role: Role = "customer"
    """F08: who the person is in the community."""
    schema_version: Count | None = None
    """F02: version of the contract that the producer wrote to."""
    ingest_ts: Moment | None = None
    """F03: when the source system received it."""
    ids: Identities | None = None
    """F05: the person's names in other venues."""
    staff_id: Id | None = None
    """F07: butler, owner or account in charge."""
    platform: Word | None = None
    """F09: 小程序, APP, 天猫, 京东, 门店, 企微 and so on, in the producer's words."""
    store_id: Id | None = None
    """F09."""
    city: Word | None = None
    """F09."""
    warehouse_id: Id | None = None
    """F09."""
    channel_id: Id | None = None
    """F10: QR code or source that brought the person."""
    incentive: bool | None = None
    """F10: whether a benefit induced it."""
    campaign_id: Id | None = None
    """F11."""
    scene: Word | None = None
    """F11: purpose of the campaign: 裂变, 留存, 活跃, 转化."""
    variant: Word | None = None
    """F11: arm of an A/B test."""
    live_id: Id | None = None
    """F12: live stream."""
    live_phase: Word | None = None
    """F12: 直播前, 直播中, 直播后."""
