"""The slopes of the soak, by samples of which they are known."""

import pytest

from tests.faults.gauges import Sample, slope, slope_at_equal_state


def samples(minute: float, state: float) -> list[Sample]:
    """Twenty minutes of a worker that grows by `minute` MB a minute and by `state` MB a state, and holds more states late."""
    held = [100 * int(one) for one in "13113111313133133133"]
    return [Sample(60.0 * at, 150 + minute * at + state * one, 10, 3, one) for at, one in enumerate(held)]


def test_of_equal_states_the_slopes_are_the_same() -> None:
    same = [Sample(one.at, one.rss, 10, 3, 7) for one in samples(0.4, 0.0)]
    assert slope(same) == pytest.approx(0.4)
    assert slope_at_equal_state(same) == pytest.approx(0.4)


def test_what_is_held_for_others_is_no_growth() -> None:
    assert slope(samples(0.4, 0.2)) > 1.0
    assert slope_at_equal_state(samples(0.4, 0.2)) == pytest.approx(0.4)


def test_a_leak_is_seen_beside_what_is_held() -> None:
    assert slope_at_equal_state(samples(3.0, -0.2)) == pytest.approx(3.0)


def test_a_look_that_brought_no_states_counts_for_the_plain_slope_only() -> None:
    some = samples(0.4, 0.2)
    unsaid = Sample(60.0 * 20, 400, 10, 3, None)
    assert slope([*some, unsaid]) > slope(some)
    assert slope_at_equal_state([*some, unsaid]) == pytest.approx(0.4)


def test_too_few_samples_have_no_slope() -> None:
    assert slope(samples(1.0, 0.0)[:2]) == 0.0
    assert slope_at_equal_state(samples(1.0, 0.0)[:2]) == 0.0
