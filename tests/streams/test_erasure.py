"""Erasing a member from a store: gone with its timers, fenced, and so after a recovery and after a zombie."""

from types import SimpleNamespace
from typing import Any

import pytest

from schemas.erasure import Erasure, decode_erasure, encode_erasure
from schemas.rows import ROWS_VERSION, decode_rows
from schemas.versions import FormatVersionError
from streams.changelog import MARKER, MARKER_VALUE, Reading, pack
from streams.store import Store
from tests.streams.test_store import Counter, new, snapshot

ORDER = Erasure("default", "m1", {0: 7, 5: 2}, "abc123", 1_767_600_000_000)


def kept(store: Store[Any]) -> list[tuple[bytes, bytes | None]]:
    return [(key, None if value is None else pack(9, value)) for key, value in store.drain()]


def read(records: list[tuple[bytes, bytes | None]]) -> Store[Counter]:
    """A store that has recovered from `records`."""
    store = new()
    log: list[Any] = [
        SimpleNamespace(offset=n, key=key, value=value) for n, (key, value) in enumerate(records, 10)
    ]
    reading = Reading(store)
    store.load(reading.valid(log))
    store.loaded(reading.stale)
    return store


def test_an_order_comes_back_and_former_programs_refuse_it() -> None:
    assert decode_erasure(encode_erasure(ORDER)) == ORDER
    assert decode_rows(encode_erasure(ORDER)).version > ROWS_VERSION
    with pytest.raises(FormatVersionError):
        decode_erasure(encode_erasure(ORDER).replace(b"\x90\x01", b"\x90\x02", 1))
    assert "m1" not in ORDER.alias


def test_what_is_erased_is_gone_with_its_timer_and_leaves_a_fence() -> None:
    store = new()
    for name in (b"k", b"other"):
        store.put(name, Counter(name.decode(), 1, due=100))
    log = kept(store)
    store.put(b"k", Counter("k", 2, due=200))
    store.erase(b"k", {0: 7})
    assert store.get(b"k") is None and b"k" not in store
    assert store.due(1000, 10) == [b"other"]
    assert store.erased_fence(b"k") == {0: 7} and store.erased_fence(b"other") == {}
    store.erase(b"k", {0: 3, 1: 4})
    assert store.erased_fence(b"k") == {0: 7, 1: 4}, "a fence never falls"
    log += kept(store)
    assert not any(key == b"k" for key, value in log[2:] if value is not None)

    again = read(log)
    assert again.get(b"k") is None and again.get(b"other") is not None
    assert again.erased_fence(b"k") == {0: 7, 1: 4} and again.drain() == []
    assert all(
        key in (b"k", b"other") or b"k" not in key.removeprefix(b"\x1eerased\x1e")[16:] for key, _ in log
    )


def test_one_who_comes_back_in_the_same_flush_is_kept() -> None:
    store = new()
    store.put(b"k", Counter("k", 1))
    log = kept(store)
    store.erase(b"k", {0: 7})
    store.put(b"k", Counter("k", 5))
    back = read(log + kept(store)).get(b"k")
    assert back is not None and back.count == 5


def test_a_poison_event_does_not_bring_back_what_was_erased() -> None:
    store = new()
    store.put(b"k", Counter("k", 1))
    store.drain()
    store.erase(b"k", {0: 7})
    store.put(b"k", Counter("k", 2))
    store.revert(b"k")
    assert store.get(b"k") is None


def test_a_zombies_value_behind_the_removal_is_removed_again() -> None:
    store = new()
    store.put(b"k", Counter("k", 1))
    log = kept(store)
    store.erase(b"k", {0: 7})
    log += [(MARKER, MARKER_VALUE), *((key, value and pack(12, value[9:])) for key, value in kept(store))]
    late = pack(3, b"\x00" * 8 + snapshot(Counter("k", 99)))
    again = read([*log, (b"k", late)])
    assert again.get(b"k") is None
    assert (b"k", None) in again.drain(), "or a compaction would let the zombie's value win"


def test_what_names_a_text_is_found_written_or_not() -> None:
    store = new()
    store.put(b"a", Counter("has-m1", 1))
    store.put(b"b", Counter("nobody", 1))
    store.drain()
    store.put(b"c", Counter("new", 1))
    assert sorted(store.naming(b"m1")) == [b"a", b"c"]
