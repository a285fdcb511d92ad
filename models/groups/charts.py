"""Control charts for counts: EWMA (formulas 4.6) and CUSUM (4.7), one step at a time.

Both take an expected count that may differ at every step, and a count that varies more than Poisson: ``shape`` is that of
the Gamma from which its rate is drawn, infinite for Poisson.
"""

from math import log, log1p, sqrt

import msgspec


class Ewma(msgspec.Struct, array_like=True):
    """Exponentially weighted means of the counts and of what was expected, and the variance of the first."""

    level: float = 0.0
    usual: float = 0.0
    variance: float = 0.0
    weight: float = 0.0

    @property
    def sigma(self) -> float:
        """Standard deviation of the level, were all as usual."""
        return sqrt(self.variance)


def smooth(chart: Ewma, count: float, mean: float, shape: float, part: float) -> None:
    """Take up a count of which ``mean`` was expected; ``part`` is the weight of one step (lambda).

    >>> chart = Ewma()
    >>> for _ in range(200):
    ...     smooth(chart, 4, 4.0, float("inf"), 0.2)
    >>> round(chart.sigma, 4)
    0.6667
    """
    chart.level += part * (count - chart.level)
    chart.usual += part * (mean - chart.usual)
    chart.variance = (1 - part) ** 2 * chart.variance + part**2 * (mean + mean * mean / shape)
    chart.weight = 1 - (1 - part) * (1 - chart.weight)


def reference(usual: float, shifted: float) -> float:
    """Reference value k of a Poisson CUSUM that waits for the mean ``shifted``.

    >>> round(reference(3.0, 6.0), 5)
    4.32809
    """
    return (shifted - usual) / (log(shifted) - log(usual))


def evidence(count: float, mean: float, ratio: float, shape: float) -> float:
    """Log-likelihood ratio of a count, for ``ratio`` times the expected mean against the mean: a CUSUM adds these up.

    Summed up and never let below 0, they pass A by chance at most once in e^A steps (Lorden 1971), whatever the means.
    With the shape infinite this is ``ln(ratio) * (count - reference(mean, ratio * mean))``.
    """
    if shape == float("inf"):
        return count * log(ratio) - (ratio - 1) * mean
    widening = log1p((ratio - 1) * mean / (shape + mean))
    return count * (log(ratio) - widening) - shape * widening
