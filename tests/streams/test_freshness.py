"""Freshness: what was forwarded, judged and stored, and nothing that is not known."""

from schemas.rows import ROWS_VERSION, Rows
from streams.freshness import Freshness


def marks(**told: int) -> Rows:
    return Rows(ROWS_VERSION, {int(source[1:]): clock for source, clock in told.items()}, [])


def test_nothing_is_claimed_before_every_source_and_partition_was_heard_of() -> None:
    fresh = Freshness([0, 1], 2)
    fresh.heard(0, 5, marks(s0=100))
    fresh.committed({0: 6})
    assert fresh.as_of(None) is None
    fresh.heard(0, 6, marks(s1=90))
    fresh.committed({0: 7})
    assert fresh.as_of(None) is None, "partition 1 is not known"
    fresh.heard(1, 0, marks(s0=100, s1=95))
    fresh.committed({1: 1})
    assert fresh.as_of(None) == 90


def test_what_the_workers_have_not_committed_does_not_count() -> None:
    fresh = Freshness([0], 1)
    fresh.heard(0, 0, marks(s0=100))
    fresh.heard(0, 1, marks(s0=200))
    assert fresh.as_of(None) is None
    fresh.committed({0: 1})
    assert fresh.as_of(None) == 100
    fresh.committed({0: 2})
    assert fresh.as_of(None) == 200


def test_an_unread_fact_holds_the_clock_back() -> None:
    fresh = Freshness([0], 1)
    fresh.heard(0, 0, marks(s0=200))
    fresh.committed({0: 1})
    assert fresh.as_of(150) == 150
    assert fresh.as_of(250) == 200
