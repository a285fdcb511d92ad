"""The fit of P(alive)'s population finds published values, and what a simulation was made with."""

import math
import os
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from models import palive
from models.calendar import Calendar, day_number
from models.fitting import History, Likelihood, NotFitted, fit
from models.palive import Spread
from streams.fit import days_in_files, fit_days

TRUTH = Spread(r=0.6, alpha=4.0, a=0.8, b=2.5)


def simulated(members: int, seed: int) -> list[History]:
    """Histories of members who stop after any act, the first included (MBG/NBD), by its own story."""
    random, made = Random(seed), []
    for _ in range(members):
        rate = random.gammavariate(TRUTH.r, 1 / TRUTH.alpha)
        stops, age = random.betavariate(TRUTH.a, TRUTH.b), random.uniform(10, 60)
        repeats, last, at = 0, 0.0, 0.0
        while random.random() >= stops:
            at += random.expovariate(rate) if rate > 0 else age + 1
            if at > age:
                break
            repeats, last = repeats + 1, at
        made.append(History(repeats, last, age))
    return made


def test_a_simulated_population_is_found_again() -> None:
    made = simulated(20_000, seed=1)
    found = fit(made, "mbg")
    assert found.members == 20_000
    assert found.log_likelihood >= Likelihood(Counter(made), "mbg").of(TRUTH)
    for name, truth in TRUTH._asdict().items():
        assert getattr(found.spread, name) == pytest.approx(truth, rel=0.25), name
    assert found.log_likelihood > fit(made, "bg").log_likelihood, "the story that made them fits them better"


@pytest.mark.parametrize("x,last,age", [(0, 0.0, 38.86), (2, 30.43, 38.86), (7, 12.0, 13.5)])
def test_p_alive_is_the_part_of_the_likelihood_that_is_alive(x: int, last: float, age: float) -> None:
    """A second history, silent for ever, has no alive part: the rest of the likelihood is that of having stopped."""
    spread = Spread()

    def of(age: float) -> float:
        return math.exp(Likelihood(Counter([History(x, last, age)]), "mbg").of(spread))

    stopped = of(1e60)
    assert 1 - stopped / of(age) == pytest.approx(palive.mbg_nbd(x, last, age, spread), abs=1e-9)


def test_what_cannot_be_fitted_is_said() -> None:
    with pytest.raises(NotFitted, match="3 members; a fit needs at least 50"):
        fit([History(1, 1.0, 2.0)] * 3)
    with pytest.raises(NotFitted, match="no member has done anything twice"):
        fit([History(0, 0.0, 2.0)] * 60)


@pytest.mark.skipif(
    "QUNPULSE_TEST_DATA" not in os.environ, reason="QUNPULSE_TEST_DATA names no folder with the CDNOW sample"
)
def test_published_values_of_the_cdnow_sample() -> None:
    """Fader and Hardie, note 021: r .243, alpha 4.414, a .793, b 2.426, log-likelihood -9582.4."""
    orders = Path(os.environ["QUNPULSE_TEST_DATA"]) / "orders.jsonl.gz"
    days = days_in_files([orders], "orders", Calendar("UTC"), now=day_number("2026-01-01") * 86_400_000)
    found, last = fit_days(days, "bg", day_number("1997-09-30"), None)
    assert (found.members, date.fromordinal(last + date(1970, 1, 1).toordinal())) == (2357, date(1997, 9, 30))
    assert found.spread == pytest.approx((0.2426, 4.4135, 0.7929, 2.4258), abs=5e-4)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    assert palive.bg_nbd(2, 30.43, 38.86, found.spread) == pytest.approx(0.72658, abs=5e-4)
