"""``qunpulse replay --embedded``: the whole pipeline over files, until everything is in the store.

What is in the store afterwards is a function of the *set* of events that it has ever been given: the broker of a replay
is memory only, so events stored by earlier replays are sent again behind those of the files (each once), and the workers, who
take events in the order of their time, come to the same state as if all files had been replayed together.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from kafka import KafkaProducer

from schemas.rows import KINDS
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.read import Reader
from streams.connection import connection
from streams.drained import wait_until_drained
from streams.embedded import PLAIN, Embedded
from streams.replay import Loader, Sent, read_line, send_files
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import Layout, checked_layout

log = structlog.get_logger(__name__)

Progress = Callable[[str, float], None]
"""Called with the stage and the share of it that is done (0 to 1)."""


def replay_embedded(files: list[Path], data: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Replay `files` into the store in the folder `data`; returns the summary.

    Raises:
        PartFailed: a part did not start or has ended; its last words are in the text.
        SinkMisconfigured: another process holds the store.
    """
    started = time.monotonic()
    stored = _stored_events(data, settings.timezone)
    with (
        tempfile.TemporaryDirectory(prefix="qunpulse-") as logs,
        Embedded(Path(logs), data, replay=True) as embedded,
    ):
        inner = settings.model_copy(
            update=PLAIN | {"kafka": embedded.env["QUNPULSE_KAFKA"], "clock": "stream"}
        )
        layout = checked_layout(inner)
        embedded.start_worker()
        embedded.start_sink()
        sent = _load(files, stored, inner, layout, progress)
        loaded = time.monotonic()
        asyncio.run(_drain(inner, layout, sent, embedded, progress))
    return _summary(data, sent, loaded - started, time.monotonic() - started)


def _stored_events(data: Path, zone: str) -> list[bytes]:
    """Events that earlier replays left in the store, in the order of their time."""
    with closing(EmbeddedEngine(data)) as engine:
        migrate(engine, zone=zone)
        rows = engine.query(
            f"SELECT raw FROM {engine.database}.events FINAL ORDER BY ts, _topic, _partition, _offset"
        )
    return [row["raw"].encode() for row in rows]


def _load(
    files: list[Path], stored: list[bytes], settings: Settings, layout: Layout, progress: Progress
) -> Sent:
    producer = KafkaProducer(**connection(settings), acks="all", linger_ms=20, batch_size=262_144,
                             max_request_size=4_194_304)  # fmt: skip
    topics = {kind: settings.topic(kind) for kind in KINDS}
    loader = Loader(producer, topics, {kind: layout.partitions[kind] for kind in KINDS}, now=wall_ms())
    send_files(files, loader, lambda share: progress("read", share))
    lines = loader.sent.lines, loader.sent.by_kind.copy()
    for line in _unless_sent(stored, loader.sent.ids):
        loader.send(read_line(line))
    loader.end()
    sent = loader.flush()
    producer.close()
    sent.lines, sent.by_kind = lines  # what the files held; stored events are not told again
    return sent


def _unless_sent(stored: list[bytes], ids: set[str]) -> Iterator[bytes]:
    return (raw for raw in stored if read_line(raw).event_id not in ids)


async def _drain(
    settings: Settings, layout: Layout, sent: Sent, embedded: Embedded, progress: Progress
) -> None:
    total, looked = max(1, sum(sent.ends.values())), 0.0

    def check() -> None:
        nonlocal looked
        for one in embedded.keep_up():
            log.warning(one)
        if time.monotonic() - looked > 0.5:
            looked = time.monotonic()
            progress("work", min(1.0, embedded.events_read() / total))

    await wait_until_drained(settings, layout, sent.ends, check)
    progress("work", 1.0)


def _summary(data: Path, sent: Sent, loading: float, seconds: float) -> dict[str, Any]:
    with closing(EmbeddedEngine(data)) as engine:
        read = Reader(engine)
        counts = read.counts()
        as_of = read.last_as_of()
        alerts = engine.query(
            f"SELECT count() AS opened, countIf(closed_at IS NOT NULL) AS closed FROM {engine.database}.alerts FINAL"
        )[0]
    return {
        "lines": sent.lines,
        "by_kind": dict(sorted(sent.by_kind.items())),
        "stored": counts,
        "alerts": alerts,
        "as_of_ms": as_of,
        "seconds": round(seconds, 2),
        "seconds_loading": round(loading, 2),
        "store": str(data),
    }
