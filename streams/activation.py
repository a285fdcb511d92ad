"""Rules that are activated while workers run: one compacted topic, one record, the newest rule file.

``qunpulse rules activate`` writes it; every worker follows it and judges its members anew, some at each tick. What a worker has
judged is in each state (`rules`, the version that judged last), so a restart in the middle goes on where it was.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from models.rules import RuleError, RuleSet, compile_rules
from streams.connection import connection
from streams.settings import Settings
from streams.topics import Layout
from streams.whole_topic import read_partitions

log = structlog.get_logger(__name__)

TOPIC: Final = "rules"
KEY: Final = b"active"
PARTITION: Final = 0
RETRY_SECONDS: Final = 5.0


class Activated(msgspec.Struct, frozen=True):
    """A rule file as it was activated."""

    version: int
    name: str
    text: str
    format: int = 1

    def rules(self) -> RuleSet:
        """The rules, compiled.

        Raises:
            models.rules.RuleError: this program knows fewer words than the one that activated them.
        """
        return compile_rules(self.text, self.name)


class NotActivated(ValueError):
    """A rule file that may not be activated; the text says why."""


def read(value: bytes) -> Activated:
    """A record of the topic."""
    return msgspec.json.decode(value, type=Activated)


async def active(settings: Settings, layout: Layout) -> Activated | None:
    """The rules that were activated last, if any were.

    Raises:
        aiokafka.errors.KafkaError: no broker answers.
    """
    found: Activated | None = None
    if layout.partitions.get(TOPIC):
        async for record in read_partitions(settings, [TopicPartition(settings.topic(TOPIC), PARTITION)]):
            found = read(record.value)
    return found


async def activate(settings: Settings, layout: Layout, text: str, name: str, running: int) -> Activated:
    """Write a rule file to the topic, once it is known to be whole and newer than what is active.

    `running` is the version of the rules that the workers start with.

    Raises:
        models.rules.RuleError: the file has an error.
        NotActivated: its version is not above the one in use.
        aiokafka.errors.KafkaError: no broker answers, or it does not confirm.
    """
    new = Activated(compile_rules(text, name).version, name, text)
    before = await active(settings, layout)
    least = max(running, 0 if before is None else before.version)
    if new.version <= least:
        raise NotActivated(f"{name}: version {new.version} is in use or older; raise it above {least}")
    producer = AIOKafkaProducer(**connection(settings), acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(
            settings.topic(TOPIC), msgspec.json.encode(new), key=KEY, partition=PARTITION
        )
    finally:
        await producer.stop()
    return new


async def follow(settings: Settings, use: Callable[[RuleSet], Any]) -> None:
    """Hand every newly activated rule file to `use`, for ever; a broker that is away is asked again."""
    partition = TopicPartition(settings.topic(TOPIC), PARTITION)
    while True:
        consumer = AIOKafkaConsumer(
            **connection(settings), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        try:
            await consumer.start()
            consumer.assign([partition])
            async for record in consumer:
                _take(record.value, use)
        except KafkaError as error:
            log.warning("activated rules cannot be read", error=str(error))
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            await consumer.stop()


def _take(value: bytes | None, use: Callable[[RuleSet], Any]) -> None:
    if value is None:
        return
    try:
        use(read(value).rules())
    except (RuleError, msgspec.MsgspecError) as error:
        log.error("activated rules cannot be used; those before them stay", error=str(error))
