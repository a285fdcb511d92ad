"""Fitting the population behind P(alive) to histories, by maximum likelihood (formulas 4.2).

Needs SciPy, which the extra ``fit`` of the package brings; the models that run need none of it.

Sources: Fader, Hardie, Lee 2005 (BG/NBD) and Hardie's note 021; Batislam, Denizel, Filiztekin 2007 (MBG/NBD).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from models.palive import Spread

Model = Literal["bg", "mbg"]
"""BG/NBD: a member may stop after a repeat. MBG/NBD: also after the very first act; it is what the tags use."""

LEAST_MEMBERS: Final = 50
"""Fewer histories say nothing about four parameters."""

_STARTS: Final = ((1.0, 1.0, 1.0, 1.0), (0.5, 5.0, 0.5, 2.0))
"""Where the search starts; the better end counts, since the likelihood is flat far from it."""


class History(NamedTuple):
    """One member: ``repeats`` after the first act, ``last`` of them and ``age``, both counted from the first act.

    ``last`` and ``age`` in one unit of time; 0 <= last <= age.
    """

    repeats: int
    last: float
    age: float


class NotFitted(ValueError):
    """Too few histories, none with a repeat, or a search that did not end; the text says which."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was found: ``log_likelihood`` is summed over ``members``."""

    model: Model
    spread: Spread
    members: int
    log_likelihood: float


def fit(histories: Iterable[History], model: Model = "mbg") -> Fit:
    """Population that makes ``histories`` most likely.

    Raises:
        NotFitted: nothing can be said from these histories.
    """
    counted = Counter(histories)
    members = counted.total()
    if members < LEAST_MEMBERS:
        raise NotFitted(f"{members} members; a fit needs at least {LEAST_MEMBERS}")
    if not any(one.repeats for one in counted):
        raise NotFitted("no member has done anything twice, so nothing tells a silent one from a slow one")
    likelihood = Likelihood(counted, model)
    ends = [likelihood.climb(start) for start in _STARTS]
    best = min((end for end in ends if end.success), key=lambda end: float(end.fun), default=None)
    if best is None:
        raise NotFitted(f"the search did not end: {ends[0].message}")
    return Fit(model, Spread(*(float(one) for one in np.exp(best.x))), members, -float(best.fun))


class Likelihood:
    """Log-likelihood of all histories, equal ones taken together."""

    def __init__(self, counted: Counter[History], model: Model) -> None:
        columns = np.array([(*one, times) for one, times in counted.items()], dtype=float).T
        self._x, self._last, self._age, self._times = columns
        self._model = model

    def of(self, spread: Spread) -> float:
        """Sum over all members."""
        return float(np.sum(self._times * self._each(spread)))

    def climb(self, start: tuple[float, ...]) -> Any:
        """Search from ``start``; over the logarithms, which keeps all four parameters above 0."""

        def cost(logs: Any) -> float:
            with np.errstate(over="ignore"):
                value = self.of(Spread(*np.exp(logs)))
            return -value if np.isfinite(value) else float("inf")

        options = {"maxiter": 4_000, "maxfev": 8_000, "xatol": 1e-7, "fatol": 1e-9 * self._times.sum()}
        return minimize(cost, np.log(start), method="Nelder-Mead", options=options)

    def _each(self, spread: Spread) -> Any:
        r, alpha, a, b = spread
        x = self._x
        rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        chances = x + 1 if self._model == "mbg" else x
        alive = betaln(a, b + chances) - betaln(a, b) - (r + x) * np.log(alpha + self._age)
        survived = np.maximum(chances - 1, 0)
        stopped = betaln(a + 1, b + survived) - betaln(a, b) - (r + x) * np.log(alpha + self._last)
        return rate + np.where(chances > 0, np.logaddexp(alive, stopped), alive)
