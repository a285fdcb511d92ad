"""Hours of service, in which staff are to answer (G71, T84): when what they were asked is late, and when it is given up."""

from dataclasses import dataclass
from typing import Final

from models.calendar import DAY_MS, Days

COMPLAINT: Final = "客诉"
"""The intent of a message that complains."""

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How long staff may take. The hours are local, and the same on each day."""

    answer_within: int = 10 * _MINUTE_MS
    """Time to answer, ms of the hours of service."""
    from_hour: int = 9
    until_hour: int = 21
    kept: int = DAY_MS
    """What nobody answers is given up so long after it was asked, ms."""

    def late_from(self, at: int, calendar: Days) -> int:
        """When staff have had the time to answer what was asked at ``at``, ms: only hours of service count."""
        day, left = calendar.day(at), self.answer_within
        while True:
            opens, closes = self.hours(day, calendar)
            begin = max(at, opens)
            if begin + left <= closes:
                return begin + left
            left -= max(0, closes - begin)
            day += 1

    def hours(self, day: int, calendar: Days) -> tuple[int, int]:
        """When service begins and ends on the local day ``day``, ms."""
        start = calendar.start(day)
        return start + self.from_hour * _HOUR_MS, start + self.until_hour * _HOUR_MS
