"""How often nothing is called a spike, and how surely a spike is seen, on groups made up by chance."""

import pytest

from benchmarks.population import Nature, life, measure
from models.groups import GroupParams


def figures(**wanted):
    given = {
        "groups": 250,
        "days": 60,
        "spikes": False,
        "seed": 7,
        "nature": Nature(),
        "params": GroupParams(),
    }
    return measure(**(given | wanted))


def test_a_population_without_a_spike_raises_hardly_an_alert() -> None:
    told = figures()
    assert told["leaves"] > 20_000
    assert told["false_alerts"] <= 1, told["false"]


def test_restless_groups_of_more_noise_than_the_model_knows_stay_near_the_budget() -> None:
    told = figures(groups=100, nature=Nature(daily_loss=0.05, noise=0.4))
    assert told["leaves"] > 40_000
    assert told["false_alerts"] / (100 * 60) <= 2 * GroupParams().false_alerts_per_day, told["false"]


def test_a_budget_without_bounds_raises_many_alerts() -> None:
    told = figures(groups=60, params=GroupParams(false_alerts_per_day=50.0))
    assert told["false_alerts"] >= 5


def test_spikes_of_three_times_the_baseline_are_seen() -> None:
    told = figures(spikes=True)
    assert told["spikes"] > 1_000
    assert told["power"] >= 0.9
    assert told["false_alerts"] <= 1, told["false"]


@pytest.mark.parametrize("spikes", [False, True])
def test_a_life_is_a_function_of_the_seed(spikes) -> None:
    import numpy as np

    first, again = (life(np.random.default_rng([3, 4]), Nature(), 40, spikes) for _ in range(2))
    assert first == again
    assert first.leaves == sorted(first.leaves)
    assert bool(first.struck) is spikes
