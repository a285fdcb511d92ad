"""A worker of this version on the state of a later one: it ends with both versions in its last words, and changes nothing."""

from pathlib import Path

import msgspec
import pytest

from models.state import STATE_VERSION
from streams.fatal import EXIT_CONFIG
from streams.outbox import partition_of
from tests.pipeline.harness import pipeline
from tests.pipeline.test_worker import START

pytestmark = pytest.mark.timeout(120)


def test_state_of_a_later_version_ends_the_worker(broker: str, tmp_path: Path) -> None:
    key = b"default\x1fm1"
    later = b"\0" * 8 + msgspec.msgpack.encode([STATE_VERSION + 1, "default", "m1"])
    with pipeline(broker, tmp_path) as running:
        number = partition_of(key, running.layout.partitions["members-state"])
        topic = running.settings.topic("members-state")
        running._producer.send(topic, key=key, value=later, partition=number).get(10)
        worker = running.start_worker()
        running.send([{"event_id": "e", "kind": "chat", "type": "message", "ts": START, "member_id": "m1"}])
        assert worker.process.wait(60) == EXIT_CONFIG
        words = worker.last_words(3)
        assert (
            f"member state of version {STATE_VERSION + 1}, this program reads up to version {STATE_VERSION}"
            in words
        )
        assert "Traceback" not in words
        assert running.facts("member-profiles") == []
        running.parts.running.remove(worker)
