"""The consumer of a sink: in a group of its own, and as patient as what it delivers to may be slow."""

from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from streams.connection import connection
from streams.fetch_wait import IDLE_MS
from streams.settings import Settings

PATIENCE_MS: Final = 86_400_000
"""Longest time between two fetches: what is down for hours must not cost the assignment."""


def patient_consumer(settings: Settings, name: str, **more: Any) -> AIOKafkaConsumer:
    """A consumer of the group ``APP-name`` that commits nothing by itself; `more` goes to aiokafka as it stands."""
    return AIOKafkaConsumer(
        **connection(settings),
        group_id=f"{settings.app_id}-{name}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=int(settings.session_seconds * 1000),
        heartbeat_interval_ms=int(settings.session_seconds * 250),
        max_poll_interval_ms=PATIENCE_MS,
        fetch_max_wait_ms=IDLE_MS,
        **more,
    )
