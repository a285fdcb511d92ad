"""The unit that moves: what one fetch brought for one partition (design invariant 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Partition(NamedTuple):
    """A partition of a topic; equal to Faust's and aiokafka's own tuples."""

    topic: str
    partition: int


class Record(Protocol):
    """What is used of a fetched record."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records of one partition in offset order, as fetched in one generation of the consumer group."""

    partition: Partition
    generation: int
    records: Sequence[Any]
    highwater: int

    @property
    def first(self) -> int:
        """Offset of the first record."""
        return int(self.records[0].offset)

    @property
    def last(self) -> int:
        """Offset of the last record."""
        return int(self.records[-1].offset)
