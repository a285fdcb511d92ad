"""How many leaves to expect in a window, and how surprising a count is.

Rates are per member-hour, and each is Gamma-distributed around the one above it: the hour of the week around that
hour of the day, the hour of the day around the group, the group around groups of its type. So little history means
wide, not wrong. The prediction is a negative binomial (formulas 4.5, row 11), and never as narrow as a Poisson:
rates vary from one week to the next beyond all seasons.

A meeting that ends every Wednesday empties the group at once, and no rate explains that: so each hour of
the week also has a habit, the leaves that were together in a window when that happened. To be a spike, a count must surprise
both.
"""

from math import inf

import msgspec

from models.groups.hours import near
from models.groups.params import DAY, HOUR, GroupParams
from models.groups.state import HOURS_A_DAY, HOURS_A_WEEK, Baseline
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
    """Largest p that is a spike in a window of ``window`` ms; see `GroupParams.false_alerts_per_day`."""
    return params.false_alerts_per_day / len(params.windows) * window / DAY


def expect(baseline: Baseline, number: int, length: int, size: float, terms: Terms) -> Expectation:
    """Prediction for a window of ``length`` ms in the hour ``number`` of a group of ``size`` members."""
    cell = terms.cell(number)
    alpha, beta = rate_of(baseline, cell, terms)
    burst, visits = _habit(baseline, number, cell, length, terms)
    return Expectation(alpha, beta, max(size, 1.0) * length / HOUR, burst, visits)


def expect_span(baseline: Baseline, start: int, end: int, size: float, terms: Terms) -> Expectation:
    """Prediction from ``start`` to ``end`` (ms), hour by hour; as wide as a day is, and as the group's record is short."""
    mean = 0.0
    for number in range(start // HOUR, -(-end // HOUR)):
        alpha, beta = rate_of(baseline, terms.cell(number), terms)
        mean += alpha / beta * size * (min(end, (number + 1) * HOUR) - max(start, number * HOUR)) / HOUR
    known = terms.params.prior_leaves + sum(baseline.leaves)
    shape = 1 / (1 / known + 1 / terms.params.course_shape)
    return Expectation(shape, shape / mean if mean else inf, 1.0, 0.0, 1.0)


def rate_of(baseline: Baseline, cell: int, terms: Terms) -> tuple[float, float]:
    """Gamma distribution of the leaves per member-hour in an hour of the week: shape, and rate in member-hours."""
    params = terms.params
    shape = params.prior_leaves + sum(baseline.leaves)
    rate = shape / (params.prior_leaves / (baseline.prior or params.prior_rate) + sum(baseline.exposure))
    hours = [(cell + shift) % HOURS_A_DAY for shift in (-1, 0, 1)]
    shape, rate = _below(params.day_shape, shape, rate, *_smooth(baseline, hours))
    shape, rate = _below(params.week_shape, shape, rate, baseline.leaves[cell], baseline.exposure[cell])
    shape = 1 / (1 / shape + 1 / params.noise_shape)
    return shape, shape / rate


def _below(spread: float, shape: float, rate: float, leaves: float, exposure: float) -> tuple[float, float]:
    """One level further down: a rate drawn around ``rate``, of which ``leaves`` in ``exposure`` are known."""
    around = 1 / (1 / spread + 1 / shape)
    alpha = around + leaves
    return alpha, alpha / (around / rate + exposure)


def _smooth(baseline: Baseline, hours: list[int]) -> tuple[float, float]:
    """Leaves and exposure of an hour of the day over all days, its neighbours at half weight."""
    leaves = exposure = 0.0
    for hour, weight in zip(hours, (0.5, 1.0, 0.5), strict=True):
        leaves += weight * sum(baseline.leaves[hour::HOURS_A_DAY])
        exposure += weight * sum(baseline.exposure[hour::HOURS_A_DAY])
    return leaves, exposure


def _habit(baseline: Baseline, number: int, cell: int, length: int, terms: Terms) -> tuple[float, float]:
    """Gamma distribution of the leaves together when an hour of the week, or a neighbour, does what is its habit.

    A habit is what came again: more than once lately, and in a third of the weeks.
    """
    keep, params = terms.keep, terms.params
    weeks = max(0, number - baseline.first) // HOURS_A_WEEK
    needed = max(params.habit_times, (1 - keep**weeks) / (1 - keep) / 3)
    index = next((i for i, window in enumerate(params.windows) if window >= length), len(params.windows) - 1)
    most, times = 0.0, 1.0
    for burst in (baseline.bursts.get(near_cell) for near_cell in near(cell)):
        if burst is None or burst.times * keep ** (max(0, number - burst.number) / HOURS_A_WEEK) < needed:
            continue
        if burst.peaks[index] / burst.times > most / times:
            most, times = burst.peaks[index], burst.times
    shape = min(most, params.noise_shape)
    return shape, times * (shape / most if most else 1.0)


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
