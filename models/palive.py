"""Probability that a member has not quietly stopped (formulas 4.2).

``x`` is the number of repeats after the first act, ``last`` the time of the latest of them and ``age`` the time
observed, both counted from the first act and in one unit of time.

Sources: Fader, Hardie, Lee, BG/NBD, in Hardie's note 021; Batislam, Denizel, Filiztekin, MBG/NBD.
"""

from math import inf
from typing import NamedTuple


class Spread(NamedTuple):
    """How members differ: the rate of acts is Gamma(``r``, ``alpha``), the chance to stop after an act Beta(``a``, ``b``).

    The defaults are the fit to the CDNOW customers of note 021, in weeks; a community's own fit replaces them.
    """

    r: float = 0.243
    alpha: float = 4.414
    a: float = 0.793
    b: float = 2.426


def bg_nbd(x: int, last: float, age: float, spread: Spread) -> float:
    """P(alive) where a member may stop after a repeat; certain for one who never repeated.

    >>> round(bg_nbd(2, 30.43, 38.86, Spread()), 5)
    0.72658
    """
    if x == 0:
        return 1.0
    return 1 / (1 + spread.a / (spread.b + x - 1) * _silence(x, last, age, spread))


def mbg_nbd(x: int, last: float, age: float, spread: Spread) -> float:
    """P(alive) where a member may stop after the very first act too.

    >>> round(mbg_nbd(2, 30.43, 38.86, Spread()), 5), round(mbg_nbd(0, 0, 38.86, Spread()), 5)
    (0.77442, 0.63725)
    """
    return 1 / (1 + spread.a / (spread.b + x) * _silence(x, last, age, spread))


def mbg_falls_to(x: int, last: float, threshold: float, spread: Spread) -> float:
    """Age at which `mbg_nbd` is down to ``threshold`` if nothing more is done (formulas 4.9).

    >>> round(mbg_falls_to(2, 30.43, 0.5, Spread()), 3)
    70.584
    """
    if threshold <= 0:
        return inf
    if threshold >= 1:
        return -inf
    odds = (1 / threshold - 1) * (spread.b + x) / spread.a
    try:
        return float((spread.alpha + last) * odds ** (1 / (spread.r + x)) - spread.alpha)
    except OverflowError:
        return inf


def _silence(x: int, last: float, age: float, spread: Spread) -> float:
    try:
        return float(((spread.alpha + age) / (spread.alpha + last)) ** (spread.r + x))
    except OverflowError:
        return inf
