"""Epochs: in log order, a value of a former owner that comes behind its successor's marker does not count."""

from dataclasses import dataclass

import pytest

from schemas.versions import FormatVersionError
from streams.changelog import MARKER, MARKER_VALUE, Reading, pack, split
from streams.store import Store


@dataclass
class Text:
    text: str
    due: int | None = None


def store() -> Store[Text]:
    return Store(lambda state: state.text.encode(), lambda data: Text(data.decode()))  # type: ignore[type-var]


def body(text: str) -> bytes:
    return bytes(8) + text.encode()


@dataclass
class Rec:
    offset: int
    key: bytes
    value: bytes | None


def marker() -> tuple[bytes, bytes]:
    return MARKER, MARKER_VALUE


def read(
    *log: tuple[bytes, bytes | None], first: int = 0
) -> tuple[dict[bytes, str], set[bytes], Store[Text]]:
    """What a worker holds after reading `log`, which begins at offset `first`, and which keys it writes again."""
    found = store()
    reading = Reading(found)
    found.load(reading.valid([Rec(first + n, key, value) for n, (key, value) in enumerate(log)]))
    found.loaded(reading.stale)
    held = {key: state.text for key in found.all_keys() if (state := found.get(key))}
    return held, reading.stale, found


def test_a_zombies_late_value_is_passed_over_and_written_again() -> None:
    held, stale, found = read(
        marker(),  # 0: the one who will hang
        (b"a", pack(0, body("first"))),
        marker(),  # 2: its successor
        (b"a", pack(2, body("second"))),
        (b"a", pack(0, body("late"))),
        (b"b", pack(2, body("other"))),
    )
    assert held == {b"a": "second", b"b": "other"}
    assert stale == {b"a"}
    assert [key for key, _ in found.drain()] == [b"a"], "so that compaction cannot keep the late one"


def test_a_value_behind_the_late_one_counts_again() -> None:
    held, stale, _ = read(
        marker(), marker(), (b"a", pack(1, body("1"))), (b"a", pack(0, body("0"))), (b"a", pack(1, body("2")))
    )
    assert (held, stale) == ({b"a": "2"}, set())


def test_where_compaction_has_removed_the_better_value_the_zombies_is_the_start() -> None:
    held, _, _ = read(marker(), (b"a", pack(0, body("late"))), first=9)
    assert held == {b"a": "late"}


def test_a_removed_key_is_not_brought_back_by_a_zombie() -> None:
    held, _, _ = read(
        marker(), (b"a", pack(0, body("x"))), marker(), (b"a", None), (b"a", pack(0, body("late")))
    )
    assert held == {}


def test_values_of_a_log_that_was_lost_do_not_count() -> None:
    held, stale, _ = read((b"a", pack(1000, body("of the lost log"))), marker(), (b"b", pack(1, body("new"))))
    assert (held, stale) == ({b"b": "new"}, {b"a"})


def test_values_before_the_first_marker_of_a_whole_log_are_of_another_log_and_are_removed() -> None:
    held, stale, found = read(
        (b"a", pack(0, body("old"))),
        (b"b", pack(0, body("old"))),
        marker(),
        (b"b", pack(2, body("new"))),
    )
    assert held == {b"b": "new"}
    assert stale == {b"a"}
    assert found.drain() == [(b"a", None)], (
        "so that it is not met again where compaction has removed offset 0"
    )


def test_markers_that_compaction_removed_are_known_by_the_values() -> None:
    held, _, _ = read((b"a", pack(5, body("new"))), (b"a", pack(3, body("late"))), first=20)
    assert held == {b"a": "new"}


def test_values_of_version_1_count_until_an_epoch_begins() -> None:
    held, stale, _ = read(
        (b"a", body("old")), (b"b", body("old")), marker(), (b"a", pack(2, body("new"))), (b"b", body("late"))
    )
    assert (held, stale) == ({b"a": "new", b"b": "old"}, {b"b"})


def test_both_versions_of_a_value_are_told_apart_and_a_later_one_is_refused() -> None:
    assert split(pack(77, b"body")) == (77, b"body")
    assert split(bytes(8) + b"state") == (0, bytes(8) + b"state")
    with pytest.raises(FormatVersionError, match="version 3"):
        split(bytes([0x83]) + pack(77, b"body")[1:])
