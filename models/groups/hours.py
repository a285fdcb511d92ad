"""Hours of the week: the seasons of a group."""

from models.calendar import Days
from models.groups.params import HOUR
from models.groups.state import HOURS_A_WEEK


def hour_of_week(calendar: Days, number: int) -> int:
    """Local hour of the week, 0 to 167, at the start of the hour ``number`` since the epoch.

    On the day of 25 hours the last one shares a cell with the 24th.
    """
    start = number * HOUR
    day = calendar.day(start)
    return day % 7 * 24 + min(23, (start - calendar.start(day)) // HOUR)


def near(cell: int) -> tuple[int, int, int]:
    """An hour of the week and its neighbours: habits drift by minutes over the hour, and by one hour with the
    summer time of whoever leads them."""
    return (cell - 1) % HOURS_A_WEEK, cell, (cell + 1) % HOURS_A_WEEK
