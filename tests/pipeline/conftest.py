"""The brokers that the pipeline is proved on: Tansu always, Apache Kafka where a JDK and Maven can bring it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import apache_kafka, kafka_classpath, tansu


@pytest.fixture(params=["tansu", "kafka"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a fresh broker."""
    if request.param == "tansu":
        with tansu(tmp_path / "broker") as address:
            yield address
        return
    classpath = kafka_classpath()
    if classpath is None:
        pytest.skip("Apache Kafka: no JDK, no Maven, or its jars cannot be fetched")
    with apache_kafka(tmp_path / "broker", classpath) as address:
        yield address
