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


def test_answers_within_the_period(brand: Brand) -> None:
    brand.tell(
        announced(0, "q", opens_at=ms(1), closes_at=ms(2)),
        event(0.9, "quiz", "early", activity_id="q", is_correct=False),
        event(
            1, "quiz", "early", activity_id="q", is_correct=True
        ),  # at the opening: counts, and is the first
        event(1.5, "quiz", "wrong", activity_id="q", is_correct=False),
        event(2, "quiz", "wrong", activity_id="q", is_correct=True),  # at the end: does not
        event(2, "quiz", "late", activity_id="q", is_correct=True),
        event(2, "quiz", "late", activity_id="without a period", is_correct=True),
    )
    columns = "contest, place, member_id, value"
    assert brand.read("contest_places", columns, "id = 'q'") == [
        ("answer", 1, "early", 1),
        ("answer", 2, "wrong", 0),
        ("right_answer", 1, "early", 1),
    ]
    assert brand.read("quizzes", "activity_id, members, right_answers, rate") == [
        ("q", 2, 1, 0.5),
        ("without a period", 1, 1, 1.0),
    ]
    # Announced later to be longer: what was left out counts.
    brand.tell(announced(3, "q", opens_at=ms(1), closes_at=ms(2.1)))
    assert brand.read("quizzes", "members, right_answers", "activity_id = 'q'") == [(3, 2)]


def test_ranking_by_likes_at_the_deadline(brand: Brand) -> None:
    brand.tell(
        announced(0, "likes", closes_at=ms(2), goal=38),
        event(1, "like_collect", "first", activity_id="likes", likes=40),
        event(1.1, "like_collect", "second", activity_id="likes", likes=37),
        event(2, "like_collect", "second", activity_id="likes", likes=90),
        event(2 + 1.9 * HOUR, "like_collect", "late", activity_id="likes", likes=99),
    )
    columns = "place, member_id, value, reached, settled"
    assert brand.read("contest_places", columns) == [(1, "first", 40, 1, 0), (2, "second", 37, 0, 0)]
    brand.tell(event(2 + 2.1 * HOUR, "visited", "first"))
    assert brand.read("contest_places", columns) == [(1, "first", 40, 1, 1), (2, "second", 37, 0, 1)]
    # A longer period opens the ranking again.
    brand.tell(announced(2.5, "likes", closes_at=ms(3), goal=38))
    assert brand.read("contest_places", columns)[0] == (1, "late", 99, 1, 0)


def test_sell_through_of_a_flash_sale(brand: Brand) -> None:
    def paid(minute: int, order: str, *lines: tuple[str, int], sale: str = "f") -> dict[str, Any]:
        told = [{"sku": sku, "qty": qty} for sku, qty in lines]
        promo = [{"type": "秒杀", "id": sale}]
        return event(1 + minute / 1440, "paid", order_id=order, paid_fen=1, lines=told, promo=promo)

    brand.tell(
        announced(0, "f", sku="s", stock=10),
        announced(0, "whole", stock=8),
        announced(0, "none", stock=0),
        paid(0, "1", ("s", 2), ("other", 5)),
        paid(0, "2", ("s", 1)),
        paid(3, "3", ("s", 7)),
        paid(3, "4", ("other", 7)),
        *(paid(0, sale, ("s", 2), ("other", 2), sale=sale) for sale in ("whole", "none", "unknown")),
    )
    columns = "promo_id, toMinute(minute), pieces, sold, stock, rate, sell_through"
    assert brand.read("flash_minutes", columns) == [
        ("f", 0, 3, 3, 10, 0.3, 0.3),
        ("f", 3, 7, 10, 10, 0.7, 1.0),
        ("none", 0, 4, 4, 0, None, None),
        ("unknown", 0, 4, 4, None, None, None),
        ("whole", 0, 4, 4, 8, 0.5, 0.5),
    ]
