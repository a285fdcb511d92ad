"""Named days as SQL over the number of a local day, from the calendar of a rule file that has been checked."""

from collections.abc import Mapping
from typing import Any, Final

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NamedDays:
    """The calendar of one file."""

    def __init__(self, calendar: Mapping[str, Any]) -> None:
        self._calendar = calendar

    def holds(self, parts: Mapping[str, Any], day: str) -> str | None:
        """Whether ``day``, an expression, is one to which a condition is confined; none if it is not confined."""
        if "during" in parts:
            return self._named(parts["during"], day)
        if "scene" in parts:
            names = [name for name, one in self._calendar.items() if one.get("scene") == parts["scene"]]
            return "(" + " OR ".join(self._named(name, day) for name in names) + ")"
        return None

    def _named(self, name: str, day: str) -> str:
        entry = self._calendar[name]
        before = entry.get("before", 0)
        if not before:
            return self._own(entry, day)
        return (
            f"arrayExists(ahead_{name} -> {self._own(entry, f'({day} + ahead_{name})')}, range({before + 1}))"
        )

    def _own(self, entry: Mapping[str, Any], day: str) -> str:
        ways = [
            f"toDayOfWeek(toDate({day})) IN ({', '.join(str(_WEEKDAYS.index(one) + 1) for one in _list(entry['weekdays']))})"
            if "weekdays" in entry else "",
            f"toDayOfMonth(toDate({day})) IN ({', '.join(map(str, _list(entry['days_of_month'])))})"
            if "days_of_month" in entry else "",
            *(_stretch(str(one), day) for one in entry.get("dates", ())),
            *(self._named(one, day) for one in _list(entry.get("among", []))),
        ]  # fmt: skip
        return "(" + " OR ".join(way for way in ways if way) + ")"


def during_id(parts: Mapping[str, Any]) -> str:
    """What the days to which a condition is confined add to the id of its feature."""
    if "scene" in parts:
        return f",during=scene:{parts['scene']}"
    return f",during={parts['during']}" if "during" in parts else ""


def _list(one: Any) -> list[Any]:
    return one if isinstance(one, list) else [one]


def _stretch(written: str, day: str) -> str:
    first, _, last = written.partition("..")
    last = last or first
    if first.count("-") == 2:  # noqa: PLR2004 - year, month and day
        return f"{day} BETWEEN toInt64(toDate('{first}')) AND toInt64(toDate('{last}'))"
    number = f"toMonth(toDate({day})) * 100 + toDayOfMonth(toDate({day}))"
    low, high = (int(one.replace("-", "")) for one in (first, last))
    joint = "AND" if low <= high else "OR"
    return f"({number} >= {low} {joint} {number} <= {high})"
