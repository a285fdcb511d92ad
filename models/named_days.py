"""Named days: what an operator's calendar calls some local days, such as a member day or a festival (A15, A46, F51).

Whether a day is one is a function of its number alone. So what happened on such days is picked from the counts that are kept by
local day at the time of judging: nothing more is kept of a member, and neither order nor lateness matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.calendar import day_of_year, iso_date, ordinal

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SCENES: Final[Mapping[str, str]] = {
    "fission": "裂变",
    "retention": "留存",
    "activity": "活跃",
    "conversion": "转化",
}
"""What a campaign is for (M63)."""

_KNOWN: Final = 65_536
"""Days kept with whether they are among the named; a full cache is emptied."""

Yearly = tuple[int, int]
"""First and last day of a stretch of every year, each as month x 100 + day; it goes over New Year if the last is the smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDays:
    """The days of one name: those that any of its parts names."""

    id: str
    zh: str
    en: str
    weekdays: tuple[int, ...] = ()
    """0 is Monday."""
    month_days: tuple[int, ...] = ()
    """Days of each month; a month that has no such day has none."""
    spans: tuple[tuple[int, int], ...] = ()
    """First and last day by number."""
    yearly: tuple[Yearly, ...] = ()
    among: tuple["NamedDays", ...] = ()
    """Other names; their days are of this name too."""
    before: int = 0
    """So many days before each day are of this name as well."""
    scene: str | None = None
    """What a campaign on these days is for; one of `SCENES`."""

    def holds(self, day: int) -> bool:
        """Whether the day with the number ``day`` has this name."""
        return any(self._names(day + ahead) for ahead in range(self.before + 1))

    def _names(self, day: int) -> bool:
        if self.weekdays and (day + 3) % 7 in self.weekdays:
            return True
        if any(first <= day <= last for first, last in self.spans):
            return True
        if any(other.holds(day) for other in self.among):
            return True
        if not self.month_days and not self.yearly:
            return False
        number = day_of_year(day)
        return number % 100 in self.month_days or any(_within(number, *stretch) for stretch in self.yearly)

    @property
    def said(self) -> str:
        """The days in short text, the same for the same days."""
        parts = [
            f"weekdays {' '.join(WEEKDAYS[one] for one in self.weekdays)}" if self.weekdays else "",
            f"days of the month {' '.join(map(str, self.month_days))}" if self.month_days else "",
            *(f"{iso_date(first)}..{iso_date(last)}" for first, last in self.spans),
            *(f"{_month_day(first)}..{_month_day(last)}" for first, last in self.yearly),
            *(f"({one.said})" for one in self.among),
        ]
        days = ", ".join(part for part in parts if part)
        return f"{days}, and {self.before} days before" if self.before else days


class Known:
    """Asks for the same days again and again, at the price of a look into a dictionary."""

    __slots__ = ("_days", "_seen")

    def __init__(self, days: NamedDays) -> None:
        self._days = days
        self._seen: dict[int, bool] = {}

    def holds(self, day: int) -> bool:
        """Whether the day has the name."""
        found = self._seen.get(day)
        if found is None:
            if len(self._seen) >= _KNOWN:
                self._seen.clear()
            found = self._seen[day] = self._days.holds(day)
        return found

    def within(self, days: Mapping[int, int]) -> Mapping[int, int]:
        """The amounts of days that have the name."""
        return {day: amount for day, amount in days.items() if self.holds(day)} if days else days


def in_scene(scene: str, days: Mapping[str, NamedDays]) -> NamedDays | None:
    """All days of campaigns of a scene; none if there is no such campaign."""
    among = tuple(one for one in days.values() if one.scene == scene)
    if not among:
        return None
    return NamedDays(id=f"scene:{scene}", zh=f"{SCENES[scene]}场景", en=f"the scene {scene}", among=among)


def read_span(written: str) -> tuple[int, int] | None:
    """First and last day number of ``2026-02-15`` or ``2026-02-15..2026-02-23``; none if it is neither."""
    first, _, last = written.partition("..")
    found = ordinal(first), ordinal(last or first)
    if found[0] is None or found[1] is None or found[0] > found[1]:
        return None
    return found[0], found[1]


def read_yearly(written: str) -> Yearly | None:
    """The same of ``11-11`` or ``12-30..01-02``, of every year."""
    first, _, last = written.partition("..")
    found = _month_and_day(first), _month_and_day(last or first)
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _month_and_day(written: str) -> int | None:
    try:
        found = date.fromisoformat(f"2000-{written}")
    except ValueError:
        return None
    return found.month * 100 + found.day


def _month_day(number: int) -> str:
    return f"{number // 100:02}-{number % 100:02}"


def _within(number: int, first: int, last: int) -> bool:
    return first <= number <= last if first <= last else number >= first or number <= last
