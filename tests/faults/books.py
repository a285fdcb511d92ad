"""The evidence of a run in memory, indexed. An event is known by brand and id, a place by topic, partition and offset."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.faults.sent import Sent

Entry = dict[str, Any]
Identity = tuple[Any, ...]


def lines(path: Path) -> Iterator[Entry]:
    """Objects of a file of JSON lines, one by one: a soak leaves millions, so they are read by what keeps the name of a field
    once for all of them. A file that is not there has none."""
    if path.exists():
        with path.open("rb") as file:
            yield from map(msgspec.json.decode, file)


def sends(path: Path) -> Iterator[Sent]:
    """What the producer's ledger in this file tells, in its order."""
    decoder = msgspec.json.Decoder(Sent)
    with path.open("rb") as file:
        yield from map(decoder.decode, file)


class Books:
    """One run's evidence; see `evidence` for the folder."""

    def __init__(self, folder: Path, prefix: str = "qunpulse.") -> None:
        self.folder = folder
        self.prefix = prefix
        self.ledger = list(sends(folder / "ledger.jsonl"))
        self.stored = (folder / "store" / "physical.json").exists()
        self.physical: dict[str, list[list[Any]]] = (
            json.loads((folder / "store" / "physical.json").read_text()) if self.stored else {}
        )
        self.by_id: dict[Identity, list[Sent]] = defaultdict(list)
        for entry in self.ledger:
            if entry.good:
                self.by_id[entry.brand_id, entry.event_id].append(entry)

    def topic(self, name: str) -> Iterator[Entry]:
        """Records of a topic: ``partition``, ``offset``, ``value``."""
        return lines(self.folder / "topics" / f"{name}.jsonl")

    def said(self, name: str) -> Iterator[Entry]:
        """Facts of the reference model."""
        return lines(self.folder / "said" / f"{name}.jsonl")

    def table(self, name: str) -> Iterator[Entry]:
        """Rows of the store under FINAL."""
        return lines(self.folder / "store" / f"{name}.jsonl")

    def sent_once(self) -> set[Identity]:
        """Events of which at least one send was acknowledged: each must be applied once."""
        return {known for known, entries in self.by_id.items() if any(one.acked for one in entries)}

    def place(self, entry: Sent) -> str:
        """Where an acknowledged record stands, as rows name it: ``kind:partition:offset``."""
        assert entry.topic is not None
        return f"{entry.topic.removeprefix(self.prefix)}:{entry.partition}:{entry.offset}"
