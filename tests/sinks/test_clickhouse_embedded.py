"""What is special about the engine in our own process."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.errors import SinkMisconfigured, SinkUnavailable

pytest.importorskip("chdb")

OPEN = """
import sys
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.errors import SinkMisconfigured
try:
    EmbeddedEngine(sys.argv[1])
except SinkMisconfigured as error:
    print(error)
"""

KILLED = """
import os, sys
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
engine = EmbeddedEngine(sys.argv[1])
migrate(engine)
rows = [(b'{"event_id":"e%d","kind":"chat"}' % n, "t", 0, n, n) for n in range(1000)]
Writer(engine, "log").write("events", "t", 0, 0, 999, rows)
os.kill(os.getpid(), 9)
"""


def run(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, str(path)]
    root = Path(__file__).parents[2]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root, check=False)


def test_a_second_process_is_told_who_holds_the_path(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "s")
    said = run(OPEN, tmp_path / "s").stdout
    engine.close()
    assert "another process (pid " in said and f"holds {tmp_path / 's'}" in said
    assert run(OPEN, tmp_path / "s").stdout == ""


def test_a_second_path_in_one_process_is_refused(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "s")
    with pytest.raises(SinkMisconfigured, match="another embedded store"):
        EmbeddedEngine(tmp_path / "other")
    engine.ping()
    engine.close()


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    with pytest.raises(SinkMisconfigured, match="cannot open"):
        EmbeddedEngine(path)


def test_an_acknowledged_batch_and_its_token_outlive_kill_9(tmp_path: Path) -> None:
    assert run(KILLED, tmp_path).returncode == -9
    engine = EmbeddedEngine(tmp_path)
    assert migrate(engine) == []
    rows = [(b'{"event_id":"e%d","kind":"chat"}' % n, "t", 0, n, n) for n in range(1000)]
    Writer(engine, "log").write("events", "t", 0, 0, 999, rows)
    assert engine.query("SELECT count() AS n FROM qunpulse.events") == [{"n": 1000}]
    engine.close()


def test_a_closed_engine_is_unavailable(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    engine.close()
    engine.close()
    with pytest.raises(SinkUnavailable, match="closed"):
        engine.ping()


def test_threads_share_an_engine(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    migrate(engine)
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            for first in range(5):
                row = (b'{"event_id":"e%d-%d","kind":"chat"}' % (number, first), "t", number, first, 0)
                Writer(engine).write("events", "t", number, first, first, [row])
                engine.query("SELECT count() AS n FROM qunpulse.events FINAL")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert engine.query("SELECT count() AS n FROM qunpulse.events FINAL") == [{"n": 20}]
    engine.close()
