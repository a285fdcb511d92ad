"""Dead letters as they are on their topic, which is the truth: each with the status that was told last.

Letters are read openly, whatever later version wrote them: what is not known here is carried along when one is marked.
"""

import base64
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from schemas.times import to_ms
from streams.settings import Settings
from streams.topics import Layout
from streams.whole_topic import read_topic

_SPANS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Letter(msgspec.Struct, frozen=True):
    """A dead letter as the commands see it; fields as in `schemas.facts.DeadLetter`."""

    topic: str
    partition: int
    offset: int
    stage: str
    reason: str
    value_size: int
    value_sha256: str
    failed_at: int
    detail: str = ""
    timestamp: int | None = None
    key_base64: str | None = None
    value_base64: str | None = None
    app_version: str = ""
    status: str = "new"
    status_at: int | None = None
    replay_of: str | None = None
    replays: int = 0
    raw: bytes = b""
    """The record's own bytes."""

    @property
    def id(self) -> str:
        """``topic:partition:offset``, as the commands name it."""
        return f"{self.topic}:{self.partition}:{self.offset}"

    @property
    def key(self) -> bytes:
        """Key of its record."""
        return f"{self.topic}|{self.partition}|{self.offset}".encode()

    @property
    def value(self) -> bytes:
        """The original bytes, as far as they were kept."""
        return base64.b64decode(self.value_base64 or "")

    @property
    def original_key(self) -> bytes | None:
        return None if self.key_base64 is None else base64.b64decode(self.key_base64)

    @property
    def whole(self) -> bool:
        """All of the original bytes were kept."""
        return len(self.value) == self.value_size

    def plain(self) -> dict[str, Any]:
        """The letter as a JSON object, with the original as text where it is text."""
        told: dict[str, Any] = msgspec.json.decode(self.raw)
        try:
            text: str | None = self.value.decode()
        except UnicodeDecodeError:
            text = None
        return {"id": self.id, **told, "status": self.status, "status_at": self.status_at, "text": text}


_decode = msgspec.json.Decoder(Letter).decode
_decode_any = msgspec.json.Decoder().decode


@dataclass
class Found:
    """All letters in the order in which they failed, and how many records of the topic are no letters."""

    letters: list[Letter]
    unreadable: int = 0


async def read_letters(settings: Settings, layout: Layout) -> Found:
    """The letters on the topic, each once.

    A letter that is told again after it was marked (its source was read a second time) keeps its mark.

    Raises:
        aiokafka.errors.KafkaError: no broker answers.
    """
    held: dict[tuple[str, int, int, str], Letter] = {}
    unreadable = 0
    async for record in read_topic(settings, layout, "dead-letters"):
        if record.value is None:
            continue
        try:
            letter = msgspec.structs.replace(_decode(record.value), raw=record.value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            unreadable += 1
            continue
        identity = letter.topic, letter.partition, letter.offset, letter.value_sha256
        if identity not in held or letter.status != "new":
            held[identity] = letter
    return Found(sorted(held.values(), key=lambda letter: (letter.failed_at, letter.id)), unreadable)


@dataclass(frozen=True)
class Filter:
    """Which letters are meant; what is empty or None lets all pass. Times are ms, of the failure."""

    reasons: Collection[str] = ()
    stages: Collection[str] = ()
    topics: Collection[str] = ()
    """Full names, or names without the prefix."""
    statuses: Collection[str] = ()
    ids: Collection[str] = ()
    member: str | None = None
    since: int | None = None
    until: int | None = None
    limit: int | None = None
    prefix: str = ""

    @property
    def everything(self) -> bool:
        """Nothing but a status or a limit narrows it down."""
        return not (
            self.reasons or self.stages or self.topics or self.ids or self.member or self.since or self.until
        )

    def choose(self, letters: Iterable[Letter]) -> list[Letter]:
        """The letters meant, the first `limit` of them."""
        chosen = [letter for letter in letters if self._means(letter)]
        return chosen if self.limit is None else chosen[: self.limit]

    def _means(self, letter: Letter) -> bool:
        short = letter.topic.removeprefix(self.prefix)
        return (
            (not self.reasons or letter.reason in self.reasons)
            and (not self.stages or letter.stage in self.stages)
            and (not self.topics or letter.topic in self.topics or short in self.topics)
            and (not self.statuses or letter.status in self.statuses)
            and (not self.ids or letter.id in self.ids)
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
            and (self.member is None or names_member(letter.value, self.member))
        )


def member_of(raw: bytes) -> str | None:
    """The member that bytes name, if they can be read at all."""
    try:
        read = _decode_any(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = read.get("member_id") if isinstance(read, dict) else None
    return found if isinstance(found, str) else None


def names_member(raw: bytes, member: str) -> bool:
    """Whether bytes are about `member`: by their field, or, where they cannot be read, because the id stands in them."""
    try:
        read = _decode_any(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return mentions(raw, member)
    if not isinstance(read, dict):
        return mentions(raw, member)
    return bool(read.get("member_id") == member)


def mentions(raw: bytes, member: str) -> bool:
    """Whether the id stands in `raw` as a word of its own, in plain UTF-8 or escaped as JSON may."""
    spellings = {member.encode(), msgspec.json.encode(member)[1:-1], ascii(member)[1:-1].encode()}
    return any(re.search(rb"(?<![\w-])" + re.escape(one) + rb"(?![\w-])", raw) for one in spellings)


def moment(text: str, now: int) -> int:
    """A time that a person typed, ms: RFC 3339 with a zone, or how long ago, as in ``90s``, ``30m``, ``2h``, ``7d``.

    Raises:
        ValueError: it is neither.
    """
    if span := re.fullmatch(r"(\d{1,9})([smhd])", text):
        return now - int(span[1]) * _SPANS[span[2]]
    try:
        return to_ms(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no time: {error}; 2026-01-05T09:00:00+08:00, or 2h for two hours ago"
        ) from None


def told(ms: int | None) -> str:
    """A time for reading, UTC."""
    return "" if ms is None else f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
