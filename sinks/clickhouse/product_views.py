"""Views of products: those that many buy at once, and what is usual without them."""

from typing import Final

from sinks.clickhouse.view import COUNT, DAY, View

PRODUCT_VIEWS: Final = (
    View(
        "product_days",
        "T94: Net orders of a product by day, and whether many bought it at once. Only days with an order.",
        {
            "sku": ("String", "Product."),
            "day": DAY,
            "orders": (COUNT, "Net orders with it."),
            "buyers": (COUNT, "Members who bought it."),
            "pieces": ("Int64", "Pieces of it."),
            "named_hit": ("UInt8", "1 where an order line calls it a hit (`hit`, `爆款`)."),
            "is_spike": (
                "UInt8",
                "1 with at least 10 orders, and more than three times the median of the 28 days before plus one.",
            ),
            "usual": ("Float64", "Orders a day in the 28 days before, days of a spike left out."),
        },
    ),
    View(
        "order_days",
        "T94: Net orders of a brand by day, with those of products in a spike told apart.",
        {
            "day": DAY,
            "orders": (COUNT, "Net orders."),
            "spike_orders": (COUNT, "Those of them with a product that had a spike on that day."),
            "usual": ("Float64", "Orders a day in the 28 days before, those of spikes left out."),
        },
    ),
)
