"""Tail probabilities of counts, stable from 0.9 down to 1e-300, with no dependency.

Both tails are regularised incomplete functions (beta, gamma), computed by series or continued fraction
(modified Lentz), never as one minus a sum. Source: formulas 4.5.
"""

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_CLOSE = 1e-14
_MOST = 20_000


def poisson_tail(count: int, mean: float) -> float:
    """P(X >= count) for X ~ Poisson(mean).

    >>> round(poisson_tail(10, 3.0), 7)
    0.0011025
    """
    if count <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0
    front = exp(count * log(mean) - mean - lgamma(count))
    if mean < count + 1:
        term = total = 1.0 / count
        step = count
        while term > total * _CLOSE:
            step += 1
            term *= mean / step
            total += term
        return min(1.0, front * total)
    return max(0.0, 1.0 - front * _gamma_fraction(count, mean))


def predictive_tail(count: int, alpha: float, beta: float, exposure: float) -> float:
    """P(X >= count) for a Poisson count over ``exposure`` whose rate is Gamma(alpha, beta): negative
    binomial.

    >>> round(predictive_tail(10, 30.0, 10.0, 1.0), 7)
    0.0020717
    >>> round(predictive_tail(10, 3.0, 1.0, 1.0), 7)
    0.0192871
    """
    if count <= 0:
        return 1.0
    if alpha <= 0.0 or exposure <= 0.0:
        return 0.0
    again = exposure / (beta + exposure)
    front = exp(
        lgamma(count + alpha)
        - lgamma(count)
        - lgamma(alpha)
        + count * log(again)
        - alpha * log1p(exposure / beta)
    )
    if again < (count + 1) / (count + alpha + 2):
        return min(1.0, front * _beta_fraction(count, alpha, again) / count)
    return max(0.0, 1.0 - front * _beta_fraction(alpha, count, 1.0 - again) / alpha)


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _gamma_fraction(shape: float, x: float) -> float:
    """Continued fraction of the upper incomplete gamma function, for x > shape + 1."""
    b = x + 1.0 - shape
    c = 1.0 / _TINY
    d = 1.0 / _away(b)
    value = d
    for i in range(1, _MOST):
        a = -i * (i - shape)
        b += 2.0
        d = 1.0 / _away(a * d + b)
        c = _away(b + a / c)
        value *= d * c
        if abs(d * c - 1.0) < _CLOSE:
            break
    return value


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function, for x < (a + 1) / (a + b + 2)."""
    c = 1.0
    d = 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _away(1.0 + even * d)
        c = _away(1.0 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _away(1.0 + odd * d)
        c = _away(1.0 + odd / c)
        value *= d * c
        if abs(d * c - 1.0) < _CLOSE:
            break
    return value
