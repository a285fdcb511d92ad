"""ClickHouse over TLS with a login: it works with the right ones, and what is wrong is one line, without the secret."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinks.clickhouse.driver import DriverEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.errors import SinkMisconfigured
from tests.certificates import AVAILABLE, Authority
from tests.faults.proxy import Proxy
from tests.sinks.endpoint import Endpoint

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="openssl is not on PATH")

SECRET = "s3cret-of-clickhouse"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def port(tmp_path: Path, authority: Authority) -> Iterator[int]:
    """Port of a server that speaks TLS only."""
    pytest.importorskip("chdb")
    endpoint = Endpoint(tmp_path / "store", SECRET)
    endpoint.start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue("server").both)
    with Proxy(endpoint.port, tls=context) as proxy:
        yield proxy.port
    endpoint.kill()


def address(port: int, ca: Path, host: str = "127.0.0.1") -> str:
    return f"clickhouses://default@{host}:{port}/db?ca_certs={ca}"


def qunpulse_migrate(where: str, password: str = SECRET) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "QUNPULSE_CLICKHOUSE": where, "QUNPULSE_CLICKHOUSE_PASSWORD": password}
    command = [sys.executable, "-m", "streams.cli", "migrate"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_rows_go_over_tls(port: int, authority: Authority) -> None:
    engine = DriverEngine(address(port, authority.ca).replace("default@", f"default:{SECRET}@"))
    migrate(engine)
    raw = b'{"event_id":"e1","kind":"chat","type":"message","member_id":"m1"}'
    Writer(engine).write("events", "t", 0, 0, 0, [(raw, "chat", 0, 0, 1_767_603_600_000)])
    assert engine.query("SELECT event_id FROM db.events") == [{"event_id": "e1"}]
    engine.close()


def test_another_authority_is_a_setting_to_correct(port: int, tmp_path: Path, authority: Authority) -> None:
    other = Authority(tmp_path / "other", "Somebody else").ca
    with pytest.raises(SinkMisconfigured, match="(?i)certificate") as caught:
        DriverEngine(address(port, other).replace("default@", f"default:{SECRET}@")).ping()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("wrong", ["authority", "password"])
def test_what_is_wrong_ends_in_one_line_and_78(
    port: int, tmp_path: Path, authority: Authority, wrong: str
) -> None:
    ca = Authority(tmp_path / "other", "Somebody else").ca if wrong == "authority" else authority.ca
    done = qunpulse_migrate(address(port, ca), SECRET if wrong == "authority" else "not-this-one")
    assert done.returncode == 78, done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert f"default@127.0.0.1:{port}/db" in line
    assert ("certificate" if wrong == "authority" else "login refused") in line.lower()
    assert SECRET not in done.stderr and "not-this-one" not in done.stderr


def test_nobody_there_ends_in_one_line_and_69(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    done = qunpulse_migrate(address(nobody, authority.ca))
    assert done.returncode == 69, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and SECRET not in done.stderr


def test_a_file_of_authorities_that_is_not_there_is_a_setting_to_correct(port: int, tmp_path: Path) -> None:
    done = qunpulse_migrate(address(port, tmp_path / "none.pem"))
    assert done.returncode == 78, done.stderr
    assert "none.pem" in done.stderr and len(done.stderr.strip().splitlines()) == 1
