"""Who is asked to go while no broker answers ends all the same; a worker says what it could not deliver."""

import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.fatal import EXIT_UNAVAILABLE
from streams.processes import Part, Parts, free_port
from tests.brokers import tansu
from tests.pipeline.harness import pipeline

ENDS_WITHIN = 75.0
"""Seconds: it waits once for the broker's word (`streams.outbox`), and says good-bye to nobody."""

EVENTS = 20


def _message(number: int) -> dict[str, object]:
    return {
        "event_id": f"e{number}", "kind": "chat", "type": "message", "ts": 1_767_600_000_000 + number,
        "member_id": f"m{number}", "group_id": "g",
    }  # fmt: skip


def _wait(url: str, done: Callable[[str], bool] = lambda _: True) -> None:
    """Until `url` answers what is wanted."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if done(answer.read().decode()):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{url} has not answered what is wanted")


def _ends_without(brokers: Parts, part: Part) -> int:
    """Exit code of `part`, asked to go once the broker is gone."""
    (broker,) = brokers.running
    broker.process.kill()
    broker.process.wait()
    part.process.send_signal(signal.SIGTERM)
    try:
        return part.process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        pytest.fail(f"still there after {ENDS_WITHIN:.0f} s; its last words:\n{part.last_words()}")


@pytest.mark.timeout(180)
def test_a_worker_without_a_broker_ends_when_asked_to(tmp_path: Path) -> None:
    brokers = Parts(tmp_path)
    with (
        tansu(tmp_path / "broker", parts=brokers) as address,
        pipeline(address, tmp_path, flush_seconds="10") as running,
    ):
        port = free_port()
        worker = running.start_worker(QUNPULSE_WORKER_PORT=str(port))
        running.send(_message(number) for number in range(EVENTS))
        taken = f'qunpulse_events_consumed_total{{topic="qunpulse.chat"}} {EVENTS:.1f}'
        _wait(f"http://127.0.0.1:{port}/metrics", lambda text: taken in text)  # it flushes some seconds later
        assert _ends_without(brokers, worker) == EXIT_UNAVAILABLE, worker.last_words()
        assert "qunpulse: ends itself: giving partitions back: " in worker.last_words()


@pytest.mark.timeout(180)
def test_a_sink_without_a_broker_ends_when_asked_to(tmp_path: Path) -> None:
    brokers = Parts(tmp_path)
    with tansu(tmp_path / "broker", parts=brokers) as address, pipeline(address, tmp_path) as running:
        sink = running.start_sink()
        _wait(f"{running.api}/readyz")
        assert _ends_without(brokers, sink) == 0, sink.last_words()
