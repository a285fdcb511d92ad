"""The least of the fault matrix, once each: K3, K6, K10, T1, C2, C4, D1, P1, R2, R3, A1, M1 (reliability, "The fault matrix").

Rows that want the same of their plant share one. On Apache Kafka, where a JDK and Maven can bring it, K6, K10, R2 and T1.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.brokers import kafka_classpath
from tests.faults.catalogue import ROWS
from tests.faults.plant import Plant, Wanted, plant
from tests.faults.verdict import Verdict

pytestmark = pytest.mark.timeout(300)

LOAD = {"bad": 0.02, "repeats": 0.05}

SHARED = Wanted(store_proxy=True, store_options="?send_receive_timeout=4", load=LOAD)


@pytest.fixture(scope="module")
def on_tansu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with plant(tmp_path_factory.mktemp("tansu"), SHARED, 1) as running:
        yield running


@pytest.fixture(scope="module")
def on_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    if kafka_classpath() is None:
        pytest.skip("Apache Kafka: no JDK, no Maven, or its jars cannot be fetched")
    with plant(tmp_path_factory.mktemp("kafka"), Wanted(broker="kafka", load=LOAD), 2) as running:
        yield running


def run(name: str, running: Plant, seed: int) -> Verdict:
    """Run a row once and compare all ledgers."""
    row = ROWS[name]
    row.run(running, random.Random(seed))
    verdict = running.judge()
    assert verdict.ok, f"{name}, seed {seed}: {verdict}"
    for worker in running.running("worker"):
        running.terminate(worker)
    return verdict


@pytest.mark.parametrize("name", ["K3", "K6", "K10", "T1", "R2", "C2", "C4", "A1"])
def test_on_tansu(on_tansu: Plant, name: str) -> None:
    run(name, on_tansu, 11)


@pytest.mark.parametrize("name", ["D1", "P1", "M1"])
def test_what_producers_do(tmp_path: Path, name: str) -> None:
    with plant(tmp_path, replace(ROWS[name].wanted, partitions=2), 3) as running:
        run(name, running, 12)


def test_workers_come_and_go_under_pressure(on_tansu: Plant) -> None:
    before = on_tansu.restarts.total()
    run("R3", on_tansu, 13)
    assert on_tansu.restarts.total() == before, on_tansu.last_words()


@pytest.mark.parametrize("name", ["K6", "K10", "R2", "T1"])
def test_on_kafka(on_kafka: Plant, name: str) -> None:
    verdict = run(name, on_kafka, 14)
    row = ROWS[name]
    if row.after is not None and name != "T1":
        row.after(on_kafka, verdict, None)
