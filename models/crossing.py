"""The exact ms at which something becomes true."""

from collections.abc import Callable
from math import isfinite
from typing import Final

NEVER: Final = 1 << 62
"""A time that does not come, ms."""

_FAR: Final = 1 << 53
"""Times beyond this, some 285,000 years off, count as never."""


def first_true(holds: Callable[[int], bool], guess: float, after: int) -> int:
    """Smallest ms later than ``after`` at which ``holds`` is true; it must stay true from there on.

    ``guess`` comes from a closed form and is nearly right, so two or three calls settle it; a wrong one is found
    out by steps of doubling length. What the closed form and the test disagree about by rounding, the test decides.

    >>> first_true(lambda at: at >= 1000, guess=997.3, after=0)
    1000
    """
    if not isfinite(guess) or guess >= _FAR:
        return NEVER
    at, step = max(after + 1, round(guess)), 1
    if holds(at):
        low, high = max(after, at - 1), at
        while low > after and holds(low):
            step *= 2
            low, high = max(after, low - step), low
    else:
        low, high = at, at + 1
        while not holds(high):
            step *= 2
            low, high = high, high + step
            if high >= _FAR:
                return NEVER
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
