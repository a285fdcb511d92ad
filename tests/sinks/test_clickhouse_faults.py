"""Faults between `DriverEngine` and its server, by killing and hanging a real process."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinks.base import Row
from sinks.clickhouse.driver import DriverEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.errors import RowsRejected, SinkMisconfigured, SinkUnavailable
from tests.sinks.endpoint import Endpoint

PASSWORD = "hunter2hunter2"


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    pytest.importorskip("chdb")
    endpoint = Endpoint(tmp_path, PASSWORD)
    endpoint.start()
    yield endpoint
    endpoint.kill()


def batch(count: int) -> list[Row]:
    raws = [
        json.dumps({"event_id": f"e{n}", "kind": "chat", "text": "你好" * 20}).encode() for n in range(count)
    ]
    return [(raw, "t", 0, n, 1767603600000 + n) for n, raw in enumerate(raws)]


def physical(engine: DriverEngine) -> int:
    return int(engine.query(f"SELECT count() AS n FROM {engine.database}.events")[0]["n"])


@pytest.mark.parametrize("moment", ["received", "stored"])
def test_a_server_killed_in_an_insert_loses_and_doubles_nothing(endpoint: Endpoint, moment: str) -> None:
    engine = DriverEngine(endpoint.dsn("db"))
    migrate(engine)
    endpoint.kill()
    endpoint.start(hang_at=moment)
    killer = threading.Thread(target=lambda: (endpoint.line(), endpoint.kill()))
    killer.start()
    rows = batch(5000)
    with pytest.raises(SinkUnavailable):
        Writer(engine, "log").write("events", "t", 0, 0, 4999, rows)
    killer.join()
    with pytest.raises(SinkUnavailable):
        Writer(engine, "log").write("events", "t", 0, 0, 4999, rows)
    endpoint.start()
    assert physical(engine) == (5000 if moment == "stored" else 0)
    Writer(engine, "log").write("events", "t", 0, 0, 4999, rows)
    assert physical(engine) == 5000
    engine.close()


def test_a_hung_server_is_given_up_in_time(endpoint: Endpoint) -> None:
    engine = DriverEngine(endpoint.dsn("db", "?send_receive_timeout=1&sync_request_timeout=1"))
    migrate(engine)
    endpoint.kill()
    endpoint.start(hang_at="stored")
    began = time.monotonic()
    with pytest.raises(SinkUnavailable, match="(?i)time"):
        Writer(engine, "log").write("events", "t", 0, 0, 9, batch(10))
    assert time.monotonic() - began < 10
    Writer(engine, "log").write("events", "t", 0, 0, 9, batch(10))
    assert physical(engine) == 10
    engine.close()


def test_bad_rows_are_found_again_after_a_restart(endpoint: Endpoint) -> None:
    """A bisection that was cut off ends, when it is done again, in the same rows and no surplus."""
    engine = DriverEngine(endpoint.dsn("db"))
    migrate(engine)
    rows = batch(64)
    rows[17] = (b"{", *rows[17][1:])
    endpoint.kill()
    endpoint.start(hang_at="stored")
    killer = threading.Thread(target=lambda: (endpoint.line(), endpoint.kill()))
    killer.start()
    with pytest.raises(SinkUnavailable):
        Writer(engine, "log").write("events", "t", 0, 0, 63, rows)
    killer.join()
    endpoint.start()
    assert 0 < physical(engine) < 63
    with pytest.raises(RowsRejected) as caught:
        Writer(engine, "log").write("events", "t", 0, 0, 63, rows)
    assert [row.index for row in caught.value.rows] == [17]
    assert physical(engine) == 63
    engine.close()


def test_a_wrong_password_is_named_without_the_password(endpoint: Endpoint) -> None:
    engine = DriverEngine(endpoint.dsn("db", password="wrong-secret"))
    for _ in range(2):
        with pytest.raises(SinkMisconfigured, match="login refused") as caught:
            engine.ping()
        assert "wrong-secret" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert str(endpoint.port) in str(caught.value)


def test_two_threads_share_an_engine(endpoint: Endpoint) -> None:
    engine = DriverEngine(endpoint.dsn("db"))
    answers: list[int] = []

    def ask(number: int) -> None:
        for _ in range(20):
            answers.append(engine.query("SELECT {n:Int64} AS n", {"n": number})[0]["n"] - number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [0] * 80
    engine.close()
    engine.close()


def test_nobody_listening_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SinkUnavailable, match="refused"):
        DriverEngine(f"clickhouse://u:{PASSWORD}@127.0.0.1:{port}/db").ping()


def test_a_server_that_accepts_and_says_nothing_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        options = "connect_timeout=1&send_receive_timeout=1&sync_request_timeout=1"
        with pytest.raises(SinkUnavailable):
            DriverEngine(f"clickhouse://127.0.0.1:{port}/db?{options}").ping()
        assert time.monotonic() - began < 8


def test_an_unknown_host_is_unavailable() -> None:
    with pytest.raises(SinkUnavailable):
        DriverEngine("clickhouse://nowhere.invalid:9000/db?connect_timeout=1").ping()
