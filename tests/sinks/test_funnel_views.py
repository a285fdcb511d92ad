"""The views from one step to the next, against small stories that are counted by hand. A story's last event is stored twice."""

import pytest

from sinks.base import Engine
from tests.sinks.story import day, event, read, tell

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_channels_and_parcel_cards(store: Engine) -> None:
    tell(
        store,
        # Day 0: four orders, one in two payments, one of nobody known; all four are parcels.
        *(event(0.5, "paid", one, order_id=one, paid_fen=1) for one in "pq"),
        event(0.6, "paid", "q", order_id="q", paid_fen=1),
        event(0.7, "paid", order_id="unknown", paid_fen=1),
        event(0.7, "paid", "r", order_id="r", paid_fen=1),
        # Day 7: three add the contact of the card; one had deleted it before, one does so later.
        event(6, "contact.deleted", "p", staff_id="s"),
        event(7.1, "contact.added", "p", staff_id="s", channel_id="dm"),
        event(7.2, "contact.added", "q", staff_id="s", channel_id="dm"),
        event(7.3, "contact.added", "new", staff_id="s", channel_id="dm"),
        event(8, "contact.blocked", "q", staff_id="s"),
        event(8, "contact.deleted", "new", staff_id="another"),
        event(7.4, "group.joined", "new", group_id="g", channel_id="poster"),
        event(7.4, "contact.added", "no channel", staff_id="s"),
        event(7.3, "contact.added", "new", staff_id="t", channel_id="dm"),
    )
    columns = f"channel_id, {day()}, contacts, lost, kept, joins, paid_orders, rate"
    assert read(store, "channel_days", columns) == [
        ("dm", 7, 3, 1, 2, 0, 4, 0.75),
        ("poster", 7, 0, 0, 0, 1, 4, 0.0),
    ]


def test_k_over_thirty_days(store: Engine) -> None:
    tell(
        store,
        *(event(0, "invite.sent", one) for one in ("a", "a", "in vain")),
        event(1, "group.joined", "x", group_id="g", inviter_id="a"),
        event(2, "group.joined", "x", group_id="h", inviter_id="in vain"),  # not for the first time
        event(2, "group.joined", "y", group_id="g", inviter_id="nobody's inviter"),
        event(3, "group.joined", "a", group_id="g", inviter_id="a"),  # not invited by another
        event(
            40, "group.joined", "z", group_id="g", inviter_id="a"
        ),  # when the invitation is out of the window
    )
    found = read(store, "invitations", f"{day()}, inviters, invited, k")
    assert found[:2] == [(0, 2, 0, 0.0), (1, 2, 1, 0.5)]
    assert found[-1] == (29, 2, 1, 0.5)
    assert len(found) == 30


def test_from_visit_to_share(store: Engine) -> None:
    tell(
        store,
        event(0, "account.followed", "all", channel_id="video"),
        event(1, "visited", "all", action="view"),
        event(2, "visited", "all", action="search"),
        event(3, "paid", "all", order_id="1", paid_fen=1),
        event(4, "share", "all"),
        event(1, "visited", "back", action="search"),
        event(2, "paid", "back", order_id="2", paid_fen=1),
        event(3, "refunded", "back", order_id="2", refund_fen=1),
        event(4, "share", "back"),
        event(1, "share", "order"),  # shared and paid before the first visit
        event(1, "paid", "order", order_id="3", paid_fen=1),
        event(1.5, "visited", "order", action="search"),
        event(5, "paid", "never visited", order_id="4", paid_fen=1),
    )
    assert read(store, "visit_funnel", f"channel_id, {day()}, visitors, searched, paid, shared") == [
        ("", 1, 2, 2, 0, 0),
        ("video", 1, 1, 1, 1, 1),
    ]


def test_relation_and_platform(store: Engine) -> None:
    tell(
        store,
        event(0, "member.registered", "m"),
        event(0, "account.followed", "m"),
        event(0, "contact.added", "f", staff_id="s"),
        *(event(1, "visited", one, platform="app") for one in ("m", "f", "o", "o")),
        event(1, "visited", "m", platform="shop"),
        event(2, "paid", "m", order_id="1", paid_fen=5, platform="app"),
        event(2, "paid", "f", order_id="2", paid_fen=5, platform="app"),
        event(3, "refunded", "f", order_id="2", refund_fen=5),
    )
    assert read(store, "relation_platforms", "relation, platform, visitors, payers, rate") == [
        ("fan", "app", 1, 0, 0.0),
        ("member", "app", 1, 1, 1.0),
        ("member", "shop", 1, 0, 0.0),
        ("other", "app", 1, 0, 0.0),
    ]


def test_who_goes_on_within_seven_days(store: Engine) -> None:
    tell(
        store,
        *(event(0.5, "quiz_test", one, activity_id="q") for one in ("in time", "late", "before", "refund")),
        event(1.5, "quiz_test", "in time", activity_id="q"),  # not the first time
        event(7.5, "paid", "in time", order_id="1", paid_fen=9),
        event(7.501, "paid", "late", order_id="2", paid_fen=9),
        event(0.4, "paid", "before", order_id="3", paid_fen=9),
        event(1, "paid", "refund", order_id="4", paid_fen=9),
        event(9, "refunded", "refund", order_id="4", refund_fen=9),
        event(2, "form", "in time", activity_id="f", answer="good"),
        event(2, "form", "late", activity_id="f", answer="bad"),
        event(2, "paid", "tries", order_id="5", paid_fen=0),
        event(3, "paid", "tries", order_id="6", paid_fen=9),
        event(1, "account.followed", "before"),
        event(0.1, "account.followed", "refund"),  # followed already when paying
    )
    columns = f"step, answer, {day()}, members, converted"
    assert read(store, "conversions", columns) == [
        ("form", "bad", 2, 1, 1),
        ("form", "good", 2, 1, 1),
        ("paid", "", 0, 1, 1),
        ("paid", "", 3, 1, 0),
        ("paid", "", 7, 2, 0),
        ("quiz_test", "", 0, 4, 1),
        ("trial", "", 2, 1, 1),
    ]
