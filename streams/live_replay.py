"""``qunpulse replay`` to a configured Kafka: sends, waits for the broker's word, and says what was sent."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from schemas.rows import KINDS
from streams.connection import connection
from streams.replay import Loader, send_files
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import checked_layout


def replay_live(
    files: list[Path], settings: Settings, progress: Callable[[str, float], None]
) -> dict[str, Any]:
    """Send `files`; returns the summary.

    Records get the broker's time, or, for workers whose clock is the stream's, their event's time: topics with a time limit on
    retention would then drop old events, so give them none for such a replay.

    Raises:
        kafka.errors.KafkaError: the broker did not confirm.
    """
    started = time.monotonic()
    layout = checked_layout(settings)
    producer = KafkaProducer(**connection(settings), acks="all", linger_ms=20, max_request_size=4_194_304)
    by_time = wall_ms() if settings.clock == "stream" else None
    topics = {kind: settings.topic(kind) for kind in KINDS}
    loader = Loader(producer, topics, {kind: layout.partitions[kind] for kind in KINDS}, now=by_time)
    send_files(files, loader, lambda share: progress("send", share))
    sent = loader.flush()
    producer.close()
    return {
        "lines": sent.lines,
        "by_kind": dict(sorted(sent.by_kind.items())),
        "seconds": round(time.monotonic() - started, 2),
    }
