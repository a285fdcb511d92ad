"""A member's own rhythm, and how unusual the present silence is in it (formulas 4.3).

Gaps between active days are taken to be Erlang: the sum of ``k`` exponential parts. ``k`` 1 is a member who comes
at random, 8 one who comes like clockwork; the same silence says more of the latter.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, inf
from typing import Final, NamedTuple

MOST_REGULAR: Final = 8
"""Largest ``k``. Twelve gaps cannot tell a steadier habit from luck, and would make one missed day look like an end."""


class Rhythm(NamedTuple):
    """Mean gap between active days, in days, and regularity ``k``."""

    mean: float
    k: int


def rhythm(gaps: Sequence[int], prior_mean: float, prior_gaps: float) -> Rhythm:
    """Rhythm behind gaps (in days), drawn towards that of an unknown member with the weight of ``prior_gaps`` gaps.

    Both mean and squared variation are shrunk; an unknown member comes at random (k 1) every ``prior_mean`` days.

    >>> rhythm([], prior_mean=7.0, prior_gaps=3.0)
    Rhythm(mean=7.0, k=1)
    >>> rhythm([7] * 12, prior_mean=7.0, prior_gaps=3.0)
    Rhythm(mean=7.0, k=5)
    """
    return Gaps(gaps).rhythm(prior_mean, prior_gaps)


class Gaps:
    """The latest gaps between active days, with what `rhythm` needs of them kept up with each."""

    __slots__ = ("_latest", "_squares", "_total")

    def __init__(self, gaps: Sequence[int]) -> None:
        """`gaps` are in days, the latest first."""
        self._latest = list(reversed(gaps))
        self._total = sum(gaps)
        self._squares = sum(gap * gap for gap in gaps)

    def add(self, gap: int, most: int) -> None:
        """Take in a gap later than the others, and let go of the earliest where there are more than ``most``."""
        self._latest.append(gap)
        self._total += gap
        self._squares += gap * gap
        if len(self._latest) > most:
            gone = self._latest.pop(0)
            self._total -= gone
            self._squares -= gone * gone

    def rhythm(self, prior_mean: float, prior_gaps: float) -> Rhythm:
        """See the function of that name."""
        return _of_sums(len(self._latest), self._total, self._squares, prior_mean, prior_gaps)


@lru_cache(maxsize=65_536)
def _of_sums(n: int, total: int, squares: int, prior_mean: float, prior_gaps: float) -> Rhythm:
    """Rhythm of ``n`` gaps with these sums; members who come alike share it."""
    if n == 0:
        return Rhythm(prior_mean, 1)
    variations = n * (n * squares - total * total) / (total * total)
    shrunk = (variations + prior_gaps) / (n + prior_gaps)
    k = MOST_REGULAR if shrunk * MOST_REGULAR <= 1 else max(1, round(1 / shrunk))
    return Rhythm((n * (total / n) + prior_gaps * prior_mean) / (n + prior_gaps), k)


def survival(k: int, x: float) -> float:
    """P(X > x) of an Erlang of ``k`` parts with mean 1 each.

    >>> round(survival(1, 3.0), 6), round(survival(8, 8.0), 6)
    (0.049787, 0.452961)
    """
    if x <= 0:
        return 1.0
    term = total = 1.0
    for i in range(1, k):
        term *= x / i
        total += term
    return total * exp(-x)


def outlasts(own: Rhythm, days: float) -> float:
    """Probability that an ordinary gap of the member is longer than ``days``; near 0, the silence is unusual."""
    return survival(own.k, own.k * days / own.mean)


def falls_to(own: Rhythm, threshold: float) -> float:
    """Days of silence at which `outlasts` is down to ``threshold``.

    >>> round(falls_to(Rhythm(10.0, 1), 0.05), 4)
    29.9573
    """
    if threshold <= 0:
        return inf
    if threshold >= 1:
        return 0.0
    return own.mean / own.k * _quantile(own.k, threshold)


@lru_cache(maxsize=1024)
def _quantile(k: int, threshold: float) -> float:
    """The ``x`` with ``survival(k, x) == threshold``; found once for each threshold of a rule."""
    low, high = 0.0, 1.0
    while survival(k, high) > threshold:
        high *= 2
    for _ in range(64):
        middle = (low + high) / 2
        low, high = (middle, high) if survival(k, middle) > threshold else (low, middle)
    return high
