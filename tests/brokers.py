"""Real brokers for tests, as processes of their own on loopback, ended by id."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.embedded import broker_command
from streams.processes import Parts, free_port, wait_for_port

POM = Path(__file__).parent / "real" / "pom.xml"

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


@contextmanager
def tansu(folder: Path) -> Iterator[str]:
    """The embedded broker; yields its address."""
    port, parts = free_port(), Parts(folder)
    try:
        parts.start("broker", broker_command(port))
        wait_for_port(parts, port, 20)
        yield f"127.0.0.1:{port}"
    finally:
        parts.stop()


@functools.cache
def kafka_classpath() -> str | None:
    """Class path of Apache Kafka from the Maven repository, or None where there is no JDK, no Maven or no way to them."""
    if not (shutil.which("java") and shutil.which("mvn")):
        return None
    target = Path(tempfile.gettempdir()) / f"qunpulse-kafka-{os.getuid()}.cp"
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:build-classpath", f"-Dmdep.outputFile={target}"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError):
        return None
    return target.read_text()


@contextmanager
def apache_kafka(folder: Path, classpath: str) -> Iterator[str]:
    """Apache Kafka in KRaft mode, one node; yields its address."""
    port, parts = free_port(), Parts(folder)
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    properties.write_text(PROPERTIES.format(port=port, controller=free_port(), folder=folder))
    java = ["java", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classpath]
    storage = [
        *java,
        "kafka.tools.StorageTool",
        "format",
        "-t",
        "MkU3OEVBNTcwNTJENDM2Qg",
        "-c",
        str(properties),
    ]
    subprocess.run([*storage, "--standalone"], check=True, capture_output=True, timeout=60)
    try:
        parts.start("kafka", [*java, "kafka.Kafka", str(properties)])
        wait_for_port(parts, port, 60)
        yield f"127.0.0.1:{port}"
    finally:
        parts.stop()
