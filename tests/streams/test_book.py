"""The book: contiguous finished chunks are committed, holes are errors."""

from dataclasses import dataclass

import pytest

from streams.book import Book, LogLost, OffsetHole
from streams.chunk import Chunk, Partition

P = Partition("t", 0)


@dataclass
class Rec:
    offset: int


def chunk(*offsets: int, end: int = 100) -> Chunk:
    return Chunk(P, 1, [Rec(offset) for offset in offsets], end)


def test_first_chunk_may_start_anywhere() -> None:
    book = Book()
    assert [r.offset for r in book.admit(chunk(7, 8))] == [7, 8]
    assert book.position(P) == 9


def test_a_hole_between_chunks_is_an_error() -> None:
    book = Book()
    book.admit(chunk(0, 1))
    with pytest.raises(OffsetHole, match="offset 2 was expected, 3 came; 1 record"):
        book.admit(chunk(3))


def test_a_hole_within_a_chunk_is_an_error() -> None:
    with pytest.raises(OffsetHole, match="1 is followed by 3"):
        Book().admit(chunk(0, 1, 3))


def test_records_read_before_are_left_out() -> None:
    book = Book()
    book.admit(chunk(0, 1, 2))
    assert [r.offset for r in book.admit(chunk(1, 2, 3))] == [3]
    assert list(book.admit(chunk(0, 1))) == []
    assert book.position(P) == 4


def test_only_finished_offsets_can_be_committed_and_only_once() -> None:
    book = Book()
    book.admit(chunk(0, 1))
    assert book.committable() == {}
    book.finish_all()
    assert book.committable() == {P: 2}
    book.committed({P: 2})
    assert book.committable() == {}
    book.admit(chunk(2, 3))
    book.finish(P, 3)
    assert book.committable() == {P: 3}
    book.finish(P, 2)
    assert book.committable() == {P: 3}, "finishing never goes back"


def test_a_revoked_partition_is_forgotten() -> None:
    book = Book()
    book.admit(chunk(0, 1))
    book.finish_all()
    book.forget([P])
    assert book.position(P) is None
    assert book.committable() == {}
    book.admit(chunk(50))


def test_a_log_that_ends_before_what_was_read_is_lost() -> None:
    book = Book()
    book.admit(chunk(0, 1, 2))
    with pytest.raises(LogLost, match="ends at 2, 3 was to be read"):
        book.admit(chunk(0, 1, end=2))


def test_a_log_that_begins_again_before_what_was_committed_is_lost_even_if_it_is_long_again() -> None:
    book = Book()
    book.begin(P, 3)
    book.admit(chunk(3, 4, 5))
    with pytest.raises(LogLost, match="begins again at 0, 3 was committed"):
        book.admit(chunk(0, 1))


def test_offsets_that_the_group_has_forgotten_are_a_lost_log() -> None:
    book = Book()
    book.begin(P, 0)
    book.admit(chunk(0, 1))
    book.finish_all()
    book.committed({P: 2})
    book.forget([P])
    with pytest.raises(LogLost, match="2 was committed of t.0., now it says 0"):
        book.begin(P, 0)
    book.begin(P, 7)
