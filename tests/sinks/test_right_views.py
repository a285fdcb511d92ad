"""The views of stored value, coupons, cash backs for sign-ins and plans. A story's last event is stored twice."""

import pytest

from tests.sinks.story import Brand, day, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_what_a_brand_owes_in_stored_value(brand: Brand) -> None:
    card = [{"sku_type": "card", "face_fen": 1200}, {"sku_type": "card", "unit_fen": 9}]
    gift = [{"sku_type": "gift_card", "unit_fen": 100, "qty": 3}]
    brand.tell(
        event(1, "paid", "a", order_id="l", paid_fen=1000, lines=card),
        event(1, "paid", "b", order_id="g", paid_fen=300, lines=gift),
        event(2, "paid", "a", order_id="1", paid_fen=500, stored_fen=400),
        event(2, "paid", "friend", order_id="2", paid_fen=50, stored_fen=50),
        event(4, "refunded", "a", order_id="1", refund_fen=250),  # half of it
        event(4, "paid", "a", order_id="3", paid_fen=100, stored_fen=100),
        event(5, "refunded", "a", order_id="3", refund_fen=50, stored_fen=10),
        event(5, "paid", "b", order_id="4", paid_fen=70),
        event(6, "refunded", "a", order_id="l", refund_fen=500),  # half of the load
    )
    balances = brand.read("stored_balances", "member_id, loaded_fen, spent_fen, balance_fen")
    assert balances == [("a", 600, 290, 310), ("b", 300, 0, 300), ("friend", 0, 50, -50)]
    days = brand.read("stored_days", f"{day()}, loaded_fen, spent_fen, liability_fen")
    assert days == [(1, 900, 0, 900), (2, 0, 250, 650), (4, 0, 90, 560)]


def test_coupons_redeemed_and_used(brand: Brand) -> None:
    ends = int(event(20, "paid")["ts"])
    brand.tell(
        event(1, "redeem", "a", coupon_id="x", points_delta=-50),
        event(1, "redeem", "b", coupon_id="y", points_delta=-50, coupon_expires_ts=ends),
        event(2, "paid", "a", order_id="1", paid_fen=300, coupon_id="x", next_coupon_id="z"),
        event(3, "paid", "a", order_id="2", paid_fen=90, coupon_id="given"),
        event(20, "message", "a", group_id="g"),
    )
    states = brand.read(
        "coupon_states", f"coupon_id, member_id, granted_by, points, {day()}, order_id, state"
    )
    assert states == [
        ("x", "a", "redeem", 50, 1, "1", "used"),
        ("y", "b", "redeem", 50, 1, "", "lapsed"),
        ("z", "a", "paid", 0, 2, "", "unused"),
    ]
    columns = f"{day()}, granted_by, coupons, used, lapsed, rate, net_fen"
    assert brand.read("coupon_days", columns) == [
        (1, "redeem", 2, 1, 1, 0.5, 300),
        (2, "paid", 1, 0, 0, 0.0, 0),
    ]


def test_cash_backs_for_sign_ins(brand: Brand) -> None:
    def paid(member: str, at: float = 0, **fields: object) -> dict[str, object]:
        told = {"order_id": member, "paid_fen": 100, "bet_id": member, "required_days": 2} | fields
        return event(at, "paid", member, **told)

    def signed(member: str, *days: float) -> list[dict[str, object]]:
        return [event(at, "signin", member, bet_id=member) for at in days]

    brand.tell(
        *(paid(one) for one in ("won", "back", "broke", "never", "void", "late")),
        paid("new", 9),
        *signed("won", 1, 2), *signed("back", 1, 2), *signed("broke", 1, 3), *signed("late", 8, 9), *signed("new", 10),
        event(1, "signin", "free", bet_id="free", required_days=2),
        event(3, "refunded", "back", order_id="back", refund_fen=100, refund_type="cashback", bet_id="back"),
        event(3, "refunded", "void", order_id="void", refund_fen=100),
        event(10, "message", "new", group_id="g"),
    )  # fmt: skip
    columns = "member_id, paid_fen, required_days, days, state, back_fen"
    assert brand.read("bet_states", columns) == [
        ("back", 100, 2, 2, "paid_back", 100),
        ("broke", 100, 2, 1, "failed", 0),
        ("free", 0, 2, 1, "failed", 0),
        ("late", 100, 2, 2, "failed", 0),
        ("never", 100, 2, 0, "failed", 0),
        ("new", 100, 2, 1, "active", 0),
        ("won", 100, 2, 2, "earned", 0),
    ]


def test_due_dates_of_plans(brand: Brand) -> None:
    plan = [{"sku_type": "plan", "plan_days": 7, "plan_times": 4}]
    brand.tell(
        event(0, "paid", "a", order_id="p", paid_fen=100, lines=plan),
        event(0, "paid", "b", order_id="q", paid_fen=100, lines=plan),
        event(1, "refunded", "b", order_id="q", refund_fen=100),
        event(7, "claim", "a", plan_order_id="p"),
        event(22, "placed", "a", order_id="r", plan_order_id="p"),
    )
    dues = brand.read("plan_dues", f"order_id, number, {day()}, state")
    assert dues == [("p", 1, 7, "met"), ("p", 2, 14, "missed"), ("p", 3, 21, "missed"), ("p", 4, 28, "met")]
