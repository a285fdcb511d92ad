"""How many leaves to expect in a window, and how surprising a count is.

The rate of an hour of the week is Gamma-distributed around the group's rate, and that around a prior, so
little history means wide, not wrong: the prediction is a negative binomial. Source: formulas 4.5, row 11.

A meeting that ends every Wednesday empties the group at once, and no rate explains that: so each hour of
the week also has a habit, the leaves that were together in a window. To be a spike, a count must surprise
both.
"""

import msgspec

from models.groups.hours import near
from models.groups.params import HOUR, WEEK, GroupParams
from models.groups.state import HOURS_A_WEEK, Baseline
from models.groups.tails import predictive_tail
from models.groups.terms import Terms


class Expectation(msgspec.Struct, frozen=True):
    """Prediction of the leaves in one window: a Gamma-Poisson from the rate, and one from habitual bursts.

    ``alpha`` and ``beta`` (member-hours) with ``exposure`` (member-hours); ``burst`` and ``visits`` in
    counts.
    """

    alpha: float
    beta: float
    exposure: float
    burst: float
    visits: float

    @property
    def mean(self) -> float:
        """Expected leaves."""
        return max(self.alpha / self.beta * self.exposure, self.burst / self.visits)

    def tail(self, count: int) -> float:
        """P(at least ``count`` leaves), the larger of the two."""
        by_rate = predictive_tail(count, self.alpha, self.beta, self.exposure)
        return max(by_rate, predictive_tail(count, self.burst, self.visits, 1.0))


def threshold(params: GroupParams, window: int) -> float:
    """Largest p that is a spike in a window of ``window`` ms; see `GroupParams.false_alerts_per_week`."""
    return params.false_alerts_per_week / len(params.windows) * window / WEEK


def expect(baseline: Baseline, number: int, length: int, size: float, terms: Terms) -> Expectation:
    """Prediction for a window of ``length`` ms in the hour ``number`` of a group of ``size`` members."""
    alpha = terms.params.prior_leaves + sum(baseline.leaves)
    rate = alpha / (terms.params.prior_leaves / terms.params.prior_rate + sum(baseline.exposure))
    shape = 1 / (1 / terms.params.season_shape + 1 / alpha)
    cell = terms.cell(number)
    burst, visits = _habit(baseline, number, cell, length, terms)
    return Expectation(
        shape + baseline.leaves[cell],
        shape / rate + baseline.exposure[cell],
        max(size, 1.0) * length / HOUR,
        burst,
        visits,
    )


def _habit(baseline: Baseline, number: int, cell: int, length: int, terms: Terms) -> tuple[float, float]:
    """Decayed sum of bursts of a cell or, if larger, of a neighbour; and the decayed visits behind it.

    A week more is counted than was seen, so that a single burst is not yet a habit.
    """
    keep, params = terms.keep, terms.params
    weeks = max(0, number - baseline.first) // HOURS_A_WEEK
    visits = 1.0 + (1 - keep**weeks) / (1 - keep)
    index = next((i for i, window in enumerate(params.windows) if window >= length), len(params.windows) - 1)
    sums = (
        burst.peaks[index] * keep ** (max(0, number - burst.number) / HOURS_A_WEEK)
        for burst in (baseline.bursts.get(c) for c in near(cell))
        if burst is not None
    )
    return max(sums, default=0.0), visits


def largest_unsurprising(usual: Expectation, limit: float, floor: int) -> int:
    """Largest count whose tail is above ``limit``, at least ``floor``."""
    low, high = floor, floor + 1
    while usual.tail(high) > limit:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if usual.tail(middle) > limit:
            low = middle
        else:
            high = middle
    return low
