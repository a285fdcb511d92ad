"""`DriverEngine` against a real server: Debian's ClickHouse 18.16, where it is installed.

It is too old for our schema (no DateTime64, no deduplication token), so only what the driver meets on the wire is
tried: login, insert, a server that is killed, a server that hangs.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinks.base import Row
from sinks.clickhouse.driver import DriverEngine
from sinks.errors import SinkMisconfigured, SinkUnavailable

pytestmark = pytest.mark.skipif(
    shutil.which("clickhouse-server") is None, reason="clickhouse-server (Debian package) is not on PATH"
)

PASSWORD = "s3cret"

CONFIG = """<yandex>
<logger><level>warning</level><console>1</console></logger>
<tcp_port>{port}</tcp_port><listen_host>127.0.0.1</listen_host>
<path>{path}/data/</path><tmp_path>{path}/tmp/</tmp_path>
<users_config>users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>67108864</mark_cache_size><timezone>UTC</timezone>
</yandex>"""

USERS = """<yandex><profiles><default/></profiles><quotas><default/></quotas>
<users><default><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
<profile>default</profile><quota>default</quota></default></users></yandex>"""


class OldServer:
    """The server process; its data live as long as its directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        path.joinpath("config.xml").write_text(CONFIG.format(port=self.port, path=path))
        path.joinpath("users.xml").write_text(USERS.format(password=PASSWORD))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["clickhouse-server", f"--config-file={self._path / 'config.xml'}"]
        log = self._path.joinpath("log").open("ab")
        self._process = subprocess.Popen(command, cwd=self._path, stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, self._path.joinpath("log").read_text()
            time.sleep(0.1)
        raise AssertionError("the server does not listen")

    def signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def engine(self, options: str = "", password: str = PASSWORD) -> DriverEngine:
        return DriverEngine(f"clickhouse://default:{password}@127.0.0.1:{self.port}/default?{options}")


@pytest.fixture
def plain_inserts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inserts without the settings that this server is too old to know."""
    monkeypatch.setattr("sinks.clickhouse.driver.insert_settings", lambda token: {})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OldServer]:
    server = OldServer(tmp_path)
    server.start()
    yield server
    server.kill()


def rows(count: int) -> list[Row]:
    return [(n, f"文本 {n} " + "x" * 200) for n in range(count)]


def make_table(engine: DriverEngine) -> None:
    engine.execute("CREATE TABLE t (id UInt64, text String) ENGINE = MergeTree ORDER BY id")


def count(engine: DriverEngine) -> int:
    return int(engine.query("SELECT count() AS n FROM t")[0]["n"])


@pytest.mark.usefixtures("plain_inserts")
def test_rows_go_in_and_come_out(server: OldServer) -> None:
    engine = server.engine()
    make_table(engine)
    engine.insert("t", ("id", "text"), rows(2000), "token")
    assert count(engine) == 2000
    assert engine.query("SELECT text FROM t WHERE id = 7") == [{"text": rows(8)[7][1]}]
    engine.close()


def test_a_server_too_old_to_deduplicate_is_refused(server: OldServer) -> None:
    engine = server.engine()
    make_table(engine)
    with pytest.raises(SinkMisconfigured, match="Unknown setting"):
        engine.insert("t", ("id", "text"), rows(10), "token")
    assert count(engine) == 0
    engine.close()


def test_a_wrong_password_is_a_fault_of_the_set_up(server: OldServer) -> None:
    with pytest.raises(SinkMisconfigured, match="login refused") as caught:
        server.engine(password="not-this-one").ping()
    assert "not-this-one" not in str(caught.value)
    with pytest.raises(SinkMisconfigured):
        server.engine().query("SELECT * FROM nowhere")


@pytest.mark.usefixtures("plain_inserts")
def test_a_killed_server_is_unavailable_until_it_is_back(server: OldServer) -> None:
    engine = server.engine()
    make_table(engine)
    engine.insert("t", ("id", "text"), rows(10), "token")
    server.kill()
    for _ in range(2):
        with pytest.raises(SinkUnavailable):
            engine.insert("t", ("id", "text"), rows(10), "token")
    server.start()
    engine.ping()
    assert count(engine) == 10
    engine.close()


@pytest.mark.usefixtures("plain_inserts")
def test_a_hung_server_is_given_up_in_time_and_used_again(server: OldServer) -> None:
    engine = server.engine("connect_timeout=1&send_receive_timeout=2&sync_request_timeout=1")
    make_table(engine)
    server.signal(signal.SIGSTOP)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(SinkUnavailable):
            engine.insert("t", ("id", "text"), rows(100_000), "token")
        assert time.monotonic() - began < 10
    server.signal(signal.SIGCONT)
    engine.ping()
    engine.close()
