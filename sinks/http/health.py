"""How fresh an answer is, and whether this process should be asked at all.

The API reads a `Health`; `Board` is the one that a process keeps up to date.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from time import time
from typing import Final, Protocol

RATE_SECONDS: Final = 60.0
"""Window of the rate of events. Shorter flickers; longer hides that the flow has stopped."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """As of when answers hold. None says unknown, which is not zero.

    ``as_of``: everything that arrived up to here is in the answers. ``behind_seconds``: how long ago that is.
    ``events_per_second``: events stored a second, over the last minute.
    """

    as_of: datetime | None = None
    behind_seconds: float | None = None
    events_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Outcome of one named check of readiness, with a sentence for whoever reads it."""

    ok: bool
    detail: str = ""


class Health(Protocol):
    """What the API asks about the process it runs in. Both answers come from memory, with no IO."""

    def freshness(self) -> Freshness:
        """Freshness of the store."""

    def checks(self) -> Mapping[str, Check]:
        """Named checks of readiness; ready means that all are ok. No check at all is not ready."""


class Board:
    """A `Health` that the process writes to, from any thread.

    `clock` gives seconds since the epoch; tests pass their own.
    """

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._as_of: float | None = None
        self._checks: dict[str, Check] = {}
        self._stored: deque[tuple[float, int]] = deque()
        self._since: float | None = None

    def reached(self, as_of: float) -> None:
        """Say that everything that arrived up to `as_of` (seconds since the epoch) is in the store."""
        with self._lock:
            self._as_of = as_of

    def stored(self, events: int) -> None:
        """Say that `events` more events are in the store."""
        with self._lock:
            now = self._clock()
            self._since = now if self._since is None else self._since
            self._stored.append((now, events))
            self._forget(now)

    def check(self, name: str, ok: bool, detail: str = "") -> None:
        """Set the outcome of the check `name`."""
        with self._lock:
            self._checks[name] = Check(ok, detail)

    def freshness(self) -> Freshness:
        with self._lock:
            now = self._clock()
            self._forget(now)
            if self._as_of is None:
                return Freshness(events_per_second=self._rate(now))
            as_of = datetime.fromtimestamp(self._as_of, UTC)
            return Freshness(as_of, max(0.0, now - self._as_of), self._rate(now))

    def checks(self) -> Mapping[str, Check]:
        with self._lock:
            return dict(self._checks)

    def _forget(self, now: float) -> None:
        while self._stored and self._stored[0][0] <= now - RATE_SECONDS:
            self._stored.popleft()

    def _rate(self, now: float) -> float | None:
        if self._since is None:
            return None
        seconds = min(RATE_SECONDS, max(1.0, now - self._since))
        return sum(events for _, events in self._stored) / seconds
