"""Every topic, once: what is on it, who writes it, who reads it, how long it stays.

Names stand here without the prefix, which is a setting; so are the numbers of partitions, one for each role.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from schemas.activity import CheckinEvent
from schemas.chat import ChatEvent
from schemas.facts import Alert, DeadLetter, GroupStats, MemberProfile, TagChange
from schemas.join import JoinEvent
from schemas.order import OrderEvent
from schemas.rows import Rows

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    `contract` is a model, the union of a kind's types, the packed `Rows`, or text for what only its owner
    reads.
    `retention_ms` is None where compaction alone decides what stays.
    """

    name: str
    key: str
    contract: Any
    cleanup: Literal["delete", "compact"]
    retention_ms: int | None
    role: Literal["input", "internal", "output", "state"]
    written_by: str
    read_by: str
    description: str


def _input(name: str, contract: Any, description: str) -> Topic:
    return Topic(
        name,
        key="any",
        contract=contract,
        cleanup="delete",
        retention_ms=30 * DAY_MS,
        role="input",
        written_by="producers",
        read_by="intake agent",
        description=description,
    )


def _internal(name: str, key: str, read_by: str, description: str) -> Topic:
    return Topic(
        name,
        key=key,
        contract=Rows,
        cleanup="delete",
        # Longer than any outage of an agent: what expires unread here is lost to its state.
        retention_ms=7 * DAY_MS,
        role="internal",
        written_by="intake agent",
        read_by=read_by,
        description=description,
    )


def _state(name: str, owner: str, description: str) -> Topic:
    return Topic(
        name,
        key="brand and id, as its owner encodes them",
        contract="a versioned state value in MessagePack, read by its owner alone",
        cleanup="compact",
        retention_ms=None,
        role="state",
        written_by=owner,
        read_by=owner,
        description=description,
    )


def _output(
    name: str,
    key: str,
    contract: Any,
    days: int | None,
    *,
    written_by: str,
    description: str,
) -> Topic:
    return Topic(
        name,
        key=key,
        contract=contract,
        cleanup="compact" if days is None else "delete",
        retention_ms=None if days is None else days * DAY_MS,
        role="output",
        written_by=written_by,
        read_by="sinks, any consumer",
        description=description,
    )


TOPICS: Final[tuple[Topic, ...]] = (
    _input("chat", ChatEvent, "What is said, shared, pushed and opened."),
    _input("join", JoinEvent, "Who comes, goes, befriends, registers; groups and hand-set tags."),
    _input("order", OrderEvent, "Visits, carts, orders, payments, refunds."),
    _input("checkin", CheckinEvent, "Sign-ins, tasks, games, rewards, points; what activities are."),
    _internal(
        "member-events",
        "none; the partition is chosen by brand and member",
        "members agent, sinks",
        "Every accepted event, packed; one without a member goes by its id.",
    ),
    _internal(
        "group-events",
        "none; the partition is chosen by brand and group",
        "groups agent",
        "Accepted events that name a group, packed.",
    ),
    _state("members-state", "members agent", "Changelog of the members' states."),
    _state("groups-state", "groups agent", "Changelog of the groups' states."),
    Topic(
        "rules",
        key="`active`",
        contract="a rule file with its version, in JSON",
        cleanup="compact",
        retention_ms=None,
        role="state",
        written_by="qunpulse rules activate",
        read_by="members agent",
        description="The rules that were activated while workers ran.",
    ),
    Topic(
        "notify-state",
        key="receiver and alert id",
        contract="what a receiver was told of an alert, in JSON, read by its owner alone",
        cleanup="compact",
        retention_ms=None,
        role="state",
        written_by="notify",
        read_by="notify",
        description="What each receiver of alerts was told.",
    ),
    _output(
        "tag-changes",
        "brand|member",
        TagChange,
        90,
        written_by="members agent",
        description="Members entering and leaving tags.",
    ),
    _output(
        "member-profiles",
        "brand|member",
        MemberProfile,
        None,
        written_by="members agent",
        description="The latest of each member.",
    ),
    _output(
        "group-stats",
        "brand|group",
        GroupStats,
        90,
        written_by="groups agent",
        description="Figures of groups per window.",
    ),
    _output(
        "alerts",
        "brand|group or brand|member",
        Alert,
        365,
        written_by="groups agent, members agent",
        description="Alerts opened, updated and closed.",
    ),
    _output(
        "dead-letters",
        "topic|partition|offset",
        DeadLetter,
        30,
        written_by="every agent and sink",
        description="Records that could not be used, with the reason.",
    ),
)


def full_name(prefix: str, name: str) -> str:
    """Name of a topic on the broker; `prefix` carries its own separator, as in ``qunpulse.``."""
    return f"{prefix}{name}"
