"""How long to wait before the same batch is sent again. Pure: the caller brings the randomness and sleeps."""

from typing import Final

CEILING: Final = 60.0
"""Seconds. Longer, and a store that is back stays unused; Kafka allows five minutes between polls."""


def backoff(attempt: int, jitter: float, retry_after: float = 1.0) -> float:
    """Seconds to wait after failure ``attempt`` (from 0): ``retry_after`` doubled each time, up to a minute.

    ``jitter`` in [0, 1) spreads the writers that failed together over the upper half of the pause.

    >>> [backoff(attempt, 0.0) for attempt in range(4)]
    [0.5, 1.0, 2.0, 4.0]
    >>> backoff(1000, 0.5)
    45.0
    """
    pause = min(CEILING, retry_after * 2.0 ** min(attempt, 10))
    return pause * (0.5 + jitter / 2)
