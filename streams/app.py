"""The Faust app of a worker.

    chat, join, order, checkin ─▶ intake ─┬─▶ member-events ─▶ members ─▶ tag-changes, member-profiles
                                          ├─▶ group-events ──▶ groups ──▶ group-stats, alerts
                                          └─▶ dead-letters

Agents, topics, assignment, the worker and the web server are Faust's; chunks, offsets and state are ours
(`streams.transport`, `streams.flow`, `streams.keyed`). ``faust -A streams.app worker`` and ``qunpulse worker`` are the same.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Any, Final, cast

import faust
import structlog
from kafka.errors import KafkaError

from models.rules import RuleError
from schemas.rows import KINDS
from streams.activation import follow
from streams.chunk import Chunk, Partition
from streams.connection import ConnectionMisconfigured, explained, faust_credentials
from streams.fatal import EXIT_CONFIG, end_by, end_process
from streams.flow import Flow
from streams.give_back import keep_giving_back
from streams.logs import set_up_logs
from streams.pages import add_pages
from streams.population import PopulationWrong
from streams.processes import free_port
from streams.runtime import Runtime, as_chunk_consumer, build
from streams.settings import Settings, load
from streams.topics import TopicsWrong, checked_layout
from streams.transport import ChunkSchema, Transport
from streams.watchdog import watch, watch_place, watch_topics

log = structlog.get_logger(__name__)

METADATA_MS: Final = 10_000
"""Time between two looks at what topics the broker has: one that it has lost is noticed by nothing else (`watch_topics`)."""


class App(faust.App):
    """Faust app with a runtime that is built when the broker's layout is known, before anything is consumed."""

    runtime: Runtime | None = None
    settings: Settings
    _place: asyncio.Task[None] | None = None

    async def on_first_start(self) -> None:
        await super().on_first_start()
        try:
            layout = await asyncio.to_thread(checked_layout, self.settings)
        except (TopicsWrong, ConnectionMisconfigured) as error:
            end_process(str(error), code=EXIT_CONFIG)
        except KafkaError as error:
            text, code = await asyncio.to_thread(explained, self.settings, error)
            end_process(text, code=code)
        try:
            self.runtime = await build(self.settings, layout, as_chunk_consumer(self.consumer))
        except (RuleError, PopulationWrong, OSError) as error:
            end_process(f"rules or population: {error}", code=EXIT_CONFIG)
        self.by_topic: dict[str, Flow] = {self.settings.topic(kind): self.runtime.intake for kind in KINDS}
        self.by_topic[self.settings.topic("member-events")] = self.runtime.members
        self.by_topic[self.settings.topic("group-events")] = self.runtime.groups
        transport = self.transport
        assert isinstance(transport, Transport)
        transport.releases.append(self._release)
        self._place = asyncio.create_task(watch_place(self.runtime.flows, self.settings.stall_seconds))

    async def _release(self) -> None:
        """Let the flows finish. Faust writes an exception here into its log and goes on, and a worker that was asked to go then
        ended its loop but not its threads: it stayed for ever, with nothing that looked after it."""
        assert self.runtime is not None
        try:
            await self.runtime.release()
        except Exception as error:  # noqa: BLE001 - everything that is not expected ends the process
            end_by("giving partitions back", error)

    async def on_stop(self) -> None:
        await super().on_stop()
        if self._place is not None:
            self._place.cancel()
        if self.runtime is not None:
            await self.runtime.producer.stop()


def build_app(settings: Settings) -> App:
    """The app for `settings`; nothing is connected yet."""
    broker = ";".join(f"qunpulse://{server}" for server in settings.servers)
    app = App(
        settings.app_id,
        broker=broker,
        broker_credentials=faust_credentials(settings),
        datadir=str(Path(tempfile.gettempdir()) / f"{settings.app_id}-faust"),
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MS,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 4,
        broker_commit_interval=3600.0,  # flows commit; see streams.flow
        broker_commit_livelock_soft_timeout=7 * 86400.0,  # streams.watchdog looks at progress instead
        stream_processing_timeout=7 * 86400.0,
        stream_buffer_maxsize=16,  # chunks, not events
        stream_wait_empty=True,
        web_bind=settings.worker_host,
        web_host=settings.worker_host,
        web_port=settings.worker_port or free_port(),
        worker_redirect_stdouts=False,
        reply_create_topic=False,
    )
    app.settings = settings
    _add_agents(app, settings)
    _add_hooks(app)
    add_pages(app)
    return app


def _add_agents(app: App, settings: Settings) -> None:
    schema = ChunkSchema(allow_empty=True)
    inputs = app.topic(*(settings.topic(kind) for kind in KINDS), schema=schema)

    @app.agent(inputs, concurrency=1, name="intake")
    async def intake(chunks: AsyncIterable[Chunk]) -> None:
        await _drive(app, "intake", chunks)

    @app.agent(app.topic(settings.topic("member-events"), schema=schema), concurrency=1, name="members")
    async def members(chunks: AsyncIterable[Chunk]) -> None:
        await _drive(app, "members", chunks)

    @app.agent(app.topic(settings.topic("group-events"), schema=schema), concurrency=1, name="groups")
    async def groups(chunks: AsyncIterable[Chunk]) -> None:
        await _drive(app, "groups", chunks)


async def _drive(app: App, name: str, chunks: AsyncIterable[Chunk]) -> None:
    """Hand each chunk to the flow. No exception may leave an agent: it would be acknowledged and forgotten (F1)."""
    async for chunk in chunks:
        assert app.runtime is not None
        flow: Flow = getattr(app.runtime, name)
        try:
            await flow.take(chunk)
        except Exception as error:  # noqa: BLE001 - everything that is not expected ends the process
            end_by(
                f"agent {name} at {chunk.partition.topic}[{chunk.partition.partition}] {chunk.first}-{chunk.last}",
                error,
            )


def _add_hooks(app: App) -> None:
    async def on_assigned(_: Any, assigned: set[Any], **__: Any) -> None:
        assert app.runtime is not None
        as_chunk_consumer(app.consumer).listen()
        app.runtime.assign({Partition(tp.topic, tp.partition) for tp in assigned}, app.by_topic)

    app.on_partitions_assigned.connect(cast(Any, on_assigned), weak=False)

    @app.task  # type: ignore[untyped-decorator]
    async def tick() -> None:
        assert app.runtime is not None
        try:
            await app.runtime.tick_for_ever()
        except Exception as error:  # noqa: BLE001 - everything that is not expected ends the process
            end_by("timers and flushes", error)

    @app.task  # type: ignore[untyped-decorator]
    async def rules() -> None:
        assert app.runtime is not None
        try:
            await follow(app.settings, app.runtime.members.activate)
        except Exception as error:  # noqa: BLE001 - everything that is not expected ends the process
            end_by("activated rules", error)

    @app.task  # type: ignore[untyped-decorator]
    async def guard() -> None:
        await watch(app, app.settings.stall_seconds)

    @app.task  # type: ignore[untyped-decorator]
    async def memory() -> None:
        await keep_giving_back()

    @app.task  # type: ignore[untyped-decorator]
    async def topics() -> None:
        assert app.runtime is not None
        await watch_topics(as_chunk_consumer(app.consumer), app.runtime.flows)


_settings = load()
if not structlog.is_configured():  # started as `faust -A streams.app worker`, not by our own command
    set_up_logs(_settings.log_level)

app = build_app(_settings)
