"""The columns of every table, declared once. A test compares them with what the migrations create."""

from dataclasses import dataclass
from typing import Final

MILLIS: Final = "DateTime64(3, 'UTC')"
LOW: Final = "LowCardinality(String)"

LANDING: Final = ("raw", "_topic", "_partition", "_offset")
"""Columns of a landing table: a JSON object as it came (text or UTF-8 bytes), and where it was read."""

ORIGIN: Final = {"_topic": LOW, "_partition": "Int32", "_offset": "Int64", "_ingested_at": MILLIS}
"""Where a stored row was read, and when it was stored; never part of an identity."""


@dataclass(frozen=True, slots=True)
class Table:
    """A target table: the topic that feeds it (without prefix), what goes in, and what can be read."""

    name: str
    topic: str
    landing: tuple[str, ...]
    columns: dict[str, str]

    @property
    def landing_name(self) -> str:
        return f"{self.name}_landing"

    @property
    def view_name(self) -> str:
        return f"{self.name}_parse"


EVENTS: Final = Table(
    "events",
    "member-events",
    (*LANDING, "ts"),
    {
        "event_id": "String",
        "brand_id": LOW,
        "kind": LOW,
        "type": LOW,
        "ts": MILLIS,
        "member_id": "String",
        "group_id": "String",
        "role": LOW,
        "staff_id": "String",
        "order_id": "String",
        "paid_fen": "Nullable(Int64)",
        "refund_fen": "Nullable(Int64)",
        "raw": "String",
        **ORIGIN,
    },
)

TAG_CHANGES: Final = Table(
    "tag_changes",
    "tag-changes",
    LANDING,
    {
        "schema_version": "UInt16",
        "brand_id": LOW,
        "member_id": "String",
        "tag": LOW,
        "name_zh": LOW,
        "name_en": LOW,
        "change": LOW,
        "at": MILLIS,
        "cause": LOW,
        "rule_version": "UInt64",
        "source": "String",
        "event_id": "String",
        "evidence": "String",
        "next_at": f"Nullable({MILLIS})",
        **ORIGIN,
    },
)

MEMBER_PROFILES: Final = Table(
    "member_profiles",
    "member-profiles",
    LANDING,
    {
        "schema_version": "UInt16",
        "brand_id": LOW,
        "member_id": "String",
        "version": "UInt64",
        "as_of": MILLIS,
        "first_seen": MILLIS,
        "last_seen": MILLIS,
        "activity_score": "Float64",
        "activity": LOW,
        "activity_freq": LOW,
        "stage": LOW,
        "r_days": "Nullable(Int64)",
        "f": "Int64",
        "m_fen": "Int64",
        "orders": "Int64",
        "revenue_fen": "Int64",
        "last_paid_at": f"Nullable({MILLIS})",
        "streak_days": "Int64",
        "longest_streak_days": "Int64",
        "checkin_days": "Int64",
        "p_alive": "Float64",
        "churn": LOW,
        "churn_risk": "Float64",
        "groups": "Int64",
        "tags": "Array(String)",
        "next_at": f"Nullable({MILLIS})",
        "features": "String",
        **ORIGIN,
    },
)

GROUP_STATS: Final = Table(
    "group_stats",
    "group-stats",
    LANDING,
    {
        "schema_version": "UInt16",
        "brand_id": LOW,
        "group_id": "String",
        "version": "UInt64",
        "as_of": MILLIS,
        "window_start": MILLIS,
        "window_seconds": "UInt32",
        "part": "UInt64",
        "members": "Int64",
        "joins": "Int64",
        "leaves": "Int64",
        "left_self": "Int64",
        "kicked": "Int64",
        "banned": "Int64",
        "planned": "Int64",
        "messages": "Int64",
        "speakers": "Int64",
        "active_rate": "Float64",
        **ORIGIN,
    },
)

ALERTS: Final = Table(
    "alerts",
    "alerts",
    LANDING,
    {
        "schema_version": "UInt16",
        "alert_id": "String",
        "brand_id": LOW,
        "group_id": "String",
        "kind": LOW,
        "state": LOW,
        "version": "UInt64",
        "severity": LOW,
        "opened_at": MILLIS,
        "closed_at": f"Nullable({MILLIS})",
        "as_of": MILLIS,
        "window_seconds": "UInt32",
        "observed": "Int64",
        "expected": "Float64",
        "p_value": "Float64",
        "members": "Int64",
        "evidence": "String",
        "text_zh": "String",
        "text_en": "String",
        "member_id": "String",
        "tag": LOW,
        **ORIGIN,
    },
)

DEAD_LETTERS: Final = Table(
    "dead_letters",
    "dead-letters",
    LANDING,
    {
        "schema_version": "UInt16",
        "topic": LOW,
        "partition": "Int32",
        "offset": "Int64",
        "timestamp": f"Nullable({MILLIS})",
        "stage": LOW,
        "reason": LOW,
        "detail": "String",
        "key": "String",
        "value": "String",
        "value_size": "Int64",
        "value_sha256": "String",
        "app_version": LOW,
        "failed_at": MILLIS,
        "status": LOW,
        "status_at": f"Nullable({MILLIS})",
        "replay_of": "String",
        "replays": "Int64",
        **ORIGIN,
    },
)

TABLES: Final = {
    table.name: table for table in (EVENTS, TAG_CHANGES, MEMBER_PROFILES, GROUP_STATS, ALERTS, DEAD_LETTERS)
}
