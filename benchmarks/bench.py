"""One measurement: a fresh embedded broker, the measured process, and what has to come out of it."""

import asyncio
import os
import time
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaProducer

from streams.embedded import start_broker
from streams.processes import Part, Parts, free_port

ROOT = Path(__file__).resolve().parents[1]

Record = tuple[bytes | None, bytes | None]


class NotVerified(Exception):
    """What came out is not what a plain count gives; the run does not count."""


class Bench:
    """The parts of one measurement, ended by leaving it."""

    def __init__(self, folder: Path, seconds: float) -> None:
        """`seconds` bounds the time of a measured process."""
        self.parts = Parts(folder)
        self.folder = folder
        self._seconds = seconds
        self._deadline = 0.0
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self) -> "Bench":
        start_broker(self.parts, self.port)
        return self

    def __exit__(self, *_: object) -> None:
        self.parts.stop()

    def start(self, name: str, command: list[str], env: dict[str, str]) -> Part:
        """Start the measured process; its time runs from here."""
        self._deadline = time.monotonic() + self._seconds
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return self.parts.start(name, command, {"PYTHONPATH": path} | env)

    def check(self) -> None:
        """Raises when a part has ended or time is up."""
        self.parts.check()
        if time.monotonic() > self._deadline:
            words = "\n".join(part.last_words() for part in self.parts.running[1:])
            raise TimeoutError(f"not done after {self._seconds:.0f} s; last words:\n{words}")

    def producer(self) -> KafkaProducer:
        """A producer for loading."""
        return KafkaProducer(bootstrap_servers=self.address, acks="all", linger_ms=20, batch_size=262_144)

    def read(self, topic: str, partitions: int) -> list[Record]:
        """All records of a topic, in partition order."""
        return asyncio.run(_read(self.address, topic, partitions))


async def _read(address: str, topic: str, partitions: int) -> list[Record]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False, fetch_max_wait_ms=50)
    await consumer.start()
    found: list[Record] = []
    try:
        for number in range(partitions):
            tp = TopicPartition(topic, number)
            consumer.assign([tp])
            consumer.seek(tp, 0)
            while consumer.highwater(tp) is None or await consumer.position(tp) < consumer.highwater(tp):
                for records in (await consumer.getmany(tp, timeout_ms=100)).values():
                    found += [(record.key, record.value) for record in records]
    finally:
        await consumer.stop()
    return found


def same(what: str, found: object, counted: object) -> None:
    """Raises `NotVerified` where `found` is not what a plain count gives."""
    if found != counted:
        raise NotVerified(f"{what}: {found}, counted {counted}")
