"""A pipeline of real processes on a real broker, driven from a test."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as Where

from schemas.rows import KINDS
from streams.connection import connection
from streams.drained import wait_until_drained
from streams.processes import Part, Parts, free_port
from streams.replay import Loader, Sent, read_line
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import Layout, checked_layout

ROOT = Path(__file__).resolve().parents[2]


class Pipeline:
    """Workers and sinks as processes; events in, facts out."""

    def __init__(self, address: str, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.parts = Parts(folder / "logs")
        self.env = {
            "QUNPULSE_KAFKA": address,
            "QUNPULSE_SESSION_SECONDS": "6",
            "QUNPULSE_CLICKHOUSE": f"chdb://{folder / 'store'}",
            "PYTHONPATH": str(ROOT),
        } | {f"QUNPULSE_{name.upper()}": value for name, value in settings.items()}
        self.settings = Settings(kafka=address, **settings)  # type: ignore[arg-type]
        self.layout: Layout = checked_layout(self.settings)
        self._count = 0
        self._producer = KafkaProducer(**connection(self.settings), acks="all", linger_ms=5)
        topics = {kind: self.settings.topic(kind) for kind in KINDS}
        now = wall_ms() if self.settings.clock == "stream" else None
        self.loader = Loader(
            self._producer, topics, {kind: self.layout.partitions[kind] for kind in KINDS}, now=now
        )

    def start_worker(self, **env: str) -> Part:
        """Start one more worker."""
        self._count += 1
        more = {"QUNPULSE_WORKER_PORT": str(free_port())} | env
        return self.parts.start(
            f"worker-{self._count}", [sys.executable, "-m", "streams.cli", "worker"], self.env | more
        )

    def start_sink(self, **env: str) -> Part:
        """Start a sink with its API on a free port."""
        self._count += 1
        port = free_port()
        self.env["QUNPULSE_API_PORT"] = str(port)
        self.api = f"http://127.0.0.1:{port}"
        return self.parts.start(
            f"sink-{self._count}", [sys.executable, "-m", "streams.cli", "sink"], self.env | env
        )

    def kill(self, part: Part) -> None:
        """SIGKILL, by id."""
        os.kill(part.process.pid, 9)
        part.process.wait()
        self.parts.running.remove(part)

    def send(self, events: Iterable[dict[str, Any] | bytes]) -> Sent:
        """Send events and wait until the broker has them."""
        for event in events:
            raw = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
            self.loader.send(read_line(raw))
        return self.loader.flush()

    def ends(self) -> dict[tuple[str, int], int]:
        """End of each input partition, also of what others have sent; listed ends, so only on Apache Kafka."""
        consumer = KafkaConsumer(**connection(self.settings))
        try:
            partitions = [
                Where(self.settings.topic(kind), number)
                for kind in KINDS
                for number in range(self.layout.partitions[kind])
            ]
            return {(tp.topic, tp.partition): end for tp, end in consumer.end_offsets(partitions).items()}
        finally:
            consumer.close()

    def drain(self, seconds: float = 90, *, sink: bool = False) -> None:
        """Wait until everything sent has come through."""
        deadline = time.monotonic() + seconds

        def check() -> None:
            self.parts.check()
            assert time.monotonic() < deadline, f"not drained in {seconds} s"

        asyncio.run(wait_until_drained(self.settings, self.layout, self.loader.sent.ends, check, sink=sink))

    def facts(self, topic: str) -> list[dict[str, Any]]:
        """All facts of a topic, in partition order."""
        return asyncio.run(self._facts(topic))

    async def _facts(self, topic: str) -> list[dict[str, Any]]:
        consumer = AIOKafkaConsumer(
            **connection(self.settings), enable_auto_commit=False, fetch_max_wait_ms=50
        )
        await consumer.start()
        found: list[dict[str, Any]] = []
        try:
            for number in range(self.layout.partitions[topic]):
                tp = TopicPartition(self.settings.topic(topic), number)
                consumer.assign([tp])
                consumer.seek(tp, 0)
                while True:
                    for records in (await consumer.getmany(tp, timeout_ms=100)).values():
                        found += [json.loads(record.value) for record in records if record.value]
                    if consumer.highwater(tp) is not None and await consumer.position(
                        tp
                    ) >= consumer.highwater(tp):
                        break
        finally:
            await consumer.stop()
        return found

    def profiles(self) -> dict[str, dict[str, Any]]:
        """The profile that holds, by member."""
        return latest(self.facts("member-profiles"), lambda fact: fact["member_id"])

    def close(self) -> None:
        """End every process."""
        self._producer.close(timeout=1)
        self.parts.stop()


def latest(facts: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, dict[str, Any]]:
    """The fact with the highest version by key."""
    held: dict[Any, dict[str, Any]] = {}
    for fact in facts:
        if key(fact) not in held or fact["version"] >= held[key(fact)]["version"]:
            held[key(fact)] = fact
    return held


@contextmanager
def pipeline(address: str, folder: Path, **settings: str) -> Iterator[Pipeline]:
    """A pipeline that is ended whatever happens."""
    made = Pipeline(address, folder, **settings)
    try:
        yield made
    finally:
        made.close()
