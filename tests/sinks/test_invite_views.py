"""The views of who brought whom, against small stories that are counted by hand. A story's last event is stored twice."""

import pytest

from models.groups.params import GroupParams
from sinks.clickhouse.erase import erase_member
from tests.sinks.story import START, Brand, day, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_settled_after_the_lateness_of_the_groups(brand: Brand) -> None:
    brand.tell(event(1, "visited", "m"), event(0, "visited", "m"))
    before = f"toUnixTimestamp64Milli(before) + {GroupParams().lateness}"
    assert brand.read("settled_times", f"{before} AS latest") == [(event(1, "visited")["ts"],)]


def joined(at: float, member: str, inviter: str, **fields: object) -> dict[str, object]:
    return event(at, "group.joined", member, inviter_id=inviter, **{"group_id": "g"} | fields)


def test_what_invitations_came_to(brand: Brand) -> None:
    brand.tell(
        event(0, "invite.sent", "a", invite_id="i1", campaign_id="spring"),
        event(0, "invite.sent", "in vain"),
        # Day 1 to 4: a brings b, who brings c, who brings d.
        joined(1, "b", "a", invite_id="i1"),
        joined(2, "c", "b"),
        joined(3, "d", "c", group_id="h"),
        joined(4, "b", "d", group_id="h"),  # b was there already
        joined(4, "a", "d"),  # a stands above d and below: the later invitees of a are d's too, b is not
        joined(2, "self", "self"),
        joined(2, "clerk", "a", role="staff"),
        joined(2, "pulled", "butler"),
        event(2, "message", "butler", role="staff"),
        # Day 100: another four for a, so that there are five, the last of 90 days.
        *(joined(100, one, "a") for one in ("w", "x", "y", "z")),
        # Orders of invitees: before they came, refunded, a part left, older than 90 days, in the window.
        event(0.5, "paid", "b", order_id="before", paid_fen=100),
        event(3, "paid", "b", order_id="old", paid_fen=100),
        event(99, "paid", "b", order_id="now", paid_fen=700),
        event(99.5, "refunded", "b", order_id="now", refund_fen=200),
        event(99.9, "paid", "w", order_id="w0", paid_fen=100),
        event(101, "paid", "w", order_id="w1", paid_fen=50),
        event(101, "paid", "x", order_id="x1", paid_fen=50),
        event(101.5, "refunded", "x", order_id="x1", refund_fen=50),
    )
    columns = "member_id, sent, invitees, invitees_90, five, descendants, depth, orders_90, net_fen_90"
    assert brand.read("inviters", columns) == [
        ("a", 1, 5, 4, 1, 7, 3, 2, 550),
        ("b", 0, 1, 0, 0, 7, 4, 0, 0),
        ("c", 0, 1, 0, 0, 6, 3, 0, 0),
        ("d", 0, 1, 0, 0, 5, 2, 0, 0),
        ("in vain", 1, 0, 0, 0, 0, 0, 0, 0),
    ]
    erase_member(brand.store, brand.name, "c")
    assert brand.read("inviters", "member_id, invitees, descendants, depth", "member_id < 'e'") == [
        ("a", 5, 5, 1),
        ("d", 1, 5, 2),
    ]


def test_ranking_of_a_campaign(brand: Brand) -> None:
    brand.tell(
        event(0, "invite.sent", "early", invite_id="i", campaign_id="spring"),
        joined(2, "x1", "late", campaign_id="spring"),
        joined(1, "x2", "early", campaign_id="spring"),
        joined(1.5, "x3", "early", invite_id="i"),  # the campaign is that of the invitation
        joined(2.5, "x4", "late", campaign_id="spring"),
        joined(1.2, "x5", "one", campaign_id="spring"),
        joined(1.3, "x1", "one", campaign_id="autumn"),  # the first of x1's two comings, told later
        joined(2.6, "x6", "late", campaign_id="spring"),
        event(2.68, "visited", "x6"),
    )
    columns = "campaign_id, place, member_id, invitees, settled"
    assert brand.read("campaign_inviters", columns) == [
        ("autumn", 1, "one", 1, 1),
        ("spring", 1, "early", 2, 0),
        ("spring", 2, "late", 2, 0),
        ("spring", 3, "one", 1, 0),
    ]
    # Settled only when more than two hours have passed since the last arrival.
    brand.tell(event(2.684, "visited", "x6"))
    assert brand.read("campaign_inviters", "min(settled)") == [(1,)]


def test_k_of_campaigns_and_groups(brand: Brand) -> None:
    brand.tell(
        event(0, "invite.sent", "a", group_id="g", campaign_id="spring", invite_id="i"),
        event(0, "invite.sent", "b", group_id="g"),
        event(1, "invite.sent", "b", group_id="h", campaign_id="autumn"),
        joined(2, "x", "a", invite_id="i"),
        joined(2, "y", "b", group_id="h"),
        joined(3, "z", "c"),  # of nobody who sent an invitation
        joined(40, "late", "a", campaign_id="spring"),
    )
    columns = f"kind, id, {day()}, inviters, invited, k"
    found = brand.read("invitation_rates", columns)
    assert [row for row in found if row[2] in (0, 2, 29, 30)] == [
        ("campaign", "autumn", 2, 1, 0, 0.0),
        ("campaign", "autumn", 29, 1, 0, 0.0),
        ("campaign", "autumn", 30, 1, 0, 0.0),
        ("campaign", "spring", 0, 1, 0, 0.0),
        ("campaign", "spring", 2, 1, 1, 1.0),
        ("campaign", "spring", 29, 1, 1, 1.0),
        ("group", "g", 0, 2, 0, 0.0),
        ("group", "g", 2, 2, 1, 0.5),
        ("group", "g", 29, 2, 1, 0.5),
        ("group", "h", 2, 1, 1, 1.0),
        ("group", "h", 29, 1, 1, 1.0),
        ("group", "h", 30, 1, 1, 1.0),
    ]


def test_what_distributors_sold(brand: Brand) -> None:
    brand.tell(
        event(1, "placed", "m", order_id="1", distributor_id="d"),
        event(1, "paid", "m", order_id="1", paid_fen=500),
        event(2, "refunded", "m", order_id="1", refund_fen=100),
        event(3, "refunded", "m", order_id="1", refund_fen=50, refund_type="cashback"),
        event(1, "paid", order_id="nobody's", paid_fen=30, distributor_id="d"),
        event(2, "paid", "m", order_id="p1", parent_order_id="p", paid_fen=1, distributor_id="d"),
        event(2, "paid", "m", order_id="p2", parent_order_id="p", paid_fen=2, distributor_id="d"),
        event(2, "paid", "m", order_id="back", paid_fen=9, distributor_id="e"),
        event(3, "refunded", "m", order_id="back", refund_fen=9),
        event(2, "paid", "m", order_id="own", paid_fen=9),
        joined(2, "m", "d"),
        joined(4, "n", "d"),
        joined(4, "o", "no distributor"),
    )
    assert brand.read("distributor_days", f"distributor_id, {day()}, orders, net_fen, invitees") == [
        ("d", 1, 2, 430, 0),
        ("d", 2, 1, 3, 1),
        ("d", 4, 0, 0, 1),
    ]


def test_group_purchases(brand: Brand) -> None:
    brand.tell(
        event(1, "placed", "a", order_id="1", groupbuy_id="whole"),
        event(1, "paid", "a", order_id="1", paid_fen=5),
        joined(1.1, "new", "a"),
        joined(1.1, "other's", "somebody"),
        joined(0.9, "before", "a"),
        *(event(2, "placed", one, order_id=one, groupbuy_id="whole") for one in ("new", "other's", "before")),
        *(event(2, "paid", one, order_id=one, paid_fen=5) for one in ("new", "before")),
        event(1, "placed", "a", order_id="2", groupbuy_id="fails"),
        *(event(1, "paid", one, order_id="2" + one, paid_fen=5, groupbuy_id="fails") for one in "ab"),
        event(3, "refunded", "b", order_id="2b", refund_fen=5),
    )
    columns = f"groupbuy_id, {day()}, members, buyers, complete, new_members"
    assert brand.read("group_purchases", columns) == [("fails", 1, 2, 1, 0, 0), ("whole", 1, 4, 3, 1, 1)]
    members = "member_id, inviter_id, paid_at IS NULL AS unpaid"
    assert brand.read("group_purchase_members", members, "groupbuy_id = 'whole'") == [
        ("a", "", 0),
        ("before", "", 0),
        ("new", "a", 0),
        ("other's", "", 1),
    ]


def test_group_purchases_that_say_how_many_they_take(brand: Brand) -> None:
    three = {"groupbuy_id": "three", "groupbuy_size": 3}
    brand.tell(
        event(1, "paid", "a", order_id="1", paid_fen=5, **three),
        event(1.1, "paid", "b", order_id="2", paid_fen=5, **three),
        event(1.2, "placed", "c", order_id="3", **three),
        event(1, "paid", "a", order_id="4", paid_fen=5, groupbuy_id="two", groupbuy_size=3),
        event(1.1, "paid", "b", order_id="5", paid_fen=5, groupbuy_id="two", groupbuy_size=2),
        event(1.2, "paid", "c", order_id="6", paid_fen=5, groupbuy_id="two"),
    )
    columns = (
        "groupbuy_id, size, buyers, complete, (toUnixTimestamp64Milli(completed_at) - {}) / 86400000 AS days"
    )
    columns = columns.format(int(START.timestamp() * 1000))
    assert brand.read("group_purchases", columns) == [("three", 3, 2, 0, None), ("two", 2, 3, 1, 1.1)]
    brand.tell(event(2, "paid", "c", order_id="3", paid_fen=5))
    assert brand.read("group_purchases", columns, "groupbuy_id = 'three'") == [("three", 3, 3, 1, 2.0)]
    brand.tell(event(3, "refunded", "a", order_id="1", refund_fen=5))
    assert brand.read("group_purchases", columns, "groupbuy_id = 'three'") == [("three", 3, 2, 0, None)]


def test_helpers_of_a_bargain(brand: Brand) -> None:
    brand.tell(
        event(2, "bargain", "helps", submission_id="s", activity_id="cut"),
        event(1, "bargain", "begins", submission_id="s", activity_id="cut"),
        event(1.5, "bargain", "begins", submission_id="s", activity_id="cut"),
        *(event(3, "bargain", one, submission_id="s", activity_id="cut") for one in ("was there", "late")),
        event(3, "bargain", "alone", activity_id="cut"),
        event(4, "lottery", "begins", submission_id="s"),
        event(0.5, "group.joined", "was there", group_id="g"),
        event(9, "group.joined", "helps", group_id="g"),
        event(10.1, "group.joined", "late", group_id="g"),
    )
    columns = f"type, submission_id, activity_id, member_id, {day()}, helpers, joined"
    assert brand.read("bargains", columns) == [
        ("bargain", "s", "cut", "begins", 1, 3, 1),
        ("lottery", "s", "", "begins", 4, 0, 0),
    ]
