"""What a receiver refuses, and what is no alert, as dead letters."""

from typing import Any

import structlog
from aiokafka import TopicPartition

from schemas.facts import to_json
from sinks.metrics import METRICS
from streams.letters import Bare, Stage, dead_letter
from streams.notify.ledger import Entry
from streams.outbox import Outbox
from streams.runtime import wall_ms

log = structlog.get_logger(__name__)


class NoticeLetters:
    """Dead letters of one receiver; they go out with its ledger, before the offset is committed."""

    def __init__(self, topic: str, receiver: str, outbox: Outbox) -> None:
        """`topic` is the full name of ``dead-letters``."""
        self._topic = topic
        self._receiver = receiver
        self._outbox = outbox

    def refused(self, partition: TopicPartition, entry: Entry, why: str) -> None:
        """The receiver will never take the latest version of an alert."""
        METRICS.notify_refused.labels(receiver=self._receiver).inc()
        log.warning(
            "a receiver refused an alert", receiver=self._receiver, alert=entry.alert.alert_id, why=why
        )
        key = f"{entry.alert.brand_id}|{entry.alert.member_id or entry.alert.group_id}".encode()
        self._put(partition, Bare(entry.offset, entry.raw, key), "sink", "refused", why)

    def unreadable(self, partition: TopicPartition, record: Any, why: str) -> None:
        """A record on ``alerts`` is none."""
        origin = Bare(record.offset, record.value, record.key, record.timestamp)
        self._put(partition, origin, "read", "not_an_alert", why)

    def _put(self, partition: TopicPartition, origin: Bare, stage: Stage, reason: str, why: str) -> None:
        METRICS.dead_letters.labels(stage=stage, reason=reason).inc()
        letter = dead_letter(
            partition.topic, partition.partition, origin, stage, reason, f"{self._receiver}: {why}", wall_ms()
        )
        self._outbox.put(self._topic, letter.key(), to_json(letter))
