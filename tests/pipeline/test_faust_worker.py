"""A worker is a Faust worker underneath: Faust's own command runs it."""

import sys
from pathlib import Path

import pytest

from streams.processes import free_port
from tests.pipeline.harness import pipeline
from tests.pipeline.test_worker import community, revenue

pytestmark = pytest.mark.timeout(120)


def test_faust_runs_the_worker(broker: str, tmp_path: Path) -> None:
    events = community(9, 300)
    with pipeline(broker, tmp_path) as running:
        env = running.env | {"QUNPULSE_WORKER_PORT": str(free_port())}
        part = running.parts.start(
            "faust", [sys.executable, "-m", "faust", "-A", "streams.app", "worker", "-l", "warn"], env
        )
        running.send(events)
        running.drain()
        profiles = running.profiles()
        running.parts.stop(part.name, 20)
    assert part.process.returncode == 0, part.last_words()
    assert {m: p["revenue_fen"] for m, p in profiles.items()} == {m: revenue(events)[m] for m in profiles}
