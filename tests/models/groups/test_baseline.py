import pytest

from models.groups.baseline import advance
from models.groups.expectation import Expectation, expect, largest_unsurprising
from models.groups.hours import hour_of_week
from models.groups.params import GroupParams
from models.groups.state import Baseline
from models.groups.terms import Terms

HOUR = 3600
WEEK = 168 * HOUR


class CountedDays:
    """A calendar that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def day(self, at: int, /) -> int:
        self.asked += 1
        return at // 86_400_000

    def start(self, day: int, /) -> int:
        return day * 86_400_000


def rate(stage, cell: int) -> float:
    usual = expect(stage.state.baseline, 490_992 + cell, 3_600_000, 100, stage.groups.terms)
    return usual.alpha / usual.beta


def test_hours_of_the_week_are_local() -> None:
    class Shanghai(CountedDays):
        def day(self, at: int, /) -> int:
            return super().day(at + 8 * 3_600_000)

        def start(self, day: int, /) -> int:
            return super().start(day) - 8 * 3_600_000

    utc = [hour_of_week(CountedDays(), number) for number in range(168)]
    assert sorted(utc) == list(range(168))
    assert [hour_of_week(Shanghai(), number) for number in range(160)] == utc[8:]


def test_leaves_enter_behind_the_guard_only(stage) -> None:
    stage.fill(100)
    for number in range(3):
        stage.play(10 + number, "group.left", f"m{number}")
    stage.play(2 * HOUR - 1, "message", "m9")
    assert sum(stage.state.baseline.leaves) == 0
    stage.play(2 * HOUR, "message", "m9")
    assert sum(stage.state.baseline.leaves) == 3


def test_exposure_is_members_times_hours(stage) -> None:
    stage.fill(10)
    stage.play(1800, "group.joined", "x")
    stage.play(5 * HOUR, "message", "x")
    known = sum(stage.state.baseline.exposure)
    waiting = sum(hour.exposure for hour in stage.state.baseline.pending)
    assert known + waiting == pytest.approx(10 * 5 + 4.5)


def test_the_hours_of_the_week_are_learned(stage) -> None:
    stage.fill(100)
    for week in range(6):
        for number in range(4):
            stage.play(week * WEEK + 20 * HOUR + number * 800, "group.left", f"m{number}")
            stage.play(week * WEEK + 20 * HOUR + number * 800 + 1, "group.joined", f"m{number}")
    stage.play(6 * WEEK, "message", "m50")
    assert rate(stage, 20) > 10 * rate(stage, 3)
    assert rate(stage, 3) < 24 / (100 * 24 * 7 * 6), "below the mean of all hours"


def test_years_of_silence_cost_one_week(stage) -> None:
    calendar = CountedDays()
    terms = Terms(GroupParams(), calendar)
    baseline = Baseline()
    advance(baseline, 0, 50, terms)
    advance(baseline, 20 * 366 * 24 * 3_600_000, 50, terms)
    assert calendar.asked < 3 * 168
    assert len(baseline.pending) <= 2


def test_weeks_skipped_at_once_equal_weeks_walked(new_stage) -> None:
    walked, skipped = new_stage(), new_stage()
    for stage in (walked, skipped):
        stage.fill(20)
        for number in range(4):
            stage.play(100 * number, "group.left", f"m{number}")
    for hour in range(2, 168 * 5):
        walked.play(hour * HOUR, "message", "m9")
    for stage in (walked, skipped):
        stage.play(168 * 5 * HOUR, "message", "m9")
    for name in ("leaves", "exposure"):
        a, b = (getattr(stage.state.baseline, name) for stage in (walked, skipped))
        assert a == pytest.approx(b)


def test_an_outbreak_is_capped_before_it_enters(stage) -> None:
    stage.fill(200)
    for number in range(100):
        stage.play(24 * HOUR + number, "group.left", f"m{number}")
    stage.play(48 * HOUR, "message", "m150")
    assert sum(stage.state.baseline.leaves) < 20


def test_little_history_is_wide() -> None:
    little, much = Expectation(3, 1, 1, 0, 1), Expectation(30, 10, 1, 0, 1)
    assert little.mean == much.mean == 3
    assert little.tail(10) == pytest.approx(0.0192871, rel=1e-5)
    assert much.tail(10) == pytest.approx(0.0020717, rel=1e-4)


def test_a_count_must_surprise_rate_and_habit() -> None:
    assert Expectation(1, 10, 0.1, 30, 3).tail(10) > 0.1
    assert Expectation(1, 10, 0.1, 0, 3).tail(10) < 1e-9


def test_the_cap_is_the_last_count_that_would_not_alarm() -> None:
    usual = Expectation(30, 10, 1, 0, 1)
    cap = largest_unsurprising(usual, 1e-3, 4)
    assert usual.tail(cap) > 1e-3 >= usual.tail(cap + 1)
    assert largest_unsurprising(Expectation(1, 1e6, 1, 0, 1), 1e-3, 4) == 4
