"""The producer's ledger: what it was told is stored, and where; one JSON object a line.

An entry with ``acked`` false is a send whose outcome nobody knows: it may appear or not. `printable` bytes are kept of records
that are no events, so that a dead letter can be compared byte by byte.
"""

import hashlib
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from tests.faults.load import Made, printable


class Ledger:
    """Sends records to random partitions and writes down what became of each."""

    def __init__(
        self, address: str, path: Path, *, seed: int, partitions: int, prefix: str = "qunpulse."
    ) -> None:
        self._address = address
        self._producer = self._connected()
        self._random = random.Random(seed)
        self._partitions = partitions
        self._prefix = prefix
        self._path = path
        self._open: list[tuple[Made, Any]] = []
        self.ends: dict[tuple[str, int], int] = {}
        """Offset behind the last acknowledged record, by topic and partition."""
        self.acked = 0
        self.unknown = 0

    def _connected(self) -> KafkaProducer:
        return KafkaProducer(
            bootstrap_servers=self._address,
            acks="all",
            linger_ms=5,
            request_timeout_ms=15_000,
            delivery_timeout_ms=60_000,
        )

    def forget(self) -> None:
        """The broker began anew: its log is gone and so is what it knew of the producer, whose numbers it would refuse."""
        self._producer.close(timeout=1)
        self._producer = self._connected()
        self._path.write_text("")
        self.ends.clear()

    def send(self, records: Iterable[Made]) -> None:
        """Send, without waiting for the broker's word."""
        for made in records:
            topic = self._prefix + made.kind
            key = (
                None
                if self._random.random() < 0.5 and made.raw is not None
                else f"k{self._random.randrange(50)}".encode()
            )
            partition = self._random.randrange(self._partitions)
            self._open.append((made, self._producer.send(topic, made.raw, key=key, partition=partition)))

    def settle(self) -> None:
        """Wait for the broker's word on everything sent and write it down."""
        self._producer.flush(90)
        with self._path.open("a") as file:
            for made, sent in self._open:
                file.write(json.dumps(self._outcome(made, sent)) + "\n")
        self._open.clear()

    def _outcome(self, made: Made, sent: Any) -> dict[str, Any]:
        entry = made.entry() | {
            "sha256": hashlib.sha256(made.raw or b"").hexdigest(),
            "raw": None if made.good else printable(made.raw),
        }
        try:
            done = sent.get(timeout=1)
        except KafkaError:
            self.unknown += 1
            return entry | {"acked": False, "topic": None, "partition": None, "offset": None}
        self.acked += 1
        where = done.topic, done.partition
        self.ends[where] = max(self.ends.get(where, 0), done.offset + 1)
        return entry | {
            "acked": True,
            "topic": done.topic,
            "partition": done.partition,
            "offset": done.offset,
        }

    def close(self) -> None:
        self._producer.close(timeout=1)
