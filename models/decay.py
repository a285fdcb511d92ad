"""Forward decay: a sum whose terms lose half their weight every half-life, exact in any order of arrival.

Source: Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay", ICDE 2009. With the weight of a term at ``t`` seen at
``now`` being 2^((t - L) / h) / 2^((now - L) / h), the landmark L cancels; so one sum and one time of reference are
the whole state, and a late term is scaled back instead of in.
"""

from math import exp2, inf, log2
from typing import NamedTuple


class Decayed(NamedTuple):
    """Sum ``total`` as of the time ``ref``; times and half-lives in one unit of the caller's choice.

    >>> love = Decayed().add(9, 1.5, 14).add(0, 3, 14).add(5, 2, 14).add(2, 1, 14)
    >>> round(love.value(10, 14), 6)
    5.490432
    """

    total: float = 0.0
    ref: float = 0.0

    def add(self, at: float, weight: float, half_life: float) -> "Decayed":
        """With a term at the time ``at``; the same term with ``-weight`` undoes it."""
        if not self.total:
            return Decayed(weight, at)
        if at >= self.ref:
            return Decayed(self.total * exp2((self.ref - at) / half_life) + weight, at)
        return Decayed(self.total + weight * exp2((at - self.ref) / half_life), self.ref)

    def value(self, now: float, half_life: float) -> float:
        """The sum as of ``now``."""
        return self.total * exp2((self.ref - now) / half_life)

    def falls_to(self, threshold: float, half_life: float) -> float:
        """Time at which the sum is down to ``threshold``: never if that is not above 0."""
        return falls_to(self.total, self.ref, threshold, half_life)


def falls_to(total: float, ref: float, threshold: float, half_life: float) -> float:
    """Time at which a decaying sum that is ``total`` at ``ref`` is down to ``threshold`` (formulas 4.9).

    >>> falls_to(8, 0, 4, 14)
    14.0
    """
    if threshold <= 0 or total <= 0:
        return inf if total > 0 else -inf
    return ref + half_life * log2(total / threshold)
