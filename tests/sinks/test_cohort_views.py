"""The views of a whole brand, against small stories that are counted by hand. Each story's last event is stored twice."""

from typing import get_args

from models.params import MemberParams
from schemas.events import classes_of
from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.views import VIEWS
from tests.sinks.story import day, event, read, tell


def test_views_have_the_declared_columns(store: Engine) -> None:
    for view in VIEWS.values():
        described = store.query(
            "SELECT name, type FROM system.columns WHERE database = {db:String} AND table = {t:String}",
            {"db": store.database, "t": view.name},
        )
        assert {row["name"]: row["type"] for row in described} == view.columns, view.name


def test_own_acts_are_those_of_the_model(store: Engine) -> None:
    types = [
        word
        for kind in ("chat", "join", "order", "checkin")
        for model in classes_of(kind)
        for word in get_args(model.model_fields["type"].annotation)
    ]
    tell(store, *(event(1, one, one) for one in types), event(1, "message", "staff", role="staff"))
    found = {member for (member,) in read(store, "active_days", "member_id")}
    assert found == MemberParams().acts.keys()


def test_net_orders(store: Engine) -> None:
    tell(
        store,
        event(1.5, "paid", "m", order_id="whole", paid_fen=500),
        event(2, "refunded", "m", order_id="whole", refund_fen=500, refund_type="full"),
        event(1.5, "paid", "m", order_id="part", paid_fen=500, platform="app"),
        event(2, "refunded", "m", order_id="part", refund_fen=200, refund_type="partial"),
        event(3, "refunded", "m", order_id="part", refund_fen=250, refund_type="cashback"),
        event(4, "paid", "m", order_id="p1", parent_order_id="parcels", paid_fen=10),
        event(4.5, "paid", "m", order_id="p2", parent_order_id="parcels", paid_fen=20),
        event(5, "refunded", "m", order_id="p2", parent_order_id="parcels", refund_fen=20),
        event(6, "refunded", "m", order_id="never seen", refund_fen=20),
        event(6, "paid", "m", order_id="trial", paid_fen=0),
        event(7.2, "paid", "m", order_id="repeat", paid_fen=5),
    )
    assert read(store, "net_orders", f"order_id, {day()}, net_fen, platform") == [
        ("parcels", 4, 10, ""),
        ("part", 1, 300, "app"),
        ("repeat", 7, 5, ""),
    ]


def test_retention_counts_those_who_are_still_there(store: Engine) -> None:
    tell(
        store,
        # Day 0: four come, the first at the first instant of the local day.
        event(0, "group.joined", "back", group_id="g"),
        event(0.5, "group.joined", "gone", group_id="g"),
        event(0.5, "group.joined", "moved", group_id="g"),
        event(0.5, "contact.added", "quiet", staff_id="s"),
        event(0.9, "message", "quiet"),  # on day 0 itself, which is none of the three days
        event(0.5, "group.joined", "crew", group_id="g", role="staff"),
        # Day 1: one writes twice, one leaves after having written, one has another group by then.
        event(1.1, "message", "back"),
        event(1.2, "message", "back"),
        event(1.3, "message", "gone"),
        event(1.4, "group.left", "gone", group_id="g"),
        event(1.1, "group.joined", "moved", group_id="h"),
        event(1.2, "group.kicked", "moved", group_id="g"),
        # Day 7: the one who had left is back in the group, late in the day; the quiet one unties the contact on day 6.
        event(6, "contact.deleted", "quiet", staff_id="s"),
        event(7.9, "group.joined", "gone", group_id="g"),
        event(8.5, "message", "other brand", brand_id="c"),
        event(8.5, "visited", "back"),
    )
    # Day 1: back and moved (its coming into h is an own act) of three that stayed. Day 7: gone, of back, gone, moved.
    # Of the cohort of day 30 nothing is told, as the brand's last event is on day 8.
    assert read(
        store, "cohort_retention", f"{day('cohort')}, n, members, stayed, active, round(rate, 3)"
    ) == [
        (0, 1, 4, 3, 2, 0.667),
        (0, 7, 4, 3, 1, 0.333),
    ]


def test_a_late_event_counts_and_an_erased_member_does_not(store: Engine) -> None:
    tell(store, *(event(0, "group.joined", one, group_id="g") for one in "mn"), event(3, "visited", "m"))
    counts = "members, stayed, active"
    assert read(store, "cohort_retention", counts, "n = 1") == [(2, 2, 0)]
    tell(store, event(1, "message", "n"))
    assert read(store, "cohort_retention", counts, "n = 1") == [(2, 2, 1)]
    erase_member(store, "b", "n")
    assert read(store, "cohort_retention", counts, "n = 1") == [(1, 1, 0)]
    assert read(store, "stickiness", "max(wau)") == [(1,)]


def test_first_and_second_payment(store: Engine) -> None:
    tell(
        store,
        *(event(0, "account.followed", one) for one in ("none", "one", "two", "back")),
        event(5, "paid", "one", order_id="1", paid_fen=1),
        event(5, "paid", "two", order_id="2", paid_fen=1),
        event(6, "paid", "two", order_id="3", paid_fen=1),
        event(6, "paid", "back", order_id="4", paid_fen=1),
        event(7, "refunded", "back", order_id="4", refund_fen=1),
        event(3, "member.registered", "alone"),
    )
    columns = f"{day('cohort')}, members, buyers, repeat_buyers, first_rate, second_rate"
    assert read(store, "cohort_purchases", columns) == [(0, 4, 2, 1, 0.5, 0.5), (3, 1, 0, 0, 0.0, None)]


def test_repurchase_within_ninety_days(store: Engine) -> None:
    def paid(at: float, member: str, order: str) -> dict[str, object]:
        return event(at, "paid", member, order_id=order, paid_fen=9)

    tell(
        store,
        paid(0.1, "m", "1"),
        paid(10.1, "m", "2"),
        paid(10.2, "n", "3"),
        paid(10.9, "n", "4"),
        paid(20, "k", "5"),
        event(21, "refunded", "k", order_id="5", refund_fen=9),
        event(120, "visited", "m"),
    )
    # m: buyer days 0 to 99, repeat buyer from 10 to 89, when the first order is in the window for the last time.
    # n: both on day 10, so buyer and repeat buyer to day 99. k: refunded, never a buyer.
    assert read(store, "repurchase", f"{day()}, buyers, repeat_buyers, rate") == [
        (0, 1, 0, 0.0),
        (10, 2, 2, 1.0),
        (90, 2, 1, 0.5),
        (100, 0, 0, None),
    ]


def test_daily_among_weekly_active(store: Engine) -> None:
    tell(
        store,
        *(event(at + 0.5, "message", "every", group_id="g") for at in range(7)),
        event(2.5, "visited", "once"),
        event(6.999, "push_delivered", "passive"),
        event(6.5, "message", "robot", role="bot"),
    )
    columns = f"{day()}, dau, wau, stickiness, daily_daily"
    assert read(store, "stickiness", columns, "group_id = ''")[-5:] == [
        (2, 2, 2, 1.0, 0),
        (3, 1, 2, 0.5, 0),
        (4, 1, 2, 0.5, 0),
        (5, 1, 2, 0.5, 0),
        (6, 1, 2, 0.5, 1),
    ]
    assert read(store, "stickiness", columns, "group_id = 'g'")[-1] == (6, 1, 1, 1.0, 1)


def test_every_day_of_seven_is_meant(store: Engine) -> None:
    tell(
        store,
        *(event(at, "signin", "gap") for at in (0, 1, 2, 4, 5, 6, 7)),  # seven days of the last eight
        *(event(at, "message", "two groups", group_id=group) for at in range(8) for group in "gh"),
    )
    columns = f"group_id, {day()}, dau, wau, daily_daily"
    assert read(store, "stickiness", columns, "day >= '2026-03-07'") == [
        ("", 6, 2, 2, 1),
        ("", 7, 2, 2, 1),
        ("g", 6, 1, 1, 1),
        ("g", 7, 1, 1, 1),
        ("h", 6, 1, 1, 1),
        ("h", 7, 1, 1, 1),
    ]


def test_days_are_of_the_zone_given(engine: Engine) -> None:
    migrate(engine, zone="UTC")
    tell(engine, event(0, "visited", "m"))
    assert read(engine, "active_days", day()) == [(-1,)]
