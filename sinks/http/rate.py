"""How often somebody may ask: a bucket of tokens for each name, refilled at a steady rate. Pure but for its clock."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

NAMES: Final = 10_000
"""Most buckets; the one unused for longest goes first, so memory stays below some 2 MB whoever asks."""


class Buckets:
    """Buckets of `burst` requests that fill with `rate` a second; a rate of 0 lets everything pass."""

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic, names: int = NAMES
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._names = names
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def wait(self, name: str) -> float:
        """Take one from the bucket of `name`: 0 when there was one, else seconds until there is."""
        if self._rate <= 0:
            return 0.0
        now = self._clock()
        level, at = self._levels.get(name, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        short = 1.0 - level
        self._levels[name] = (level if short > 0 else level - 1.0, now)
        self._levels.move_to_end(name)
        if len(self._levels) > self._names:
            self._levels.popitem(last=False)
        return max(0.0, short / self._rate)
