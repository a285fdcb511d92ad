"""Control charts against published values (formulas 4.6, 4.7) and against chance."""

import math
import random

import pytest

from models.groups.charts import Ewma, evidence, reference, smooth


def test_the_ewma_of_a_poisson_count_has_the_sigma_of_the_formula() -> None:
    chart = Ewma()
    for _ in range(300):
        smooth(chart, 4, 4.0, math.inf, 0.2)
    assert chart.sigma == pytest.approx(0.6667, abs=5e-5)
    assert (chart.level, chart.usual) == (pytest.approx(4), pytest.approx(4))


def test_the_sigma_of_the_first_steps_is_the_one_of_the_formula() -> None:
    chart = Ewma()
    for step in range(1, 9):
        smooth(chart, 4, 4.0, math.inf, 0.2)
        assert chart.variance == pytest.approx(4 * 0.2 / 1.8 * (1 - 0.8 ** (2 * step)))


def test_a_mean_of_zero_is_a_mean() -> None:
    chart = Ewma()
    for count in (0, 0, 0, 5):
        smooth(chart, count, 1.0, math.inf, 0.2)
    assert chart.level == pytest.approx(1.0)


def test_the_reference_value_of_the_poisson_cusum() -> None:
    assert reference(3.0, 6.0) == pytest.approx(4.32809, abs=5e-6)


def test_the_evidence_of_a_poisson_count_is_its_distance_from_the_reference() -> None:
    for count in range(12):
        assert evidence(count, 3.0, 2.0, math.inf) == pytest.approx(
            math.log(2) * (count - reference(3.0, 6.0))
        )
        assert evidence(count, 3.0, 2.0, 1e9) == pytest.approx(evidence(count, 3.0, 2.0, math.inf), abs=1e-6)


@pytest.mark.parametrize("shape", [3.0, math.inf])
def test_evidence_is_a_likelihood_ratio(shape) -> None:
    """Its exponential has mean 1 under what is usual, so a CUSUM of it keeps its bound."""
    chance = random.Random(4)
    total = 0.0
    for _ in range(20_000):
        rate = 2.0 if shape == math.inf else chance.gammavariate(shape, 2.0 / shape)
        count, product = 0, chance.random()
        while product > math.exp(-rate):
            count, product = count + 1, product * chance.random()
        total += math.exp(evidence(count, 2.0, 1.5, shape))
    assert total / 20_000 == pytest.approx(1.0, abs=0.03)
