"""The views of products that many buy at once, and of baselines without these days. A story's last event is stored twice."""

import pytest

from tests.sinks.story import Brand, day, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_spikes_of_products_and_baselines_without_them(brand: Brand) -> None:
    def sold(at: float, sku: str, times: int, **line: object) -> list[dict[str, object]]:
        return [
            event(at, "paid", f"m{n}", order_id=f"{sku}-{at}-{n}", paid_fen=5, lines=[{"sku": sku, **line}])
            for n in range(times)
        ]

    brand.tell(
        *(one for at in range(28) for one in sold(at, "steady", 4)),
        *sold(10, "hit", 12, product_role="爆款", qty=2),
        *sold(12, "hit", 9),
        *sold(28, "steady", 13),  # more than 3 x 4, not more than 3 x 5
        *sold(29, "steady", 16),
        event(30, "refunded", "m0", order_id="hit-12-0", refund_fen=5),
    )
    columns = f"sku, {day()}, orders, buyers, pieces, named_hit, is_spike, round(usual, 2)"
    rows = brand.read("product_days", columns, "sku = 'hit' OR day >= toDate('2026-03-29')")
    assert rows == [
        ("hit", 10, 12, 12, 24, 1, 1, 0.0),
        ("hit", 12, 8, 8, 8, 0, 0, 0.0),
        ("steady", 28, 13, 13, 13, 0, 0, 4.0),
        ("steady", 29, 16, 16, 16, 0, 1, 4.32),
    ]
    days = brand.read(
        "order_days", f"{day()}, orders, spike_orders, round(usual, 2)", "day IN ('2026-03-11', '2026-03-30')"
    )
    assert days == [(10, 16, 12, 1.43), (29, 16, 16, 4.61)]
