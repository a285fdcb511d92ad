"""The frontier of a partition: how far arrival clocks have come on every source.

Sources are input partitions, numbered as in `schemas.rows`. A timer may fire when the frontier has passed its due time:
then nothing that arrived before is still on its way.
"""

from collections.abc import Iterable, Mapping
from typing import Final

ENDED: Final = 1 << 62
"""Added to a source's last mark when the source has ended: it holds the frontier back no longer."""


class Frontier:
    """Minimum over all sources of the arrival clock forwarded so far; never goes back."""

    def __init__(self, sources: Iterable[int]) -> None:
        self._marks: dict[int, int | None] = dict.fromkeys(sources)
        self._clock: int | None = None

    def advance(self, marks: Mapping[int, int]) -> None:
        """Take in marks; an unknown source (partitions were added) counts from now on."""
        for source, mark in marks.items():
            known = self._marks.get(source)
            if known is None or mark > known:
                self._marks[source] = mark

    @property
    def ended(self) -> bool:
        """Every source has ended (only a replay ends)."""
        return bool(self._marks) and all(mark is not None and mark >= ENDED for mark in self._marks.values())

    @property
    def clock(self) -> int | None:
        """Arrival clock, ms; None until every source has been heard of."""
        marks = self._marks.values()
        if not marks or any(mark is None for mark in marks):
            return None
        going = [mark for mark in marks if mark is not None and mark < ENDED]
        now = min(going) if going else max(mark - ENDED for mark in marks if mark is not None)
        if self._clock is None or now > self._clock:
            self._clock = now
        return self._clock
