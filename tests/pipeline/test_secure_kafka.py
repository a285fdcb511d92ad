"""Kafka over TLS with a login: everything runs over it, and what is wrong is one line and an exit code, without the secret."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sinks.clickhouse.embedded import EmbeddedEngine
from tests.brokers import Secure, apache_kafka, kafka_classpath
from tests.certificates import AVAILABLE, Authority
from tests.pipeline.harness import pipeline
from tests.pipeline.test_worker import community, revenue

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(not AVAILABLE, reason="openssl is not on PATH"),
]

PLANS = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Secure]]:
    """Address of a guarded broker, and how to get in."""
    classpath = kafka_classpath()
    if classpath is None:
        pytest.skip("Apache Kafka: no JDK, no Maven, or its jars cannot be fetched")
    folder = tmp_path_factory.mktemp("secure")
    how = Secure(Authority(folder / "ca"))
    with apache_kafka(folder / "broker", classpath, how) as address:
        yield address, how


def command(
    address: str, folder: Path, settings: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of qunpulse to its end; passwords come from files."""
    given = {f"QUNPULSE_{name.upper()}": value for name, value in settings.items()}
    password = folder / "password"
    password.write_text(given.pop("QUNPULSE_KAFKA_PASSWORD") + "\n")
    env = os.environ | given | {
        "QUNPULSE_KAFKA": address,
        "QUNPULSE_KAFKA_PASSWORD_FILE": str(password),
        "QUNPULSE_CLICKHOUSE": f"chdb://{folder / 'store'}",
        "QUNPULSE_API_PORT": "0",
        "QUNPULSE_WORKER_PORT": "0",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.mark.parametrize("mechanism", PLANS)
def test_worker_sink_and_replay_run_over_it(
    secure: tuple[str, Secure], tmp_path: Path, mechanism: str
) -> None:
    address, how = secure
    how = dataclasses.replace(how, mechanism=mechanism)
    names = {"topic_prefix": f"{mechanism.lower()}.", "app_id": mechanism}
    events = community(5, 600)
    with pipeline(address, tmp_path, **how.settings(), **names) as running:
        running.start_worker()
        running.start_sink()
        running.send(events[:300])
        file = tmp_path / "more.jsonl"
        file.write_text("".join(json.dumps(event) + "\n" for event in events[300:]))
        done = command(address, tmp_path, how.settings() | names, "replay", str(file), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["lines"] == 300
        running.loader.sent.ends.update(running.ends())
        running.drain(sink=True)
        running.parts.stop()
        said = "".join(path.read_text() for path in running.parts.folder.iterdir())
    with closing(EmbeddedEngine(tmp_path / "store")) as store:
        (stored,) = store.query("SELECT count() AS n, uniqExact(event_id) AS ids FROM qunpulse.events")
        paid = store.query("SELECT member_id, revenue_fen FROM qunpulse.member_profiles FINAL")
    assert stored == {"n": 600, "ids": 600}
    expected = revenue(events)
    assert {row["member_id"]: row["revenue_fen"] for row in paid} == {
        member: expected[member] for member in {event["member_id"] for event in events}
    }
    assert how.password not in said + done.stderr


@pytest.mark.parametrize("words", [("worker",), ("sink",), ("topics",), ("replay", "pyproject.toml")])
def test_a_wrong_password_is_one_line(
    secure: tuple[str, Secure], tmp_path: Path, words: tuple[str, ...]
) -> None:
    address, how = secure
    done = command(address, tmp_path, how.settings() | {"kafka_password": "not-this-one"}, *words)
    last = done.stderr.strip().splitlines()
    assert done.returncode == 78, done.stderr
    assert f"Kafka at {address} refuses the login of qunpulse (SASL_SSL, SCRAM-SHA-512)" in last[-1]
    assert len(last) <= 3 and "not-this-one" not in done.stderr + done.stdout


@pytest.mark.parametrize("words", [("worker",), ("sink",), ("topics",)])
def test_a_wrong_authority_is_one_line(
    secure: tuple[str, Secure], tmp_path: Path, words: tuple[str, ...]
) -> None:
    address, how = secure
    other = Authority(tmp_path / "other", "Somebody else")
    done = command(address, tmp_path, how.settings() | {"kafka_ca": str(other.ca)}, *words)
    last = done.stderr.strip().splitlines()
    assert done.returncode == 78, done.stderr
    assert f"Kafka at {address}: certificate: " in last[-1] and "QUNPULSE_KAFKA_CA" in last[-1]
    assert len(last) <= 3 and how.password not in done.stderr


def test_plain_text_to_a_guarded_broker_ends_in_time(secure: tuple[str, Secure], tmp_path: Path) -> None:
    address, how = secure
    done = command(address, tmp_path, how.settings() | {"kafka_security_protocol": "PLAINTEXT"}, "topics")
    assert done.returncode == 69, done.stderr
    assert f"no broker at {address}" in done.stderr
