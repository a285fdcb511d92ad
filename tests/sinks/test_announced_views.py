"""The views of announced activities, against small stories that are counted by hand. A story's last event is stored twice."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sinks.story import START, Brand, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

HOUR = 1 / 24


def ms(day: float) -> int:
    """Local day, with the time of the day as its fraction, as ms."""
    return int(START.timestamp() * 1000 + day * 86_400_000)


def announced(day: float, activity: str, **told: Any) -> dict[str, Any]:
    """An announcement on a local day."""
    return event(day, "activity.announced", activity_id=activity, **told)


def test_the_latest_announcement_holds_as_a_whole(brand: Brand) -> None:
    brand.tell(
        announced(2, "a", scene="活跃", opens_at=ms(3), closes_at="2026-03-05T00:00:00.500+08:00", stock=5),
        announced(1, "a", scene="conversion", goal=38),  # told later, of earlier
        announced(2, "b", event_id="2", activity_type="quiz", goal=9, variants=["x", "y"], sku="s", stock=0),
        announced(2, "b", event_id="1", activity_type="game", campaign_id="c"),
        announced(2, "c", campaign_id="c", live_id="l", scene="自定"),
    )
    closes = datetime.fromtimestamp(ms(4) / 1000 + 0.5, UTC)
    columns = "activity_id, activity_type, campaign_id, scene, live_id, goal, sku, stock, variants"
    assert brand.read("activities", columns) == [
        ("a", "", "", "activity", "", None, "", 5, []),
        ("b", "quiz", "", "", "", 9, "s", 0, ["x", "y"]),
        ("c", "", "c", "自定", "l", None, "", None, []),
    ]
    times = "toUnixTimestamp64Milli(opens_at) AS opens, toUnixTimestamp64Milli(closes_at) AS closes"
    assert brand.read("activities", times, "activity_id = 'a'") == [(ms(3), closes.timestamp() * 1000)]


def test_states_of_activities(brand: Brand) -> None:
    now = time.time() * 1000
    hour = 3_600_000
    brand.tell(
        announced(1, "before", opens_at=int(now + hour), closes_at=int(now + 2 * hour)),
        announced(1, "meanwhile", opens_at=int(now - hour), closes_at=int(now + hour)),
        announced(1, "after", closes_at=int(now - hour)),
        announced(1, "endless"),
        announced(1, "long ago", closes_at=ms(2)),
        event(2 + 1.9 * HOUR, "visited", "m"),
    )
    states = [("after", "closed"), ("before", "planned"), ("endless", "open"), ("meanwhile", "open")]
    assert brand.read("activities", "activity_id, state") == sorted([*states, ("long ago", "closed")])
    brand.tell(event(2 + 2.1 * HOUR, "visited", "m"))
    assert brand.read("activities", "activity_id, state") == sorted([*states, ("long ago", "settled")])
