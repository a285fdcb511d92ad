"""The views of money beside revenue. A story's last event is stored twice."""

import pytest

from tests.sinks.story import Brand, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_what_part_of_the_margins_the_top_fifth_brings(brand: Brand) -> None:
    def sold(
        day: float, member: str, order: str, fen: int, cost: int | None, **fields: object
    ) -> dict[str, object]:
        line = {"sku": "s", "qty": 2} | ({} if cost is None else {"cost_fen": cost})
        return event(day, "paid", member, order_id=order, paid_fen=fen, lines=[line], **fields)

    brand.tell(
        sold(33, "old", "o", 900, 1),  # 366 days before the last
        sold(34, "a", "a1", 1000, 100),
        sold(40, "a", "a2", 500, 100),
        event(41, "refunded", "a", order_id="a2", refund_fen=250),  # half of the money and of the goods
        event(41, "refunded", "a", order_id="a1", refund_fen=500, refund_type="cashback"),
        event(42, "red_packet_claimed", "a", red_packet={"id": "r", "amount_fen": 25}),
        event(42, "red_packet_claimed", "a", red_packet={"id": "r", "amount_fen": 9}, role="staff"),
        sold(43, "loses", "l", 100, 150),
        sold(44, "unknown", "u", 5000, None),
        *(sold(45, one, one, 230, 100) for one in "bcde"),
        event(399, "message", "a", group_id="g"),
    )
    margins = brand.read("member_margins", "place, member_id, margin_fen")
    assert margins == [
        (1, "a", 925),
        (2, "b", 30),
        (3, "c", 30),
        (4, "d", 30),
        (5, "e", 30),
        (6, "loses", -200),
    ]
    columns = "members, top_members, losing_members, margin_fen, top_fen, losses_fen, round(top_share, 3)"
    assert brand.read("margin_shares", columns) == [(6, 2, 1, 845, 955, -200, 1.13)]
