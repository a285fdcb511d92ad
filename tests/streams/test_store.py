"""The store of a partition: what goes in comes out, also after recovery, with timers in order."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.disk import DiskValues
from streams.store import Store, Values


@dataclass
class Counter:
    name: str
    count: int = 0
    due: int | None = None


def snapshot(state: Counter) -> bytes:
    return f"{state.name},{state.count},{state.due or 0}".encode()


def restore(data: bytes) -> Counter:
    name, count, due = data.decode().split(",")
    return Counter(name, int(count), int(due) or None)


def new(values: Values | None = None, cache_size: int = 50_000) -> Store[Counter]:
    return Store(snapshot, restore, values, cache_size)


@pytest.fixture(params=["memory", "rocksdict"])
def values(request: pytest.FixtureRequest, tmp_path: Path) -> Values | None:
    return None if request.param == "memory" else DiskValues(tmp_path / "db")


def test_states_come_back_from_their_encoded_form(values: Values | None) -> None:
    store = new(values, cache_size=2)
    for number in range(20):
        store.put(b"%d" % number, Counter(str(number), number))
    assert len(store.drain()) == 20
    assert store.dirty == 0
    assert len(store) == 20
    assert [store.get(b"%d" % n) for n in range(20)] == [Counter(str(n), n) for n in range(20)]
    assert store.get(b"nobody") is None


def test_drain_gives_each_changed_key_once_with_its_last_value() -> None:
    store = new()
    state = Counter("a")
    for count in range(5):
        state.count = count
        store.put(b"a", state)
    ((key, encoded),) = store.drain()
    assert (key, restore(encoded[8:])) == (b"a", Counter("a", 4))
    assert store.drain() == []


def test_recovery_brings_states_and_timers_back(values: Values | None) -> None:
    first = new()
    for number, due in enumerate([50, None, 20, 90]):
        first.put(b"%d" % number, Counter(str(number), number, due))
    changelog = [*first.drain()]
    first.put(b"2", Counter("2", 7, 99))
    changelog += first.drain()
    second = new(values)
    second.load([*changelog, (b"3", None)])
    second.loaded()
    assert len(second) == 3
    assert second.due(1000, 10) == [b"0", b"2"]
    assert second.get(b"2") == Counter("2", 7, 99)
    assert second.get(b"3") is None


def test_due_is_bounded_ordered_and_forgets_old_times() -> None:
    store = new()
    for number in range(10):
        store.put(b"%d" % number, Counter(str(number), due=100 - number))
    store.put(b"9", Counter("9", due=None))
    store.put(b"8", Counter("8", due=500))
    assert store.due(93, 2) == [b"7"]
    assert store.due(96, 2) == [b"6", b"5"]
    assert store.due(96, 2) == [b"4"]
    assert store.timers == 5


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.one_of(st.none(), st.integers(1, 50)))))
def test_due_agrees_with_the_last_due_time_of_each_key(steps: list[tuple[bytes, int | None]]) -> None:
    store, last = new(), {}
    for key, due in steps:
        store.put(key, Counter(key.decode(), due=due))
        last[key] = due
    expected = sorted((due, key) for key, due in last.items() if due is not None and due <= 25)
    assert store.due(25, 100) == [key for _, key in expected]
    assert store.due(25, 100) == []


def test_a_closed_store_on_disk_gives_its_folder_to_the_next(tmp_path: Path) -> None:
    first = new(DiskValues(tmp_path / "db"))
    first.put(b"a", Counter("a", 1))
    first.drain()
    first.close()
    second = new(DiskValues(tmp_path / "db"))
    assert len(second) == 0, "the changelog is the truth: a folder is opened empty"
    second.put(b"b", Counter("b", 2))
    second.drain()
    assert second.get(b"b") == Counter("b", 2)
    second.close()
    new().close()
