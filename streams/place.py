"""A partition of a keyed flow: its states, where they are made durable, and what has happened to them since the last flush."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from schemas.erasure import Erasure
from schemas.rows import Row
from streams.changelog import Changelog
from streams.frontier import Frontier
from streams.store import HasDue, Store, Values

S = TypeVar("S", bound=HasDue)


class Place(Generic[S]):
    """A partition: its store, its changelog, its frontier, and its rows and erasures since the last flush."""

    def __init__(self, store: Store[S], changelog: Changelog, sources: Sequence[int]) -> None:
        self.store = store
        self.changelog = changelog
        self.rows: list[tuple[bytes, Row]] = []
        self.erasures: list[Erasure] = []
        self.frontier = Frontier(sources)
        self.settled = False


def values_for(kind: str, folder: Any, name: str, partition: int) -> Values | None:
    """Where encoded values live: None for memory, or a rocksdict database opened empty (the changelog is the truth)."""
    if kind == "memory":
        return None
    from streams.disk import DiskValues  # noqa: PLC0415 - the library is loaded only where it is used

    return DiskValues(folder / f"{name}-{partition}")
