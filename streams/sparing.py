"""Says a thing a few times and then counts it: a broker that is down for an hour must not fill a disk with one sentence."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

WINDOW_SECONDS: Final = 60.0

MOST: Final = 5
"""Lines of one sentence within a window, whatever stands in its blanks."""

SENTENCES: Final = 1_000
"""Most sentences that are kept count of; beyond, counting begins anew."""


class Sparing(logging.Filter):
    """Lets a sentence through `MOST` times a window; the first of the next window says how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now, sentence = self._clock(), (record.name, str(record.msg))
        since, count = self._said.get(sentence, (now, 0))
        if now - since >= WINDOW_SECONDS:
            if count > MOST:
                record.msg = f"{record.getMessage()} ({count - MOST} more like this were left out)"
                record.args = ()
            since, count = now, 0
        if len(self._said) >= SENTENCES:
            self._said.clear()
        self._said[sentence] = since, count + 1
        return count < MOST


def spare(libraries: Iterable[str], filter_: Sparing | None = None) -> None:
    """Let every logger of `libraries` that there is by now be sparing: a filter of a parent does not see its children."""
    sparing = filter_ or Sparing()
    for name in logging.root.manager.loggerDict:
        if name.split(".")[0] in libraries:
            logger = logging.getLogger(name)
            if not any(isinstance(known, Sparing) for known in logger.filters):
                logger.addFilter(sparing)
