"""The sink process: delivery to the store, and the HTTP API on top of it.

One process because the embedded store allows one owner; with a server it may run as often as there are partitions.
"""

import asyncio
import random
import time
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import structlog
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError as AIOKafkaError
from kafka.errors import KafkaError

from models.calendar import Calendar
from models.rules import RuleSet
from schemas.rows import KINDS, decode_rows, source_number
from sinks.base import Engine
from sinks.clickhouse.backoff import backoff
from sinks.clickhouse.driver import DriverEngine
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.errors import SinkMisconfigured, SinkUnavailable
from sinks.http.api import build_api
from sinks.http.feed import Fact, FactFeed, FactKind
from sinks.http.guard import check_bind
from sinks.http.health import Board
from sinks.http.server import build_server
from sinks.http.tables import TableStore
from sinks.http.tokens import Tokens
from sinks.metrics import METRICS
from streams import activation
from streams.connection import ConnectionMisconfigured, connection, explained
from streams.decisions import member_params, rule_set
from streams.deliver import Delivery
from streams.drained import committed_offsets
from streams.episodes import OpenEpisodes
from streams.fatal import EXIT_CONFIG, end_process
from streams.freshness import Freshness
from streams.give_back import keep_giving_back
from streams.letters import APP_VERSION
from streams.rulebook import InUse
from streams.settings import Settings
from streams.stopping import stop_asked
from streams.topics import Layout, TopicsWrong, checked_layout
from streams.view_tags import Producing, ViewTags, keep_telling

log = structlog.get_logger(__name__)

FEED: dict[str, FactKind] = {
    "tag_changes": "tag-change", "alerts": "alert", "group_stats": "group-stats", "member_profiles": "member-profile",
}  # fmt: skip
"""Event names of the stream, by table."""

FRESH_SECONDS = 0.5

STORE_SECONDS = 15.0
"""Longest pause between two looks at a store that is not up when the sink starts."""

EPISODES_SECONDS = 15.0
"""Between two counts of open episodes: as often as Prometheus looks."""


def open_engine(settings: Settings) -> Engine:
    """The store that the settings name.

    Raises:
        SinkMisconfigured: the address is of no known kind, or the embedded store is held by another process.
    """
    if settings.clickhouse.startswith("chdb://"):
        return EmbeddedEngine(settings.clickhouse.removeprefix("chdb://"))
    secret = settings.clickhouse_password
    return DriverEngine(
        settings.clickhouse
        if secret is None
        else _with_password(settings.clickhouse, secret.get_secret_value())
    )


def _with_password(address: str, password: str) -> str:
    """The address with the password that was given apart from it."""
    parts = urlsplit(address)
    user = parts.username or "default"
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))


class SinkProcess:
    """Wires delivery, feed, board and API."""

    def __init__(self, settings: Settings, engine: Engine, views: Engine, layout: Layout) -> None:
        """``views`` is the store once more, for questions that take long; the embedded one is the same."""
        token = None if settings.api_token is None else settings.api_token.get_secret_value()
        tokens = Tokens(token, settings.api_tokens_file, lambda text: log.warning("tokens", said=text))
        check_bind(settings.api_host, tokens.guarded)
        self._settings = settings
        self._feed = FactFeed()
        self._board = Board()
        sources = [source_number(kind, number) for kind in KINDS for number in range(layout.partitions[kind])]
        self._member_events = [
            TopicPartition(settings.topic("member-events"), number)
            for number in range(layout.partitions["member-events"])
        ]
        self._fresh = Freshness(sources, len(self._member_events))
        log_id = settings.log_id or layout.cluster_id
        self._episodes = OpenEpisodes(engine)
        self._delivery = Delivery(settings, Writer(engine, log_id), self._told, self._store_state)
        self._layout = layout
        rules = rule_set(settings)
        self._rules = InUse(engine, member_params(settings), rules, Calendar(settings.timezone))
        self._teller = Producing(settings, layout)
        self._views = ViewTags(views, rules, self._teller, settings.view_events)
        self._rules_topic = bool(layout.partitions.get(activation.TOPIC))
        api = build_api(
            TableStore(engine), self._feed, self._board, tokens, rules=self._rules, rate=settings.api_rate
        )
        self._server = build_server(api, settings.api_host, settings.api_port)

    def _store_state(self, ok: bool, detail: str) -> None:
        self._board.check("store", ok, detail)

    def _told(self, table: str, records: list[Any]) -> None:
        METRICS.sink_lag.labels(table=table).set(max(0.0, time.time() - records[-1].timestamp / 1000))
        if table == "events":
            for record in records:
                rows = decode_rows(record.value)
                self._fresh.heard(record.partition, record.offset, rows)
                self._board.stored(len(rows.rows))
        elif table in FEED:
            kind = FEED[table]
            self._feed.publish(
                Fact(kind, record.key.decode().split("|", 1)[0], record.value)
                for record in records
                if record.value
            )

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        stop = stop_asked()
        METRICS.build_info.info({"version": APP_VERSION})
        self._board.check("store", True)
        self._board.check("kafka", False, "not connected yet")
        tasks = [
            asyncio.create_task(self._delivery.run(), name="delivery"),
            asyncio.create_task(self._server.serve(), name="http"),
            asyncio.create_task(self._keep_fresh(), name="freshness"),
            asyncio.create_task(self._count_episodes(), name="episodes"),
            asyncio.create_task(keep_giving_back(), name="memory"),
        ]
        if self._rules_topic:
            tasks.append(asyncio.create_task(activation.follow(self._settings, self._use), name="rules"))
        if self._settings.clock == "wall":
            telling = keep_telling(self._settings, self._layout, self._views)
            tasks.append(asyncio.create_task(telling, name="tags of views"))
        ending = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([ending, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {ending}:
            end_process(f"{task.get_name()} has ended: {task.exception()!r}", task.exception())
        self._feed.close()
        self._server.should_exit = True
        for task in tasks:
            if task.get_name() != "http":
                task.cancel()
        await asyncio.wait(tasks, timeout=4)
        await self._teller.stop()

    def _use(self, rules: RuleSet) -> None:
        self._rules.use(rules)
        self._views.use(rules)

    async def _count_episodes(self) -> None:
        while True:
            await asyncio.to_thread(self._episodes.refresh)
            await asyncio.sleep(EPISODES_SECONDS)

    async def _keep_fresh(self) -> None:
        admin = AIOKafkaAdminClient(**connection(self._settings))
        await admin.start()
        while True:
            await asyncio.sleep(FRESH_SECONDS)
            self._board.check(
                "kafka", self._delivery.assigned, "" if self._delivery.assigned else "no partition assigned"
            )
            if self._delivery.assigned:
                with suppress(
                    AIOKafkaError
                ):  # a broker that does not answer: the answers grow old, and say so
                    await self._look_at_freshness(admin)

    async def _look_at_freshness(self, admin: AIOKafkaAdminClient) -> None:
        offsets = await committed_offsets(admin, self._settings.app_id, self._member_events)
        self._fresh.committed({tp.partition: offset for tp, offset in offsets.items()})
        as_of = self._fresh.as_of(self._delivery.unread_since())
        if as_of is not None:
            self._board.reached(as_of / 1000)


def run_sink(settings: Settings) -> None:
    """Run the sink process; migrations first, waiting for a store that is not up yet."""
    try:
        layout = checked_layout(settings)
        engine = open_engine(settings)
        views = engine if isinstance(engine, EmbeddedEngine) else open_engine(settings)
        _migrate(engine, settings.timezone)
        process = SinkProcess(settings, engine, views, layout)
    except (TopicsWrong, ConnectionMisconfigured, SinkMisconfigured, ValueError, OSError) as error:
        end_process(str(error), code=EXIT_CONFIG)
    except KafkaError as error:
        text, code = explained(settings, error)
        end_process(text, code=code)
    try:
        asyncio.run(process.run())
    finally:
        engine.close()
        views.close()


def _migrate(engine: Engine, zone: str) -> None:
    for attempt in count():
        try:
            for name in migrate(engine, zone=zone):
                log.info("migrated", migration=name)
        except SinkUnavailable as error:
            pause = min(STORE_SECONDS, backoff(attempt, random.random(), error.retry_after))
            log.warning("the store is not up", error=str(error), retry_in=round(pause, 1))
            time.sleep(pause)
        else:
            return
