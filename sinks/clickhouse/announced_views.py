"""Views of activities that were announced: what they are, and what came of them by what was announced."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import View

_MAYBE: Final = f"Nullable({MILLIS})"

ANNOUNCED_VIEWS: Final = (
    View(
        "activities",
        "N03, M63: The latest announcement of each activity; what it does not tell is empty or null.",
        {
            "activity_id": ("String", "Activity."),
            "announced_at": (MILLIS, "When it was announced last."),
            "activity_type": ("String", "What it is, in the producer's words."),
            "campaign_id": ("String", "Campaign."),
            "scene": (
                "String",
                "`fission`, `retention`, `activity` or `conversion`, also where the producer says "
                "裂变, 留存, 活跃 or 转化; else the producer's word.",
            ),
            "live_id": ("String", "Live stream."),
            "opens_at": (_MAYBE, "From when on what is done counts."),
            "closes_at": (_MAYBE, "From when on it does not count any more."),
            "state": (
                "String",
                "`planned`, `open` or `closed` by the clock of the store; `settled` once an event more than two hours "
                "after the end is stored.",
            ),
            "goal": ("Nullable(Int64)", "What an entry must reach."),
            "sku": ("String", "Product on offer."),
            "stock": ("Nullable(Int64)", "Pieces on offer."),
            "variants": ("Array(String)", "Arms of its A/B test; with the first the others are compared."),
        },
    ),
)
