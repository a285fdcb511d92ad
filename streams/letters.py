"""Making a dead letter: the reason, where the record stood, and its original bytes."""

import base64
import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal, Protocol

from schemas.facts import DeadLetter

APP_VERSION = version("qunpulse")

KEPT_BYTES = 262_144
"""Original bytes kept in full up to this size, the limit of an event; of larger ones the first KiB, size and hash."""

HEAD_BYTES = 1024


Stage = Literal["decode", "contract", "read", "model", "sink"]
"""Where an event was refused."""


class Origin(Protocol):
    """What is needed of the record."""

    @property
    def offset(self) -> int: ...

    @property
    def timestamp(self) -> int: ...

    @property
    def key(self) -> bytes | None: ...

    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True)
class Bare:
    """An origin of which only the place and the bytes are known: a row, no record."""

    offset: int
    value: bytes
    key: bytes | None = None
    timestamp: int = 0


def dead_letter(
    topic: str, partition: int, record: Origin, stage: Stage, reason: str, detail: str, now: int
) -> DeadLetter:
    """Dead letter for `record` of `topic`; `now` is ms since the epoch."""
    value = record.value
    kept = value if value is None or len(value) <= KEPT_BYTES else value[:HEAD_BYTES]
    return DeadLetter.model_construct(
        topic=topic,
        partition=partition,
        offset=record.offset,
        timestamp=record.timestamp,
        stage=stage,
        reason=reason,
        detail=detail[:1000],
        key_base64=_base64(record.key and record.key[:HEAD_BYTES]),
        value_base64=_base64(kept),
        value_size=len(value or b""),
        value_sha256=hashlib.sha256(value or b"").hexdigest(),
        app_version=APP_VERSION,
        failed_at=now,
    )


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()
