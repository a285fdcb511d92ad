"""Freshness, as a process tells it."""

from datetime import UTC, datetime

import pytest

from sinks.http import Board, Freshness


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_known_at_first() -> None:
    board = Board(Clock())
    assert board.freshness() == Freshness(None, None, None)
    assert board.checks() == {}


def test_behind_is_the_age_of_what_was_reached() -> None:
    clock = Clock()
    board = Board(clock)
    board.reached(995.0)
    clock.now = 1010.0
    assert board.freshness() == Freshness(datetime.fromtimestamp(995, UTC), 15.0, None)


def test_a_clock_that_is_ahead_is_not_negative_delay() -> None:
    board = Board(Clock())
    board.reached(2000.0)
    assert board.freshness().behind_seconds == 0.0


def test_the_rate_is_over_the_last_minute_and_falls_to_zero() -> None:
    clock = Clock()
    board = Board(clock)
    board.stored(10)
    clock.now += 10
    board.stored(90)
    assert board.freshness().events_per_second == pytest.approx(10.0)
    clock.now += 55
    assert board.freshness().events_per_second == pytest.approx(90 / 60)
    clock.now += 60
    assert board.freshness().events_per_second == 0.0
