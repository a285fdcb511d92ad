"""The parts of a worker, put together once the broker has been asked how its topics are laid out."""

import asyncio
import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaProducer

from models.calendar import Calendar
from models.groups.groups import Groups
from models.members import Members
from schemas.rows import KINDS, source_number
from streams.activation import active
from streams.cadence import Backlog
from streams.chunk import Partition
from streams.connection import connection
from streams.decisions import group_params, member_params, rule_set
from streams.flow import Flow
from streams.groups import GroupsFlow
from streams.intake import Intake, input_kinds
from streams.letters import Letters, Limit
from streams.members import MembersFlow
from streams.outbox import BATCH_BYTES, Outbox
from streams.poison import ModelLetters
from streams.settings import Settings
from streams.topics import Layout
from streams.transport import ChunkConsumer

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.05
"""Time between two looks at timers and flushes: a twentieth of the second within which tags are right."""


def wall_ms() -> int:
    """Wall clock, ms since the epoch. The only clock of the flow."""
    return time.time_ns() // 1_000_000


@dataclass
class Runtime:
    """Flows of a worker and the producer that they share."""

    intake: Intake
    members: MembersFlow
    groups: GroupsFlow
    producer: AIOKafkaProducer

    def __post_init__(self) -> None:
        backlog = Backlog()
        for flow in self.flows:
            flow.backlog = backlog

    @property
    def flows(self) -> tuple[Flow, ...]:
        return self.intake, self.members, self.groups

    def assign(self, assigned: set[Partition], topics: Mapping[str, Flow]) -> None:
        """Give each flow the partitions of its topics."""
        for flow in self.flows:
            flow.assign({partition for partition in assigned if topics.get(partition.topic) is flow})

    async def release(self) -> None:
        """Every flow finishes; intake first, since the others do not depend on it any more."""
        for flow in self.flows:
            await flow.release()

    async def tick_for_ever(self) -> None:
        """Timers, marks and flushes."""
        while True:
            for flow in self.flows:
                await flow.tick()
            await asyncio.sleep(TICK_SECONDS)


def settle_garbage() -> None:
    """Let the collector look at the program's own objects no more, and at new ones less often.

    A flow makes many short-lived containers and almost no cycles: with Python's threshold of 700 the collector took some
    15 % of the CPU of a worker (`benchmarks/micro.py`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


async def build(settings: Settings, layout: Layout, consumer: ChunkConsumer) -> Runtime:
    """Build the flows and start their producer."""
    producer = AIOKafkaProducer(
        **connection(settings),
        client_id=f"{settings.app_id}-out",
        acks="all",
        max_batch_size=BATCH_BYTES,
        max_request_size=BATCH_BYTES * 2,
    )
    await producer.start()
    members = _members(settings, layout, consumer, producer)
    newest = await active(settings, layout)
    if newest is not None:
        members.activate(newest.rules())
    settle_garbage()
    return Runtime(
        _intake(settings, layout, consumer, producer),
        members,
        _groups(settings, layout, consumer, producer),
        producer,
    )


def _outbox(settings: Settings, layout: Layout, producer: AIOKafkaProducer) -> Outbox:
    return Outbox(producer, {settings.topic(name): count for name, count in layout.partitions.items()})


def _letters(settings: Settings) -> Letters:
    """Dead letters of one flow, with a limit of its own."""
    limit = Limit(settings.max_dead_letters, settings.max_dead_letter_share)
    return Letters(settings.topic("dead-letters"), limit)


def _sources(layout: Layout) -> list[int]:
    return [source_number(kind, partition) for kind in KINDS for partition in range(layout.partitions[kind])]


def _intake(
    settings: Settings, layout: Layout, consumer: ChunkConsumer, producer: AIOKafkaProducer
) -> Intake:
    return Intake(
        consumer,
        _outbox(settings, layout, producer),
        kinds=input_kinds(settings.topic),
        member_topic=(settings.topic("member-events"), layout.partitions["member-events"]),
        group_topic=(settings.topic("group-events"), layout.partitions["group-events"]),
        letters=_letters(settings),
        now=wall_ms,
        replay=settings.clock == "stream",
        idle_seconds=settings.idle_seconds,
        max_event_bytes=settings.max_event_bytes,
        max_ahead_ms=settings.max_ahead_seconds * 1000,
        flush_seconds=settings.flush_seconds / 2,
        flush_rows=settings.flush_rows,
    )


def _keyed(settings: Settings, layout: Layout, changelog: str, facts: tuple[str, ...]) -> dict[str, Any]:
    """What flows with state have in common; `facts` are the declared names of the topics that they write."""
    return {
        "topics": {name: settings.topic(name) for name in facts},
        "state": (settings.state, settings.state_dir),
        "changelog": settings.topic(changelog),
        "connection": connection(settings),
        "sources": _sources(layout),
        "letters": ModelLetters(_letters(settings), {kind: settings.topic(kind) for kind in KINDS}),
        "flush_seconds": settings.flush_seconds,
        "flush_rows": settings.flush_rows,
    }


def _members(
    settings: Settings, layout: Layout, consumer: ChunkConsumer, producer: AIOKafkaProducer
) -> MembersFlow:
    model = Members(
        member_params(settings), rule_set(settings), Calendar(settings.timezone), settings.profile_features
    )
    common = _keyed(settings, layout, "members-state", ("tag-changes", "member-profiles", "alerts"))
    return MembersFlow(consumer, _outbox(settings, layout, producer), model=model, **common)


def _groups(
    settings: Settings, layout: Layout, consumer: ChunkConsumer, producer: AIOKafkaProducer
) -> GroupsFlow:
    model = Groups(group_params(settings), Calendar(settings.timezone))
    common = _keyed(settings, layout, "groups-state", ("group-stats", "alerts"))
    return GroupsFlow(consumer, _outbox(settings, layout, producer), model=model, **common)


def as_chunk_consumer(consumer: object) -> ChunkConsumer:
    """The app's consumer, which `streams.transport` made."""
    return cast(ChunkConsumer, consumer)
