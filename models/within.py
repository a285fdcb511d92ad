"""Amounts within a window of days, such as counts: they fall as days leave the window, and rise by events alone."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor

from models.courses import ALWAYS
from models.crossing import NEVER
from models.feature import Course, Cut, PlaceLook
from models.frame import Frame
from models.named_days import NamedDays
from models.state import MemberState

Days = Mapping[int, int]
"""Amounts by local day."""

Source = Callable[[MemberState, Frame], Days]
"""Where a member's amounts of something are found."""


def between(days: Days, since_day: int, until: int) -> int:
    """Amounts of the days from ``since_day`` to ``until``, by the shorter way."""
    total = 0
    if len(days) > until - since_day:
        for day in range(since_day, until + 1):
            total += days.get(day, 0)
        return total
    for day, amount in days.items():
        if since_day <= day <= until:
            total += amount
    return total


def sum_within(
    sources: Sequence[Source], start: int, today: int, state: MemberState, frame: Frame
) -> tuple[int, int]:
    """Amounts of the days from ``start`` to ``today``, and the oldest of these days; after ``today`` if there is none."""
    total, oldest = 0, today + 1
    for source in sources:
        for day, amount in source(state, frame).items():
            if start <= day <= today:
                total += amount
                if day < oldest:  # noqa: PLR1730 - a call less
                    oldest = day
    return total, oldest


def within(
    id_: str, zh: str, en: str, unit: str, row: str, bit: int, days: int, source: Source, on: NamedDays | None = None
) -> Course:  # fmt: skip
    """An amount within a window: it falls as days leave it. ``on`` are the days to which the source is confined."""

    def value(state: MemberState, now: int, frame: Frame) -> float:
        today = frame.day(now)
        return between(source(state, frame), today - days + 1, today)

    def turns(state: MemberState, threshold: float, at: bool, frame: Frame) -> int:
        needed = floor(threshold) + 1 if at else ceil(threshold)
        if needed <= 0:
            return NEVER
        found = source(state, frame)
        if not found:
            return ALWAYS
        if needed == 1:
            return frame.calendar.start(max(found) + days)
        rest = needed
        for day in sorted(found, reverse=True):
            rest -= found[day]
            if rest <= 0:
                return frame.calendar.start(day + days)
        return ALWAYS

    return Course(
        id=id_, zh=zh, en=en, unit=unit, source=row, reads=bit, rises=False, value=value, turns=turns,
        places=_places_within(days, source), on=on,
    )  # fmt: skip


def _places_within(days: int, source: Source) -> Callable[[Sequence[Cut]], PlaceLook]:
    def places(cuts: Sequence[Cut]) -> PlaceLook:
        needed = [floor(threshold) + 1 if at else ceil(threshold) for threshold, at in cuts]
        lacks = [-one for one in needed]
        empty = bisect_left(lacks, 0)

        def look(state: MemberState, now: int, frame: Frame) -> tuple[int, int]:
            found = source(state, frame)
            if not found:
                return empty, NEVER
            today = frame.day(now)
            place = bisect_left(lacks, -between(found, today - days + 1, today))
            if place >= empty:
                return place, NEVER
            rest = needed[place]
            for day in sorted(found, reverse=True):
                rest -= found[day]
                if rest <= 0:
                    return place, frame.calendar.start(day + days)
            return place, NEVER

        return look

    return places
