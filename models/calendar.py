"""Calendar days of a place, as numbers: day 0 is 1970-01-01 there."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

DAY_MS: Final = 86_400_000
"""A day without a change of clocks, ms."""

_QUARTER_MS: Final = 900_000
_CACHED: Final = 65_536
"""Entries kept at most, over a year of quarters of an hour; a full cache is emptied, which costs one lookup each."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST_DAY: Final = date(1, 1, 2).toordinal() - _EPOCH
_LAST_DAY: Final = date(9999, 12, 30).toordinal() - _EPOCH
_LATEST_S: Final = _LAST_DAY * 86_400
"""Beyond this `datetime` may not know the local time; the offset of then holds on."""


class Days(Protocol):
    """What is needed of a calendar: the number of the local day of an instant, and when that day starts
    (ms)."""

    def day(self, at: int, /) -> int: ...

    def start(self, day: int, /) -> int: ...


class Calendar:
    """Day numbers of times and first instants of days in one time zone, exact where clocks change.

    Offsets are kept per quarter of an hour, since every zone has changed its clocks on a quarter since 1972.

    >>> shanghai = Calendar("Asia/Shanghai")
    >>> shanghai.day(1_767_628_800_000)     # 2026-01-05T16:00Z is the 6th in Shanghai
    20459
    >>> shanghai.start(20459)
    1767628800000
    """

    __slots__ = ("_offsets", "_starts", "_zone", "name")

    def __init__(self, tz_name: str = "Asia/Shanghai") -> None:
        self.name = tz_name
        self._zone = ZoneInfo(tz_name)
        self._offsets: dict[int, int] = {}
        self._starts: dict[int, int] = {}

    def day(self, at: int) -> int:
        """Number of the day that the time ``at`` (ms UTC) falls on."""
        quarter = at // _QUARTER_MS
        try:
            return (at + self._offsets[quarter]) // DAY_MS
        except KeyError:
            return (at + self._look_up(quarter)) // DAY_MS

    def start(self, day: int) -> int:
        """First ms (UTC) of the day ``day``; of a day that the zone left out, the instant that it was left out."""
        try:
            return self._starts[day]
        except KeyError:
            return self._find_start(day)

    def _find_start(self, day: int) -> int:
        if len(self._starts) >= _CACHED:
            self._starts.clear()
        number = min(max(day, _FIRST_DAY), _LAST_DAY)
        midnight = datetime.fromordinal(number + _EPOCH).replace(tzinfo=self._zone)
        self._starts[day] = start = round(midnight.timestamp() * 1000) + (day - number) * DAY_MS
        return start

    def _look_up(self, quarter: int) -> int:
        if len(self._offsets) >= _CACHED:
            self._offsets.clear()
        instant = datetime.fromtimestamp(min(quarter * (_QUARTER_MS // 1000), _LATEST_S), UTC)
        offset = instant.astimezone(self._zone).utcoffset()
        assert offset is not None
        self._offsets[quarter] = found = offset // timedelta(milliseconds=1)
        return found


def day_number(written: str) -> int:
    """Day number of a date written ``YYYY-MM-DD``.

    Raises `ValueError` when it is no such date.
    """
    return date.fromisoformat(written).toordinal() - _EPOCH


def iso_date(day: int) -> str:
    """Date of a day number, ``YYYY-MM-DD``."""
    return date.fromordinal(day + _EPOCH).isoformat()


def ordinal(written: str) -> int | None:
    """Day number of a date written ``YYYY-MM-DD``; none if it is no such date."""
    try:
        return day_number(written) if len(written) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


def day_of_year(day: int) -> int:
    """Month x 100 + day of the month of a day number; 0 before the year 1 and after the year 9999.

    >>> day_of_year(day_number("2026-02-17"))
    217
    """
    if not _FIRST_DAY <= day <= _LAST_DAY:
        return 0
    found = date.fromordinal(day + _EPOCH)
    return found.month * 100 + found.day
