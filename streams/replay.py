"""Sending files of events to the input topics: each line as it stands, to the topic that its kind names."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from kafka import KafkaProducer

from schemas.errors import ContractError
from schemas.rows import KINDS
from schemas.times import to_ms
from streams.intake import END_HEADER
from streams.outbox import partition_of

LINES_PER_STEP = 1_000
"""Lines between two reports of progress: asking a file for its position costs more than reading a line."""


class _Peek(msgspec.Struct):
    """What routing needs of a line; any type passes, since judging is intake's work."""

    kind: Any = None
    brand_id: Any = None
    member_id: Any = None
    group_id: Any = None
    event_id: Any = None
    ts: Any = None


_peek = msgspec.json.Decoder(_Peek).decode


@dataclass(frozen=True)
class Line:
    """A line and where it goes. `ts` is its event time, ms, or None when it has none that can be read."""

    raw: bytes
    kind: str
    key: bytes
    ts: int | None
    event_id: str | None


def read_line(raw: bytes) -> Line:
    """Route a line; one that names no kind goes to the first topic, where intake makes it a dead letter."""
    try:
        peek = _peek(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Line(raw, KINDS[0], raw[:64], None, None)
    kind = peek.kind if isinstance(peek.kind, str) and peek.kind in KINDS else KINDS[0]
    who = next((x for x in (peek.member_id, peek.group_id, peek.event_id) if isinstance(x, str)), "")
    event_id = peek.event_id if isinstance(peek.event_id, str) else None
    return Line(
        raw,
        kind,
        f"{peek.brand_id or 'default'}\x1f{who}".encode("utf-8", "replace"),
        _time(peek.ts),
        event_id,
    )


def _time(value: object) -> int | None:
    try:
        return to_ms(value)
    except (ContractError, ValueError, TypeError):
        return None


def read_lines(files: Iterable[Path], advanced: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Lines of JSON Lines files, `.gz` too, without their ends; blank lines are none. `advanced` hears of bytes read."""
    for file in files:
        with file.open("rb") as plain:
            stream: BinaryIO = gzip.open(plain) if file.suffix == ".gz" else plain  # type: ignore[assignment]  # noqa: SIM115 - over `plain`
            before = 0
            for number, line in enumerate(stream):
                stripped = line.strip(b"\r\n")
                if stripped.strip():
                    yield stripped
                if number % LINES_PER_STEP == 0:
                    advanced(plain.tell() - before)
                    before = plain.tell()
            advanced(plain.tell() - before)


def send_files(files: list[Path], loader: "Loader", progress: Callable[[float], None]) -> None:
    """Send every line of `files`; `progress` hears of the share of bytes read."""
    size, read = max(1, sum(file.stat().st_size for file in files)), 0

    def advanced(count: int) -> None:
        nonlocal read
        read += count
        progress(read / size)

    for raw in read_lines(files, advanced):
        loader.send(read_line(raw))


@dataclass
class Sent:
    """What was sent and confirmed."""

    lines: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)


class Loader:
    """Sends lines and remembers, per partition, the offset behind the last one."""

    def __init__(
        self, producer: KafkaProducer, topics: dict[str, str], partitions: dict[str, int], *, now: int | None
    ) -> None:
        """`topics` and `partitions` are by kind.

        `now` (ms) gives each record its event's time, for a replay by it; an event after `now` gets the time of the one
        before, so that a wrong clock cannot carry the stream's time away. None leaves the time to the broker.
        """
        self._producer = producer
        self._topics = topics
        self._partitions = partitions
        self._now = now
        self._latest = 0
        self._unconfirmed: list[Any] = []
        self.sent = Sent()

    def send(self, line: Line) -> None:
        """Send a line."""
        if self._now is not None and line.ts is not None and line.ts <= self._now:
            stamp: int | None = line.ts
            self._latest = max(self._latest, line.ts)
        else:
            stamp = None if self._now is None else self._latest
        partition = partition_of(line.key, self._partitions[line.kind])
        self._post(line.kind, partition, line.key, line.raw, stamp, [])
        self.sent.lines += 1
        self.sent.by_kind[line.kind] += 1
        if line.event_id is not None:
            self.sent.ids.add(line.event_id)

    def end(self) -> None:
        """End every partition: what waits for it goes on without."""
        for kind, count in self._partitions.items():
            for partition in range(count):
                self._post(kind, partition, None, b"", self._latest, [(END_HEADER, b"1")])

    def flush(self) -> Sent:
        """Wait until everything is confirmed.

        Raises:
            kafka.errors.KafkaError: a record was not.
        """
        self._producer.flush()
        self._confirm()
        return self.sent

    def _post(
        self, kind: str, partition: int, key: bytes | None, raw: bytes, stamp: int | None, headers: list[Any]
    ) -> None:
        self._unconfirmed.append(
            self._producer.send(
                self._topics[kind],
                value=raw,
                key=key,
                partition=partition,
                timestamp_ms=None if stamp is None else max(0, stamp),
                headers=headers,
            )  # fmt: skip
        )
        if len(self._unconfirmed) >= 20_000:
            self._confirm()

    def _confirm(self) -> None:
        for pending in self._unconfirmed:
            done = pending.get(timeout=60)
            where = (done.topic, done.partition)
            self.sent.ends[where] = max(self.sent.ends.get(where, 0), done.offset + 1)
        self._unconfirmed.clear()
