"""The sink: everything once in the store, also when it is killed between an insert and its commit."""

import random
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from sinks.clickhouse.embedded import EmbeddedEngine
from tests.pipeline.harness import pipeline
from tests.pipeline.test_worker import community, messages, revenue

pytestmark = pytest.mark.timeout(240)


def test_kill_9_again_and_again_leaves_every_row_once(broker: str, tmp_path: Path) -> None:
    events, rng = community(7, 3000), random.Random(8)
    with pipeline(broker, tmp_path, sink_seconds="0.05", sink_rows="200") as running:
        running.start_worker()
        sink = running.start_sink()
        for start in range(0, len(events), 600):
            running.send(events[start : start + 600])
            time.sleep(rng.uniform(1.0, 3.0))
            running.kill(sink)
            sink = running.start_sink()
        running.drain(sink=True)
        running.parts.stop()
    with closing(EmbeddedEngine(tmp_path / "store")) as store:
        (stored,) = store.query(
            "SELECT count() AS physical, uniqExact(_topic, _partition, _offset) AS offsets, uniqExact(event_id) AS ids "
            "FROM qunpulse.events"
        )
        told = store.query(
            "SELECT group_id, sum(messages) AS n FROM qunpulse.group_stats FINAL GROUP BY group_id HAVING n > 0"
        )
        paid = store.query("SELECT member_id, revenue_fen FROM qunpulse.member_profiles FINAL")
        surplus = store.query(
            "SELECT count() - uniqExact(_topic, _partition, _offset) AS n FROM qunpulse.tag_changes"
        )
    assert stored == {"physical": len(events), "offsets": len(events), "ids": len(events)}
    assert Counter({row["group_id"]: row["n"] for row in told}) == messages(events)
    assert {row["member_id"]: row["revenue_fen"] for row in paid} == {
        member: revenue(events)[member] for member in {event["member_id"] for event in events}
    }
    assert surplus == [{"n": 0}]
