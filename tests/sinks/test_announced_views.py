"""The views of announced activities, against small stories that are counted by hand. A story's last event is stored twice."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sinks.story import START, Brand, day, event

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


def test_attendance_of_lessons(brand: Brand) -> None:
    brand.tell(
        *(event(0, "enroll", one, activity_id="course") for one in ("a", "b", "c")),
        event(0, "enroll", "d", activity_id="course", lesson_id="2"),
        event(1, "attend", "a", activity_id="course", lesson_id="1"),
        event(1.1, "attend", "walks in", activity_id="course", lesson_id="1"),
        event(1, "attend", "clerk", activity_id="course", lesson_id="1", role="staff"),
        event(1.2, "enroll", "after one", activity_id="course"),
        *(event(2, "attend", one, activity_id="course", lesson_id="2") for one in ("a", "b", "d")),
        event(0, "enroll", "e", lesson_id="nobody came"),
        event(2, "attend", "e", lesson_id="nobody enrolled"),
    )
    columns = f"lesson_id, activity_id, {day()}, enrolled, attended, others, rate"
    assert brand.read("lesson_attendance", columns) == [
        ("1", "course", 1, 3, 1, 1, 1 / 3),
        ("2", "course", 2, 5, 3, 0, 0.6),
        ("nobody came", "", None, 1, 0, 0, 0.0),
        ("nobody enrolled", "", 2, 0, 0, 1, None),
    ]


def test_arms_of_a_test_compared(brand: Brand) -> None:
    def arm(name: str, members: int, buyers: int) -> list[dict[str, Any]]:
        seen = [
            event(1, "push_delivered", f"{name}{n}", campaign_id="c", variant=name) for n in range(members)
        ]
        bought = [
            event(2, "paid", f"{name}{n}", order_id=f"{name}{n}", paid_fen=5, campaign_id="c", variant="old")
            for n in range(buyers)
        ]
        return [*seen, *bought]

    brand.tell(
        announced(0, "a", campaign_id="c", variants=["old", "new", "never shown"]),
        *arm("old", 40, 10),
        *arm("new", 50, 25),
        event(1, "paid", "late", order_id="late", paid_fen=5),
        event(1.5, "push_delivered", "late", campaign_id="c", variant="old"),  # paid before
        event(1, "attend", "x", activity_id="t", variant="x"),
        event(1, "attend", "y", activity_id="t", variant="y"),
    )
    columns = "test_id, variant, members, converted, control, round(difference, 4), round(p_value, 4)"
    # By hand: pooled 35/91, standard error sqrt(35/91 * 56/91 * (1/50 + 1/41)) = 0.10251, z = 0.2561 / 0.10251 = 2.4983.
    assert brand.read("variant_conversions", columns) == [
        ("c", "never shown", 0, 0, "old", None, None),
        ("c", "new", 50, 25, "old", 0.2561, 0.0125),
        ("c", "old", 41, 10, "old", None, None),
        ("t", "x", 1, 0, "x", None, None),
        ("t", "y", 1, 0, "x", 0.0, None),
    ]


def test_phases_by_the_hours_announced(brand: Brand) -> None:
    live = {"live_id": "l"}
    brand.tell(
        announced(
            0, "stream", activity_type="live", campaign_id="c", opens_at=ms(1.5), closes_at=ms(1.6), **live
        ),
        announced(0, "draw", activity_type="lottery", opens_at=ms(1.55), closes_at=ms(1.56), **live),
        event(1.4, "visited", "a", live_phase="直播中", **live),  # the hours say otherwise
        event(1.4, "group.joined", "a", group_id="g", campaign_id="c"),  # of the stream by its campaign
        event(1.4, "group.joined", "b", group_id="g", campaign_id="another"),
        *(event(1.5, "visited", one, **live) for one in "ab"),
        event(1.55, "lottery", "b", **live),
        event(1.55, "paid", "b", order_id="1", paid_fen=500, campaign_id="c", attributed_group_id="g"),
        event(1.6, "paid", "a", order_id="2", paid_fen=300, **live),
        event(2, "refunded", "a", order_id="2", refund_fen=100),
        event(1.6, "account.followed", "a", **live),
        event(1.6, "visited", "a", live_id="not announced", live_phase="直播前"),
    )
    columns = "live_id, phase, visitors, joins, fans, drawing, orders, net_fen, group_fen"
    assert brand.read("live_phases", columns) == [
        ("l", "直播中", 2, 0, 0, 1, 1, 500, 500),
        ("l", "直播前", 1, 1, 0, 0, 0, 0, 0),
        ("l", "直播后", 0, 0, 1, 0, 1, 200, 0),
        ("not announced", "直播前", 1, 0, 0, 0, 0, 0, 0),
    ]
    # Two streams of one campaign: what names the campaign alone is of neither.
    brand.tell(announced(3, "second", activity_type="直播", campaign_id="c"))
    assert brand.read("live_phases", columns, "live_id = 'l'")[:2] == [
        ("l", "直播中", 2, 0, 0, 1, 0, 0, 0),
        ("l", "直播前", 1, 0, 0, 0, 0, 0, 0),
    ]


def test_figures_of_scenes(brand: Brand) -> None:
    brand.tell(
        announced(0, "invite", campaign_id="fission", scene="裂变"),
        announced(0, "sign", scene="retention"),
        announced(0, "sale", campaign_id="sale", scene="活跃"),
        announced(1, "sale", campaign_id="sale", scene="转化"),  # the latest holds
        *(event(1, "invite.sent", one, campaign_id="fission") for one in "ab"),
        *(
            event(2, "group.joined", f"new{n}", group_id="g", inviter_id="a", campaign_id="fission")
            for n in range(3)
        ),
        event(2, "group.joined", "new3", group_id="g", inviter_id="a", campaign_id="another"),
        *(event(1, "signin", one, activity_id="sign") for one in "abcd"),
        event(8, "message", "a", group_id="g"),
        event(8, "message", "clerk", group_id="g", role="staff"),
        event(9, "message", "b", group_id="g"),
        event(2, "visited", "e", campaign_id="sale"),
        event(2, "visited", "f", campaign_id="sale"),
        event(2, "push_delivered", "g", campaign_id="sale"),
        event(4, "paid", "e", order_id="1", paid_fen=5),
        event(32, "paid", "f", order_id="2", paid_fen=5, campaign_id="sale"),
        event(2, "game", "h", activity_id="g", scene="活跃"),
        event(2.5, "game", "i", activity_id="g"),  # of the scene that the activity was of before
    )
    columns = (
        f"scene, {day('month')}, participants, inviters, invited, k, begun, returned, d7, payers, figure"
    )
    assert brand.read("scene_figures", columns) == [
        ("activity", 0, 2, 0, 0, None, 2, 0, 0.0, 0, 2.0),
        ("conversion", 0, 2, 0, 0, None, 2, 0, 0.0, 1, 1.0),
        ("conversion", 31, 1, 0, 0, None, 0, 0, None, 1, 1.0),
        ("fission", 0, 5, 2, 3, 1.5, 5, 1, 0.2, 0, 1.5),
        ("retention", 0, 4, 0, 0, None, 4, 1, 0.25, 0, 0.25),
    ]
