"""The golden hours of reaching somebody (T39): eleven bands of the day by seven weekdays."""

from bisect import bisect_right
from typing import Final

from models.calendar import DAY_MS, Calendar

_STARTS: Final = (0, 480, 540, 690, 720, 780, 1050, 1110, 1230, 1290, 1350)
"""Minute of the local day at which each band starts: 00:00, 08:00, 09:00, 11:30, 12:00, 13:00, 17:30, 18:30, 20:30,
21:30 and 22:30."""

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday."""


def band(at: int, calendar: Calendar) -> str:
    """Weekday and start of the band that a time (ms) falls into.

    >>> band(1_767_585_600_000, Calendar("Asia/Shanghai"))       # Monday 12:00
    'mon-1200'
    """
    day = calendar.day(at)
    minute = min(at - calendar.start(day), DAY_MS - 1) // 60_000
    start = _STARTS[bisect_right(_STARTS, minute) - 1]
    return f"{_DAYS[(day + _EPOCH_WEEKDAY) % 7]}-{start // 60:02}{start % 60:02}"
