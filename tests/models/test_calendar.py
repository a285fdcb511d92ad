from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import DAY_MS, Calendar, day_number

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "UTC",
]
SINCE_2012 = st.integers(1_325_376_000_000, 2_200_000_000_000)


def by_datetime(at: int, zone: str) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    return moment.astimezone(ZoneInfo(zone)).date().toordinal() - 719_163


@given(at=SINCE_2012, zone=st.sampled_from(ZONES))
def test_day_agrees_with_datetime(at: int, zone: str) -> None:
    assert Calendar(zone).day(at) == by_datetime(at, zone)


@given(at=SINCE_2012, zone=st.sampled_from(ZONES))
def test_a_day_starts_at_its_first_ms(at: int, zone: str) -> None:
    calendar = Calendar(zone)
    start = calendar.start(calendar.day(at))
    assert start <= at
    assert calendar.day(start) == calendar.day(at)
    assert calendar.day(start - 1) == calendar.day(at) - 1


def test_days_of_23_and_25_hours() -> None:
    calendar = Calendar("America/New_York")
    spring, autumn = day_number("2026-03-08"), day_number("2026-11-01")
    assert calendar.start(spring + 1) - calendar.start(spring) == DAY_MS - 3_600_000
    assert calendar.start(autumn + 1) - calendar.start(autumn) == DAY_MS + 3_600_000


def test_a_day_without_midnight_starts_when_it_is_one() -> None:
    calendar = Calendar("America/Sao_Paulo")  # 2017-10-15 began at 01:00
    day = day_number("2017-10-15")
    assert calendar.start(day) == int(datetime(2017, 10, 15, 3, tzinfo=UTC).timestamp() * 1000)


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.calendar._CACHED", 10)
    calendar = Calendar("UTC")
    for day in range(100):
        assert calendar.day(calendar.start(day)) == day
    assert len(calendar._offsets) <= 10
    assert len(calendar._starts) <= 10


@pytest.mark.parametrize("text", ["2026-02-30", "today", ""])
def test_no_such_date(text: str) -> None:
    with pytest.raises(ValueError, match="date|isoformat|day"):
        day_number(text)


@pytest.mark.parametrize("zone", ZONES)
def test_the_ends_of_time(zone: str) -> None:
    calendar = Calendar(zone)
    for at in (631_152_000_000, 253_402_300_799_999):
        assert abs(calendar.start(calendar.day(at)) - at) <= 2 * DAY_MS
    assert calendar.start(10_000_000) - calendar.start(9_999_999) == DAY_MS
