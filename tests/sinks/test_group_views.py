"""The views of groups and their members, against small stories that are counted by hand; each story is a brand of its own."""

from datetime import timedelta
from typing import Any

import pytest

from models.params import MemberParams
from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from tests.sinks.story import MINUTE, START, act, day, read, tell

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

HOUR = 1 / 24


def joined(brand: str, at: float, *members: str, **fields: Any) -> list[dict[str, Any]]:
    return [act(brand, at, "group.joined", one, **fields) for one in members]


def test_members_are_in_until_they_leave(shared_store: Engine) -> None:
    tell(
        shared_store,
        *joined("in", 1, "m", "left", "back"),
        act("in", 2, "group.left", "left"),
        act("in", 2, "group.kicked", "back"),
        *joined("in", 3, "back"),
        act("in", 2.5, "message", "writes"),
        act("in", 3.5, "visited", "passes by"),
        act("in", 1, "message", "crew", role="staff"),
        *joined("in", 1, "m", group_id="h"),
    )
    since = f"toInt32(toDate(since, 'Asia/Shanghai') - toDate('{START:%Y-%m-%d}')) AS n"
    assert read(shared_store, "group_members", f"group_id, member_id, {since}", "brand_id = 'in'") == [
        ("g", "back", 3),
        ("g", "m", 1),
        ("g", "writes", 2),
        ("h", "m", 1),
    ]
    reach = "memberships, members, groups, rate"
    assert read(shared_store, "group_reach", reach, "brand_id = 'in'") == [(4, 3, 2, 0.75)]
    erase_member(shared_store, "in", "m")
    assert read(shared_store, "group_reach", reach, "brand_id = 'in'") == [(2, 2, 1, 1.0)]


def test_the_pyramid_of_a_group(shared_store: Engine) -> None:
    tell(
        shared_store,
        act("pyramid", 0, "group.created", group_meta={"owner_staff": "butler"}),
        *joined("pyramid", 0, "keen", "once", "quiet", "koc", "was koc", "gone"),
        act("pyramid", 1, "message", "helper", role="admin"),
        act("pyramid", 1, "message", "star", role="kol"),
        *(act("pyramid", 1, "tag.set", one, manual_tag={"key": "KOC"}) for one in ("koc", "was koc")),
        act("pyramid", 2, "tag.cleared", "was koc", manual_tag={"key": "KOC"}),
        act("pyramid", 3, "group.left", "gone"),
        act("pyramid", 20, "message", "once"),
        *(act("pyramid", 30 - MINUTE, "message", "keen") for _ in range(4)),
        act("pyramid", 30, "message", "gone too", group_id="h"),
    )
    levels = read(
        shared_store, "group_layers", "member_id, pyramid_level", "brand_id = 'pyramid' AND group_id = 'g'"
    )
    assert levels == [
        ("butler", "owner"),
        ("helper", "admin"),
        ("keen", "active"),
        ("koc", "koc"),
        ("once", "occasional"),
        ("quiet", "silent"),
        ("star", "koc"),
        ("was koc", "silent"),
    ]


def test_the_score_in_a_group_is_that_of_the_model(shared_store: Engine) -> None:
    params = MemberParams()
    tell(
        shared_store,
        *(act("score", 1, "message", one) for one in params.acts),
        *(act("score", 8, one, one) for one in params.acts),
        *(act("score", 8, "message", "floods") for _ in range(30)),
    )
    found = dict(read(shared_store, "group_layers", "member_id, score", "brand_id = 'score'"))
    # Seven days before, a message was worth one point: a half by then.
    expected = {one: how.weight + 0.5 for one, how in params.acts.items()}
    assert found == pytest.approx(expected | {"floods": params.cap_per_day}, rel=1e-9)


def test_taking_part(shared_store: Engine) -> None:
    tell(
        shared_store,
        *joined("part", 0, "quiz", "task", "campaign", "talks", "long ago"),
        *joined("part", 0, "payer", entry_gate="paid"),
        act("part", 1, "quiz", "long ago"),
        act("part", 40, "quiz", "quiz"),
        act("part", 40, "task", "task"),
        act("part", 40, "share", "campaign", campaign_id="c"),
        act("part", 40, "message", "talks"),
        act("part", 40, "quiz", "stranger"),  # never came into the group
        *(act("part", 40 - back, "signin", "talks") for back in range(7)),
        *(act("part", 40 - back, "signin", "quiz") for back in range(6)),
    )
    columns = "members, took_part, joined_tasks, gave, round(rate, 2)"
    assert read(shared_store, "participation", columns, "brand_id = 'part'") == [(6, 4, 1, 2, 0.67)]


def test_visits_and_orders_of_groups(shared_store: Engine) -> None:
    tell(
        shared_store,
        act("orders", 0, "group.created", group_id="vip", group_meta={"tier": "base"}),
        act("orders", 1, "group.updated", group_id="vip", group_meta={"tier": "vip"}),
        *joined("orders", 1, "m", "n"),
        *joined("orders", 1, "m", group_id="vip"),
        act("orders", 5, "visited", "m"),
        act("orders", 40, "visited", "m"),
        act("orders", 40.1, "visited", "m"),
        act("orders", 40, "visited", "robot", role="bot"),
        act("orders", 40, "paid", "m", order_id="1", parent_order_id="p", paid_fen=100),
        act("orders", 40, "paid", "m", order_id="2", parent_order_id="p", paid_fen=100),
        act("orders", 40, "paid", "n", order_id="3", paid_fen=50, group_id=None),
        act("orders", 40, "paid", "n", order_id="4", paid_fen=50, attributed_group_id="vip"),
        act("orders", 41, "refunded", "n", order_id="4", refund_fen=20, group_id=None),
        act("orders", 41, "paid", "n", order_id="5", paid_fen=50),
        act("orders", 41, "refunded", "n", order_id="5", refund_fen=50),
    )
    columns = f"group_id, {day()}, tier, visits, visitors, orders, buyers, net_fen"
    assert read(shared_store, "group_orders", columns, "brand_id = 'orders'") == [
        ("", 40, "", 0, 0, 1, 1, 50),
        ("g", 5, "", 1, 1, 0, 0, 0),
        ("g", 40, "", 2, 1, 1, 1, 200),
        ("vip", 40, "vip", 0, 0, 1, 1, 30),
    ]
    figures = "group_id, members, visits, orders, net_fen, visits_per_member, orders_per_member"
    assert read(shared_store, "group_frequency", figures, "brand_id = 'orders'") == [
        ("g", 2, 2, 1, 200, 1.0, 0.5),
        ("vip", 1, 0, 1, 30, 0.0, 1.0),
    ]
    assert read(
        shared_store, "tier_orders", "tier, orders, net_fen, round(share, 3)", "brand_id = 'orders'"
    ) == [
        ("", 2, 250, 0.893),
        ("vip", 1, 30, 0.107),
    ]


def test_quality_of_channels(shared_store: Engine) -> None:
    store = {"channel_id": "store", "join_method": "self_scan"}
    tell(
        shared_store,
        *joined("channels", 1 + HOUR, "m", "n", **store),
        *joined("channels", 1 + 5 * HOUR, "left", **store),
        act("channels", 2, "group.left", "left"),
        *joined("channels", 20, "left", **store),  # comes back: counts on the first day, as one who left
        act("channels", 8.5, "message", "m"),
        act("channels", 8.5, "message", "n", group_id="other"),
        *joined("channels", 15, "fresh", channel_id="ads"),
        *joined("channels", 1, "crew", role="staff", **store),
    )
    joins = "channel_id, join_method, joins, joins_per_hour, most_in_an_hour"
    columns = f"{day()}, {joins}, stayed, active, round(stay_rate, 2), rate"
    assert read(shared_store, "channel_joins", columns, "brand_id = 'channels'") == [
        (1, "store", "self_scan", 3, 0.125, 2, 2, 1, 0.67, 0.5),
        (15, "ads", "", 1, 1 / 24, 1, None, None, None, None),
    ]


def test_only_newcomers_talk(shared_store: Engine) -> None:
    monday = (7 - START.weekday()) % 7  # day of the first Monday
    week = f"toInt32(dateDiff('day', toDate('{START + timedelta(days=monday):%Y-%m-%d}'), week)) AS n"
    tell(
        shared_store,
        act("newcomers", monday, "paid", "rich", order_id="1", paid_fen=900, group_id=None),
        *(act("newcomers", monday, "paid", f"b{n}", order_id=f"b{n}", paid_fen=1, group_id=None) for n in range(4)),
        *joined("newcomers", monday, "rich", "old"),
        *(act("newcomers", monday + 36, "message", one) for one in ("rich", "old")),
        *joined("newcomers", monday + 42, "new"),
        *(act("newcomers", monday + 43, "message", one) for one in ("old", "new", "new")),
    )  # fmt: skip
    columns = f"{week}, messages, newcomer_messages, round(newcomer_share, 2), high_active, only_newcomers"
    assert read(shared_store, "newcomer_weeks", columns, "brand_id = 'newcomers'") == [
        (0, 0, 0, None, 1, 0),
        (35, 2, 0, 0.0, 1, 0),
        (42, 3, 2, 0.67, 0, 1),
    ]


def test_linked_members(shared_store: Engine) -> None:
    tell(
        shared_store,
        *joined("links", 1, "follows", "unfollowed", "uses", "neither"),
        act("links", 2, "account.followed", "follows"),
        act("links", 2, "account.followed", "unfollowed"),
        act("links", 3, "account.unfollowed", "unfollowed"),
        act("links", 3, "visited", "uses", platform="小程序", group_id=None),
        act("links", 3, "visited", "neither", platform="天猫"),
        act("links", 3, "visited", "outside", platform="小程序"),
    )
    columns = "members, followed, used_mini_program, linked, rate"
    assert read(shared_store, "group_links", columns, "brand_id = 'links'") == [(4, 1, 1, 2, 0.5)]


def test_who_fits_the_group(shared_store: Engine) -> None:
    def told(member: str, at: float = 2, **profile: Any) -> dict[str, Any]:
        return act("fits", at, "profile.updated", member, group_id=None, profile=profile)

    tell(
        shared_store,
        *joined("fits", 1, "a", "b", "c"),
        told("a", age=34, gender="female"),
        told("b", age=38),
        told("c", age=31),
        told("c", at=3, age=62),
        told("outside", age=50),
        *(act("fits", 2, "paid", one, order_id=one, paid_fen=100, group_id=None) for one in "ab"),
        act("fits", 2, "paid", "c", order_id="c", paid_fen=900, group_id=None),
    )
    columns = "dimension, member_id, band, modal, misfit"
    assert read(shared_store, "group_fits", columns, "brand_id = 'fits'") == [
        ("age", "a", "30", "30", 0),
        ("age", "b", "30", "30", 0),
        ("age", "c", "60", "30", 1),
        ("gender", "a", "female", "female", 0),
        ("spending", "a", "1", "1", 0),
        ("spending", "b", "1", "1", 0),
        ("spending", "c", "3", "1", 1),
    ]
