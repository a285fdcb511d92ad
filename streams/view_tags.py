"""Tags of views: what the store says of members, told as events that set and clear tags (``tag.set``, ``tag.cleared``).

From time to time each view that the rules in use name is asked, and where it answers otherwise than its last word, the new one
goes to the topic ``join`` like any other event. So workers, tables and the API treat it as they treat a person's word.

**Nothing is kept but in the store.** What was last said is read from the events themselves, so a round that dies in the middle is
made good by the next. The id of an event is a function of the tag, the member, and the word before it: said twice, by one process
or by two, it is one event. What was said lately is not said again while it is on its way.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from models.rules import RuleError, RuleSet
from sinks.base import Engine
from sinks.clickhouse.view_words import Said, news, retired
from sinks.errors import SinkError
from sinks.metrics import METRICS, Metrics
from streams import activation
from streams.connection import connection
from streams.outbox import partition_of
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import Layout

log = structlog.get_logger(__name__)

ON_ITS_WAY_SECONDS: Final = 600.0
"""An event that the store has not seen after so long is told again."""


class Teller(Protocol):
    """Takes events; returns once the broker has confirmed all of them."""

    async def tell(self, events: list[dict[str, Any]]) -> None:
        """Raises `aiokafka.errors.KafkaError`: not confirmed."""


class Producing:
    """Tells events to the topic ``join``."""

    def __init__(self, settings: Settings, layout: Layout) -> None:
        self._settings = settings
        self._partitions = layout.partitions["join"]
        self._producer: AIOKafkaProducer | None = None

    async def tell(self, events: list[dict[str, Any]]) -> None:
        if self._producer is None:
            producer = AIOKafkaProducer(**connection(self._settings), acks="all")
            await producer.start()
            self._producer = producer
        topic = self._settings.topic("join")
        waiting = []
        for event in events:
            key = f"{event['brand_id']}\x1f{event['member_id']}".encode()
            value = json.dumps(event, ensure_ascii=False).encode()
            waiting.append(
                await self._producer.send(
                    topic, value, key=key, partition=partition_of(key, self._partitions)
                )
            )
        await asyncio.gather(*waiting)

    async def stop(self) -> None:
        """Let go of the connection."""
        if self._producer is not None:
            await self._producer.stop()


class ViewTags:
    """Asks the views that the rules in use name, and tells what is new."""

    def __init__(
        self,
        engine: Engine,
        rules: RuleSet,
        teller: Teller,
        most: int,
        *,
        clock: Callable[[], int] = wall_ms,
        metrics: Metrics = METRICS,
    ) -> None:
        """``most`` events are told in a round; ``clock`` gives ms since the epoch."""
        self._engine = engine
        self._rules = rules
        self._teller = teller
        self._most = most
        self._clock = clock
        self._metrics = metrics
        self._lately: dict[str, int] = {}
        self._failing = False

    def use(self, rules: RuleSet) -> None:
        """Ask by these rules from the next round on, unless they are older."""
        if rules.version > self._rules.version:
            self._rules = rules

    async def round(self) -> int | None:
        """Ask once and tell what is new; how many events that were, or none if the store or the broker failed."""
        started = time.monotonic()
        try:
            told = await self._round()
        except (SinkError, KafkaError) as error:
            self._metrics.view_rounds.labels(outcome="failed").inc()
            if not self._failing:
                log.warning("views cannot be asked, or their tags not told; tried again", error=str(error))
            self._failing = True
            return None
        self._failing = False
        self._metrics.view_rounds.labels(outcome="done").inc()
        self._metrics.view_seconds.observe(time.monotonic() - started)
        return told

    async def _round(self) -> int:
        now = self._clock()
        since = now - int(ON_ITS_WAY_SECONDS * 1000)
        self._lately = {id_: at for id_, at in self._lately.items() if at > since}
        found = await asyncio.to_thread(self._ask, now)
        events = [event_of(one, now) for one in found]
        if events:
            await self._teller.tell(events)
        for one, event in zip(found, events, strict=True):
            self._lately[event["event_id"]] = now
            self._metrics.view_changes.labels(tag=one.tag, change="entered" if one.holds else "left").inc()
        return len(events)

    def _ask(self, now: int) -> list[Said]:
        """New words that are not on their way, as many as a round may tell; blocks."""
        found: list[Said] = []
        views, most = self._rules.views, self._most + len(self._lately)
        for one in views:
            found += news(self._engine, one.tag, one.ask, one.by_hand == "outranks", now, most)
        found += retired(self._engine, [one.tag for one in views], most)
        return [one for one in found if event_id(one) not in self._lately][: self._most]

    async def run(self, seconds: float) -> None:
        """Ask for ever, so many seconds between two beginnings."""
        while True:
            started = time.monotonic()
            await self.round()
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - started)))


def event_id(one: Said) -> str:
    """Id of the event that tells it."""
    parts = json.dumps([one.brand_id, one.member_id, one.tag, one.holds, one.before], ensure_ascii=False)
    return f"view-{hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()}"


def event_of(one: Said, now: int) -> dict[str, Any]:
    """The event that tells it at ``now`` (ms), or right behind the word before."""
    return {
        "event_id": event_id(one),
        "kind": "join",
        "type": "tag.set" if one.holds else "tag.cleared",
        "ts": max(now, one.before_at + 1),
        "brand_id": one.brand_id,
        "member_id": one.member_id,
        "manual_tag": {"key": one.tag, "told_by": "view", "evidence": one.evidence},
    }


async def keep_telling(settings: Settings, layout: Layout, asking: ViewTags) -> None:
    """Ask for ever by the rules activated last, if any were; until these can be read, nothing is told."""
    while True:
        try:
            newest = await activation.active(settings, layout)
            if newest is not None:
                asking.use(newest.rules())
            break
        except (KafkaError, RuleError) as error:
            log.warning("activated rules cannot be read", error=str(error))
            await asyncio.sleep(activation.RETRY_SECONDS)
    await asking.run(settings.view_seconds)
