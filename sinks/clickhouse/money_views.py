"""Views of money beside revenue: what members bring in."""

from typing import Final

from sinks.clickhouse.view import COUNT, MEMBER, RATE, View

MONEY_VIEWS: Final = (
    View(
        "member_margins",
        "M16: What each member brought in within the 365 days to the brand's last, as `margin_fen` has it. "
        "Only members with an order whose goods all tell their cost.",
        {
            "member_id": MEMBER,
            "margin_fen": ("Int64", "Orders less their goods and the red packets claimed, fen."),
            "place": (COUNT, "Place by margin, the highest first."),
        },
    ),
    View(
        "margin_shares",
        "M16: What part of all margins the top fifth of the members brings.",
        {
            "members": (COUNT, "Members in `member_margins`."),
            "top_members": (COUNT, "The top fifth of them, a part of a member counting as one."),
            "losing_members": (COUNT, "Those with a margin below 0."),
            "margin_fen": ("Int64", "Sum of all margins, fen."),
            "top_fen": ("Int64", "Sum of those of the top fifth, fen."),
            "losses_fen": ("Int64", "Sum of those below 0, fen."),
            "top_share": (
                RATE,
                "`top_fen` in `margin_fen`: above 1 where others lose; null unless the sum is above 0.",
            ),
        },
    ),
)
