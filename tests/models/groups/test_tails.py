from math import exp, lgamma, log, log1p

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.groups.tails import poisson_tail, predictive_tail


@pytest.mark.parametrize(("mean", "count", "tail"), [(3, 10, 0.0011025), (0.5, 5, 1.7212e-4)])
def test_poisson_check_values(mean: float, count: int, tail: float) -> None:
    assert poisson_tail(count, mean) == pytest.approx(tail, rel=5e-5)


@pytest.mark.parametrize(("alpha", "beta", "tail"), [(30, 10, 0.0020717), (3, 1, 0.0192871)])
def test_predictive_check_values(alpha: float, beta: float, tail: float) -> None:
    assert predictive_tail(10, alpha, beta, 1) == pytest.approx(tail, rel=5e-5)


@pytest.mark.parametrize(("mean", "first"), [(0.2, 4), (0.5, 6), (1, 7), (3, 12), (10, 25)])
def test_first_count_at_one_in_ten_thousand(mean: float, first: int) -> None:
    assert poisson_tail(first, mean) <= 1e-4 < poisson_tail(first - 1, mean)


def poisson_sum(count: int, mean: float) -> float:
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count, count + 4000))


def predictive_sum(count: int, alpha: float, beta: float, exposure: float) -> float:
    again, first = log(exposure / (beta + exposure)), -alpha * log1p(exposure / beta)
    terms = (
        exp(lgamma(k + alpha) - lgamma(alpha) - lgamma(k + 1) + k * again + first)
        for k in range(count, count + 4000)
    )
    return sum(terms)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0.001, 300))
def test_poisson_equals_brute_force(count: int, mean: float) -> None:
    assert poisson_tail(count, mean) == pytest.approx(poisson_sum(count, mean), rel=1e-8, abs=1e-280)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0.05, 200), st.floats(0.5, 500), st.floats(0.01, 50))
def test_predictive_equals_brute_force(count: int, alpha: float, beta: float, exposure: float) -> None:
    exposure = min(exposure, beta * 5)
    expected = predictive_sum(count, alpha, beta, exposure)
    assert predictive_tail(count, alpha, beta, exposure) == pytest.approx(expected, rel=1e-8, abs=1e-280)


def test_predictive_approaches_poisson_as_history_grows() -> None:
    assert predictive_tail(10, 3e7, 1e7, 1) == pytest.approx(poisson_tail(10, 3), rel=1e-4)


def test_large_counts_stay_in_range_and_fall() -> None:
    tails = [predictive_tail(count, 50, 10, 2) for count in range(1, 5000, 50)]
    assert all(0 <= b <= a <= 1 for a, b in zip(tails, tails[1:], strict=False))


def test_nothing_is_always_reached_and_nothing_comes_of_nothing() -> None:
    assert poisson_tail(0, 3) == predictive_tail(0, 3, 1, 1) == 1
    assert poisson_tail(1, 0) == predictive_tail(1, 0, 1, 1) == predictive_tail(1, 3, 1, 0) == 0
