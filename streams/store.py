"""State of one partition: encoded values, a cache of decoded ones, the dirty keys and the due times.

An encoded value is ``due (8 bytes, big endian, 0 for none) + snapshot``. The due time stands in front so that recovery can
put timers in order without decoding two hundred thousand states. The store knows nothing of Kafka: the flow writes
what `drain` returns to the changelog, and `load` takes in what the changelog holds.
"""

import heapq
import struct
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Final, Generic, Protocol, TypeVar, runtime_checkable

import msgspec

from schemas.erasure import erased_hash

_DUE = struct.Struct(">q")

ERASED: Final = b"\x1eerased\x1e"
"""Begins the keys under which the fences of erased states are kept, by hash; no brand begins so (docs/architecture.md)."""


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
        self._moved: dict[bytes, S] = {}
        """States that were put since their due times were last looked at."""
        self._removed: set[bytes] = set()
        """Keys that were erased since the last drain."""
        self._fences: dict[bytes, bytes] = {}
        """Encoded fences of erased states, by their key in the changelog."""
        self._fenced: set[bytes] = set()
        """Keys of fences to be written with the next drain."""
        self._heap: list[tuple[int, bytes]] = []
        self._due: dict[bytes, int] = {}
        self._armed: dict[bytes, int] = {}
        """The earliest time at which a key stands in the heap; where its due time moved on since, it is put there anew when
        that time comes."""

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
        return len(self._dirty) + len(self._removed) + len(self._fenced)

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
        self._cache[key] = self._dirty[key] = self._moved[key] = state

    def dirty_items(self) -> Iterator[tuple[bytes, S]]:
        """Keys and states changed since the last drain."""
        yield from self._dirty.items()

    def erase(self, key: bytes, fence: dict[int, int]) -> None:
        """Remove `key`, and keep by its hash which rows may never bring it back: those at or below `fence`."""
        self._values.pop(key, None)
        self.revert(key)
        self._removed.add(key)
        before = self.erased_fence(key)
        upto = {source: max(offset, before.get(source, -1)) for source, offset in fence.items()}
        mark = ERASED + erased_hash(key)
        self._fences[mark] = _DUE.pack(0) + msgspec.msgpack.encode(before | upto)
        self._fenced.add(mark)

    def erased_fence(self, key: bytes) -> dict[int, int]:
        """Source to offset of the last row that an erasure of `key` covers; empty if there was none."""
        encoded = self._fences.get(ERASED + erased_hash(key)) if self._fences else None
        return {} if encoded is None else msgspec.msgpack.decode(encoded[_DUE.size :], type=dict[int, int])

    def naming(self, text: bytes) -> list[bytes]:
        """Keys whose states may hold `text`: those not written yet, and those whose encoded value does."""
        return [
            *self._dirty,
            *(k for k, value in self._values.items() if text in value and k not in self._dirty),
        ]

    def drain(self) -> list[tuple[bytes, bytes | None]]:
        """Encode and return what changed since the last drain, None for what was erased; the cache comes back to its size."""
        self._settle_dues()
        changed: list[tuple[bytes, bytes | None]] = [(mark, self._fences[mark]) for mark in self._fenced]
        changed += [(key, None) for key in self._removed]
        self._fenced.clear()
        self._removed.clear()
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
            if key.startswith(ERASED):
                if encoded is not None:
                    self._fences[key] = encoded
                continue
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
        self._armed = self._due.copy()
        self._heap = [(due, key) for key, due in self._due.items()]
        heapq.heapify(self._heap)
        for key in stale:
            state = self.get(key)
            if state is not None:
                self._dirty[key] = state
            elif key in self._fences:
                self._fenced.add(key)
            else:
                # A zombie wrote it behind its removal, which compaction must not forget, or in answer to a log that was lost.
                self._removed.add(key)

    def revert(self, key: bytes) -> None:
        """Forget what was changed of `key` since the last drain."""
        self._cache.pop(key, None)
        self._dirty.pop(key, None)
        self._moved.pop(key, None)
        encoded = self._values.get(key)
        self._arm(key, None if encoded is None else _DUE.unpack_from(encoded)[0] or None)

    def _arm(self, key: bytes, due: int | None) -> None:
        """Note when `key` is due, and see that it stands in the heap at that time or before."""
        if due is None:
            self._due.pop(key, None)
            return
        self._due[key] = due
        armed = self._armed.get(key)
        if armed is None or due < armed:
            self._armed[key] = due
            heapq.heappush(self._heap, (due, key))

    def _settle_dues(self) -> None:
        """Take in the due times of the states that were put."""
        for key, state in self._moved.items():
            self._arm(key, state.due)
        self._moved.clear()

    @property
    def timers(self) -> int:
        """Number of keys with a due time."""
        self._settle_dues()
        return len(self._due)

    def overdue(self, clock: int) -> int:
        """Number of keys whose due time is at or before `clock`."""
        self._settle_dues()
        return sum(due <= clock for due in self._due.values())

    def due(self, clock: int, most: int) -> list[bytes]:
        """Up to `most` keys whose due time is at or before `clock`, earliest first; each is returned once."""
        self._settle_dues()
        keys: list[bytes] = []
        while self._heap and self._heap[0][0] <= clock and len(keys) < most:
            at, key = heapq.heappop(self._heap)
            if self._armed.get(key) != at:
                continue
            del self._armed[key]
            due = self._due.get(key)
            if due == at:
                del self._due[key]
                keys.append(key)
            elif due is not None:
                self._arm(key, due)
        return keys
