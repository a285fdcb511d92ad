"""State of one partition: encoded values, a cache of decoded ones, the dirty keys and the due times.

An encoded value is ``due (8 bytes, big endian, 0 for none) + snapshot``. The due time stands in front so that recovery can
put timers in order without decoding two hundred thousand states. The store knows nothing of Kafka: the flow writes
what `drain` returns to the changelog, and `load` takes in what the changelog holds.
"""

import heapq
import struct
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Generic, Protocol, TypeVar, runtime_checkable

_DUE = struct.Struct(">q")


class HasDue(Protocol):
    """A state that knows when it must be looked at again (ms), or None."""

    due: int | None
    fence: dict[int, int]
    """Source to last applied offset."""


@runtime_checkable
class Closable(Protocol):
    """Values that hold something open, such as files."""

    def close(self) -> None: ...


S = TypeVar("S", bound=HasDue)

Values = MutableMapping[bytes, bytes]


class Store(Generic[S]):
    """State values of one partition. Not thread safe: one event loop owns it."""

    def __init__(
        self,
        snapshot: Callable[[S], bytes],
        restore: Callable[[bytes], S],
        values: Values | None = None,
        cache_size: int = 50_000,
    ) -> None:
        self._snapshot = snapshot
        self._restore = restore
        self._values: Values = {} if values is None else values
        self._cache: dict[bytes, S] = {}
        self._cache_size = cache_size
        self._dirty: dict[bytes, S] = {}
        self._heap: list[tuple[int, bytes]] = []
        self._due: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def close(self) -> None:
        """Let go of what the values hold open; the store is not used again."""
        if isinstance(self._values, Closable):
            self._values.close()

    @property
    def dirty(self) -> int:
        """Number of values changed since the last drain."""
        return len(self._dirty)

    def all_keys(self) -> list[bytes]:
        """All keys, dirty ones included."""
        return list({*self._values, *self._dirty})

    def get(self, key: bytes) -> S | None:
        """State of `key`, to be changed in place and given back by `put`, or None."""
        state = self._cache.get(key)
        if state is None:
            encoded = self._values.get(key)
            if encoded is None:
                return None
            state = self._restore(encoded[_DUE.size :])
            self._cache[key] = state
        return state

    def put(self, key: bytes, state: S) -> None:
        """Take in a changed state."""
        self._cache[key] = state
        self._dirty[key] = state
        due = state.due
        if due is None:
            self._due.pop(key, None)
        elif self._due.get(key) != due:
            self._due[key] = due
            heapq.heappush(self._heap, (due, key))

    def dirty_items(self) -> Iterator[tuple[bytes, S]]:
        """Keys and states changed since the last drain."""
        yield from self._dirty.items()

    def drain(self) -> list[tuple[bytes, bytes]]:
        """Encode and return what changed since the last drain; the cache is brought back to its size."""
        changed = []
        for key, state in self._dirty.items():
            encoded = _DUE.pack(state.due or 0) + self._snapshot(state)
            self._values[key] = encoded
            changed.append((key, encoded))
        self._dirty.clear()
        self._shrink_cache()
        return changed

    def _shrink_cache(self) -> None:
        if len(self._cache) <= self._cache_size:
            return
        for key in list(self._cache)[: len(self._cache) - self._cache_size // 2]:
            del self._cache[key]

    def load(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take in changelog records, oldest first; a record without a value removes its key."""
        for key, encoded in records:
            self._cache.pop(key, None)
            if encoded is None:
                self._values.pop(key, None)
                self._due.pop(key, None)
                continue
            self._values[key] = encoded
            (due,) = _DUE.unpack_from(encoded)
            if due:
                self._due[key] = due
            else:
                self._due.pop(key, None)

    def loaded(self, stale: Iterable[bytes] = ()) -> None:
        """The changelog has been read to its end: put the due times in order. Keys in `stale` are to be written again."""
        self._heap = [(due, key) for key, due in self._due.items()]
        heapq.heapify(self._heap)
        for key in stale:
            state = self.get(key)
            if state is not None:
                self._dirty[key] = state

    def revert(self, key: bytes) -> None:
        """Forget what was changed of `key` since the last drain."""
        self._cache.pop(key, None)
        self._dirty.pop(key, None)
        self._due.pop(key, None)
        encoded = self._values.get(key)
        if encoded is not None:
            (due,) = _DUE.unpack_from(encoded)
            if due:
                self._due[key] = due
                heapq.heappush(self._heap, (due, key))

    @property
    def timers(self) -> int:
        """Number of keys with a due time."""
        return len(self._due)

    def overdue(self, clock: int) -> int:
        """Number of keys whose due time is at or before `clock`."""
        return sum(due <= clock for due in self._due.values())

    def due(self, clock: int, most: int) -> list[bytes]:
        """Up to `most` keys whose due time is at or before `clock`, earliest first; each is returned once."""
        keys: list[bytes] = []
        while self._heap and self._heap[0][0] <= clock and len(keys) < most:
            due, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:
                del self._due[key]
                keys.append(key)
        return keys
