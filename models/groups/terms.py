"""What decisions about a group rest on besides its state."""

from models.calendar import Days
from models.groups.hours import hour_of_week
from models.groups.params import GroupParams

_CACHED = 4096
"""Hours whose place in the week is kept, about half a year; a full cache is emptied."""


class Terms:
    """The tunables and the calendar of the community."""

    __slots__ = ("_cells", "calendar", "keep", "params")

    def __init__(self, params: GroupParams, calendar: Days) -> None:
        self.params = params
        self.calendar = calendar
        self.keep = float(0.5 ** (1 / params.half_life_weeks))
        """What a week leaves of a weight."""
        self._cells: dict[int, int] = {}

    def cell(self, number: int) -> int:
        """Local hour of the week, 0 to 167, of the hour ``number`` since the epoch."""
        cell = self._cells.get(number)
        if cell is None:
            if len(self._cells) >= _CACHED:
                self._cells.clear()
            cell = self._cells[number] = hour_of_week(self.calendar, number)
        return cell
