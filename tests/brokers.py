"""Real brokers for tests, as processes of their own on loopback, ended by id."""

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.embedded import broker_command
from streams.processes import Parts, free_port, wait_for_port
from tests.certificates import Authority

POM = Path(__file__).parent / "real" / "pom.xml"

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{advertised}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.initial.task.delay.ms=86400000
"""
"""The delay keeps retention from running: tests send events of long ago with their own times, which it would take away."""


@contextmanager
def tansu(
    folder: Path, *, port: int = 0, advertised: int | None = None, parts: Parts | None = None
) -> Iterator[str]:
    """The embedded broker; yields its address. `advertised` is the port that it tells its clients: a proxy's.
    `parts` gets the process, for those who want to kill it."""
    port, parts = port or free_port(), parts or Parts(folder)
    command = broker_command(port)
    if advertised is not None:
        command[command.index("--advertised-listener-url") + 1] = f"tcp://127.0.0.1:{advertised}"
    try:
        parts.start("broker", command)
        wait_for_port(parts, port, 20)
        yield f"127.0.0.1:{port}"
    finally:
        parts.stop()


@functools.cache
def kafka_classpath() -> str | None:
    """Class path of Apache Kafka from the Maven repository, or None where there is no JDK, no Maven or no way to them."""
    if not (shutil.which("java") and shutil.which("mvn")):
        return None
    with tempfile.NamedTemporaryFile(prefix="qunpulse-kafka-") as target:
        output = f"-Dmdep.outputFile={target.name}"
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:build-classpath", output]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=600)
        except (subprocess.SubprocessError, OSError):
            return None
        return Path(target.name).read_text()


@dataclass(frozen=True)
class Secure:
    """How a guarded broker is reached: SASL over TLS, with a certificate of `authority`."""

    authority: Authority
    user: str = "qunpulse"
    password: str = "s3cret-of-kafka"
    mechanism: str = "SCRAM-SHA-512"

    def settings(self) -> dict[str, str]:
        """Settings of a client that may in, by name."""
        return {
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": self.mechanism,
            "kafka_user": self.user,
            "kafka_password": self.password,
            "kafka_ca": str(self.authority.ca),
        }


SECURE_PROPERTIES = """
listeners=SASL_SSL://127.0.0.1:{port},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_SSL://127.0.0.1:{port},INTERNAL://127.0.0.1:{internal}
inter.broker.listener.name=INTERNAL
listener.security.protocol.map=SASL_SSL:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
ssl.keystore.type=PEM
ssl.keystore.location={both}
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
 user_{user}="{password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


@contextmanager
def apache_kafka(
    folder: Path,
    classpath: str,
    secure: Secure | None = None,
    *,
    advertised: int | None = None,
    parts: Parts | None = None,
) -> Iterator[str]:
    """Apache Kafka in KRaft mode, one node; yields its address. With `secure` it takes only SASL over TLS there.
    `advertised` and `parts` are as for `tansu`."""
    port, controller, parts = free_port(), free_port(), parts or Parts(folder)
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    text = PROPERTIES.format(port=port, advertised=advertised or port, controller=controller, folder=folder)
    java = ["java", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classpath]
    storage = [
        *(*java, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg"),
        *("-c", str(properties), "--standalone"),
    ]
    if secure is not None:
        text += SECURE_PROPERTIES.format(
            port=port,
            internal=free_port(),
            controller=controller,
            both=secure.authority.issue("broker").both,
            user=secure.user,
            password=secure.password,
        )
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            storage += ["--add-scram", f"{mechanism}=[name={secure.user},password={secure.password}]"]
    properties.write_text(text)
    subprocess.run(storage, check=True, capture_output=True, timeout=60)
    try:
        parts.start("kafka", [*java, "kafka.Kafka", str(properties)])
        wait_for_port(parts, port, 60)
        yield f"127.0.0.1:{port}"
    finally:
        parts.stop()
