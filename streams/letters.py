"""Making a dead letter: the reason, where the record stood, and its original bytes; and how many are too many."""

import base64
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, Literal, Protocol

from schemas.facts import DeadLetter, to_json
from sinks.metrics import METRICS
from streams.outbox import Outbox

APP_VERSION = version("qunpulse")

KEPT_BYTES = 262_144
"""Original bytes kept in full up to this size, the limit of an event; of larger ones the first KiB, size and hash."""

HEAD_BYTES = 1024

REPLAY_OF: Final = "qunpulse-replay-of"
"""Header of a record that was sent again from a dead letter: the letter's key."""

REPLAYS: Final = "qunpulse-replays"
"""Header beside it: how many times that record has been sent again by now."""

WINDOW_SECONDS: Final = 60


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


class TooManyLetters(Exception):
    """So much of a topic ends as dead letters that something is wrong with what is sent, or with what we expect."""


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
    replay_of, replays = _replayed(getattr(record, "headers", None) or ())
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
        replay_of=replay_of,
        replays=replays,
    )


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _replayed(headers: Iterable[tuple[str, bytes]]) -> tuple[str | None, int]:
    """Which letter a record was sent again from, and how many times; anybody may have written the headers."""
    found = dict(headers)
    count = found.get(REPLAYS, b"")
    if REPLAY_OF not in found or not count.isdigit() or len(count) > 6:
        return None, 0
    return found[REPLAY_OF].decode("utf-8", "replace")[:500], int(count)


class Limit:
    """Letters and records of the last minute, by topic."""

    def __init__(self, most: int, share: float, clock: Callable[[], float] = time.monotonic) -> None:
        """More than `most` letters of a topic within a minute are too many once they are more than `share` of its
        records; 0 for `most` is no limit. `clock` gives seconds."""
        self._most = most
        self._share = share
        self._clock = clock
        self._seconds: dict[str, deque[list[int]]] = {}

    def taken(self, topic: str, records: int) -> None:
        """So many records of `topic` are being worked on."""
        self._now(topic)[2] += records

    def letter(self, topic: str, reason: str, detail: str) -> None:
        """One of them became a dead letter.

        Raises:
            TooManyLetters: that is too many.
        """
        self._now(topic)[1] += 1
        _, letters, records = map(sum, zip(*self._seconds[topic], strict=True))
        if 0 < self._most < letters and letters > self._share * records:
            raise TooManyLetters(
                f"{letters} of {records} records of {topic} within a minute are dead letters, more than "
                f"QUNPULSE_MAX_DEAD_LETTERS={self._most} and QUNPULSE_MAX_DEAD_LETTER_SHARE={self._share:g} allow; "
                f"the last: {reason}: {detail[:200]}. Repair the producer, or raise the limit to let them pass"
            )

    def _now(self, topic: str) -> list[int]:
        second = int(self._clock())
        seconds = self._seconds.setdefault(topic, deque())
        while seconds and seconds[0][0] <= second - WINDOW_SECONDS:
            seconds.popleft()
        if not seconds or seconds[-1][0] != second:
            seconds.append([second, 0, 0])
        return seconds[-1]


class Letters:
    """Where a flow puts its dead letters; they are delivered with the flush, before its offsets are committed."""

    def __init__(self, topic: str, limit: Limit) -> None:
        """`topic` is the full name of ``dead-letters``."""
        self._topic = topic
        self._limit = limit

    def taken(self, topic: str, records: int) -> None:
        """So many records of `topic` are being worked on; see `Limit`."""
        self._limit.taken(topic, records)

    def put(self, outbox: Outbox, letter: DeadLetter, counted: str | None = None) -> None:
        """Put a letter into `outbox`; it counts for the topic `counted`, or for the one that it came from.

        Raises:
            TooManyLetters: the limit is passed; nothing of the flush that this belongs to may be committed.
        """
        METRICS.dead_letters.labels(stage=letter.stage, reason=letter.reason).inc()
        self._limit.letter(counted or letter.topic, letter.reason, letter.detail)
        outbox.put(self._topic, letter.key(), to_json(letter))
