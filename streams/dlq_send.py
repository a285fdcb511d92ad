"""Dead letters sent again, or marked as dropped.

A letter is marked by telling it again on its own topic, with its key and the new status, after the record that it was
sent again as was confirmed. A crash in between leaves it unmarked; sent a second time, its ``event_id`` is a repeat and
the pipeline drops it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaProducer

from schemas.errors import ContractError
from schemas.events import parse_event
from schemas.rows import KINDS
from schemas.topics import TOPICS
from streams.connection import connection
from streams.dlq import Letter, told
from streams.dlq_edit import CannotEdit, Edit
from streams.letters import REPLAY_OF, REPLAYS
from streams.outbox import partition_of
from streams.settings import Settings
from streams.topics import Layout

MAX_REPLAYS: Final = 3
"""A record that has come back so often does not go again without being asked for: nothing goes round for ever."""


@dataclass
class Outcome:
    """What was done with each letter, and why not."""

    done: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def plain(self, word: str) -> dict[str, Any]:
        """As a JSON object; `word` says what was done."""
        return {
            "matched": len(self.done) + len(self.skipped),
            word: len(self.done),
            "skipped": len(self.skipped),
            "why": dict(Counter(why.partition(":")[0] for why in self.skipped.values())),
            "letters": [{"id": one, "outcome": word} for one in self.done]
            + [{"id": one, "outcome": "skipped", "why": why} for one, why in self.skipped.items()],
        }


@dataclass(frozen=True)
class How:
    """How letters are sent again."""

    edit: Edit = Edit()
    again: bool = False
    """Also what was replayed or dropped before, or came back too often."""
    force: bool = False
    """Also what would be refused again."""
    reroute: bool = False
    """To the topic that the event's kind names, instead of the one that it came from."""
    dry_run: bool = False


class Sender:
    """Sends letters' originals, and marks letters. Use as an asynchronous context manager."""

    def __init__(self, settings: Settings, layout: Layout, now: int) -> None:
        """`now` is ms since the epoch."""
        self._settings = settings
        self._layout = layout
        self._now = now
        self._kinds = {settings.topic(kind): kind for kind in KINDS}
        self._names = {
            settings.topic(topic.name): topic.name for topic in TOPICS if topic.role in ("input", "output")
        }
        self._producer: Any = None

    async def __aenter__(self) -> "Sender":
        self._producer = AIOKafkaProducer(
            **connection(self._settings), acks="all", max_request_size=4_194_304
        )
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def replay(self, letters: Sequence[Letter], how: How) -> Outcome:
        """Send originals to the topics that they came from.

        Raises:
            aiokafka.errors.KafkaError: the broker did not confirm; letters before that one are sent and marked.
        """
        outcome = Outcome()
        for letter in letters:
            why = _not_sendable(letter, how)
            raw, topic = letter.value, letter.topic
            if why is None:
                try:
                    raw = how.edit.apply(raw)
                    topic = self._target(letter, raw, how)
                    self._check(raw, topic, how)
                except (CannotEdit, _Refused) as error:
                    why = str(error)
            if why is not None:
                outcome.skipped[letter.id] = why
                continue
            if not how.dry_run:
                await self._send(letter, raw, topic)
                await self._mark(letter, "replayed")
            outcome.done.append(letter.id)
        return outcome

    async def drop(self, letters: Sequence[Letter], *, dry_run: bool = False) -> Outcome:
        """Mark letters as dropped: nobody need look at them again. Their bytes stay until retention takes them.

        Raises:
            aiokafka.errors.KafkaError: the broker did not confirm.
        """
        outcome = Outcome()
        for letter in letters:
            if letter.status == "dropped":
                outcome.skipped[letter.id] = f"dropped already: at {told(letter.status_at)}"
                continue
            if not dry_run:
                await self._mark(letter, "dropped")
            outcome.done.append(letter.id)
        return outcome

    def _target(self, letter: Letter, raw: bytes, how: How) -> str:
        if letter.topic not in self._names:
            raise _Refused("unknown topic: nothing of ours reads what it came from")
        if not how.reroute:
            return letter.topic
        try:
            kind = parse_event(raw, self._now, None, self._settings.max_event_bytes).kind
        except ContractError as error:
            raise _Refused(f"would be refused again: {error}") from None
        return self._settings.topic(kind)

    def _check(self, raw: bytes, topic: str, how: How) -> None:
        kind = self._kinds.get(topic)
        if kind is None or how.force:
            return
        ahead = self._settings.max_ahead_seconds * 1000
        try:
            parse_event(raw, self._now, kind, self._settings.max_event_bytes, ahead)
        except ContractError as error:
            raise _Refused(f"would be refused again: {error}") from None

    async def _send(self, letter: Letter, raw: bytes, topic: str) -> None:
        partitions = self._layout.partitions[self._names[topic]]
        same = topic == letter.topic and letter.partition < partitions
        key = letter.original_key
        await self._producer.send_and_wait(
            topic,
            value=raw,
            key=key,
            partition=letter.partition if same else partition_of(key or letter.key, partitions),
            # where the stream's own time is the clock, a record of now would carry it away
            timestamp_ms=letter.timestamp if self._settings.clock == "stream" else None,
            headers=[(REPLAY_OF, letter.key), (REPLAYS, str(letter.replays + 1).encode())],
        )

    async def _mark(self, letter: Letter, status: str) -> None:
        marked = msgspec.json.decode(letter.raw) | {"status": status, "status_at": self._now}
        name = "dead-letters"
        await self._producer.send_and_wait(
            self._settings.topic(name),
            value=msgspec.json.encode(marked),
            key=letter.key,
            partition=partition_of(letter.key, self._layout.partitions[name]),
        )


class _Refused(Exception):
    """The letter is not sent; the text says why."""


def _not_sendable(letter: Letter, how: How) -> str | None:
    """Why a letter cannot be sent again as it stands, or None."""
    if not letter.whole:
        return f"not whole: only the first {len(letter.value)} of {letter.value_size} bytes were kept"
    if how.again:
        return None
    if letter.status != "new":
        return f"{letter.status} already: at {told(letter.status_at)}"
    if letter.replays >= MAX_REPLAYS:
        return f"came back too often: sent again {letter.replays} times"
    return None
