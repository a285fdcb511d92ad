"""Packing: every row once, in order, in records below the limit; marks behind all rows."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.rows import Row, decode_rows
from streams.intake import PACK_BYTES, packed_records
from streams.outbox import BATCH_BYTES


def rows_of(sizes: list[int]) -> list[Row]:
    return [Row(2**20, number + 2**40, 2**42, 2**42, b"x" * size) for number, size in enumerate(sizes)]


@given(
    sizes=st.lists(st.sampled_from([75, 76, 5_000, 262_144]) | st.integers(75, 262_144), max_size=30),
    marks=st.dictionaries(st.integers(0, 40), st.integers(0, 2**42), max_size=3),
)
def test_nothing_is_lost_moved_or_too_large(sizes: list[int], marks: dict[int, int]) -> None:
    records = list(packed_records(marks, rows_of(sizes)))
    packed = [decode_rows(record) for record in records]
    assert [len(row.raw) for one in packed for row in one.rows] == sizes
    offsets = [row.offset for one in packed for row in one.rows]
    assert offsets == sorted(offsets)
    assert [one.marks for one in packed[:-1]] == [{}] * (len(packed) - 1)
    if sizes or marks:
        assert packed[-1].marks == marks
    else:
        assert packed == []
    assert all(sum(len(row.raw) for row in one.rows) <= PACK_BYTES for one in packed)
    assert all(len(record) < BATCH_BYTES - 1000 for record in records)


def test_the_shortest_rows_still_fit_a_batch() -> None:
    records = list(packed_records({1: 1}, rows_of([75] * 20_000)))
    assert len(records) == 3
    assert all(len(record) < BATCH_BYTES - 1000 for record in records)
