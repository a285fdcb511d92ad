"""Activity score (M12): own acts, weighted, decayed, and capped by the day.

Kept per local day are the raw weight of the capped acts, their decayed sum and the decayed sum of the others. The
score is the sum over the days of min(raw, cap) / raw x capped + other: which messages of a day that is over the cap
count is nobody's choice, they all count in part. So it does not depend on the order of arrival; not even in the last
bit, since the sums are integers.

A day more than 16 half-lives before the latest is let go: it is worth less than 1/65536 of what it was.
"""

from math import exp2
from typing import Final

import msgspec

from models.calendar import DAY_MS

UNIT: Final = 1 << 40
"""Parts of a point. Sums of integers are exact in any order; sums of floats are not."""

_MOST: Final = 1 << 62
"""A day's sum stops here, some 4 million points, so that it fits the 64 bits that are stored."""

KEPT_HALF_LIVES: Final = 16


class Cell(msgspec.Struct, array_like=True, gc=False):
    """One local day of a member, in parts of a point; the decayed sums are as of 00:00 UTC of the day's date."""

    raw: int = 0
    capped: int = 0
    other: int = 0


class Scale:
    """The half-life and the cap, ready for use."""

    __slots__ = ("_cap", "half_life", "horizon")

    def __init__(self, half_life_days: float, cap: float) -> None:
        self.half_life = half_life_days * DAY_MS
        """Ms."""
        self.horizon = int(half_life_days * KEPT_HALF_LIVES) + 1
        """Days kept."""
        self._cap = round(cap * UNIT)

    def add(self, cells: dict[int, Cell], day: int, at: int, weight: float, capped: bool) -> bool:
        """Count an act of the local day ``day``; whether anything but that one cell changed."""
        worth = round(weight * exp2((at - day * DAY_MS) / self.half_life) * UNIT)
        raw = round(weight * UNIT) if capped else 0
        cell = cells.get(day)
        if cell is None:
            cells[day] = Cell(raw, worth, 0) if capped else Cell(0, 0, worth)
            return True
        if capped:
            cell.raw = min(cell.raw + raw, _MOST)
            cell.capped = min(cell.capped + worth, _MOST)
        else:
            cell.other = min(cell.other + worth, _MOST)
        return False

    def forget(self, cells: dict[int, Cell]) -> int:
        """Let go of the days beyond the horizon, whenever a day was opened; the oldest that is left."""
        oldest = max(cells) - self.horizon
        for day in [day for day in cells if day < oldest]:
            del cells[day]
        return min(cells)

    def worth(self, cell: Cell) -> float:
        """Points of a day, as of its reference."""
        if cell.raw > self._cap:
            return (cell.capped * self._cap / cell.raw + cell.other) / UNIT
        return (cell.capped + cell.other) / UNIT

    def before(self, cells: dict[int, Cell], last: int) -> float:
        """Points of the days before ``last``, as of the reference of ``last``; summed from the oldest."""
        total = 0.0
        for day in sorted(cells):
            if day < last:
                total += self.worth(cells[day]) * exp2((day - last) * DAY_MS / self.half_life)
        return total
