"""Views of what members paid for or were granted and may still use: stored value, coupons, plans, cash backs for sign-ins."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, MEMBER, View

_MOMENT: Final = f"Nullable({MILLIS})"
_ORDER: Final = ("String", "Order.")
_LOADED: Final = ("Int64", "Face value of cards, less what went back, fen.")
_SPENT: Final = ("Int64", "Paid from stored value, less what went back, fen.")

RIGHT_VIEWS: Final = (
    View(
        "stored_moves",
        "P20: Orders that loaded or drew stored value.",
        {
            "member_id": MEMBER,
            "order_id": _ORDER,
            "at": (MILLIS, "Latest payment."),
            "day": DAY,
            "loaded_fen": _LOADED,
            "spent_fen": _SPENT,
        },
    ),
    View(
        "stored_balances",
        "P20: Stored value that is left to each member.",
        {
            "member_id": MEMBER,
            "loaded_fen": _LOADED,
            "spent_fen": _SPENT,
            "balance_fen": ("Int64", "What is left; below 0 for one who spends what another loaded, fen."),
            "last_at": (MILLIS, "Latest order that moved it."),
        },
    ),
    View(
        "stored_days",
        "P20: What a brand owes its members in stored value. A row for each day of a change; it holds until the next.",
        {
            "day": DAY,
            "loaded_fen": _LOADED,
            "spent_fen": _SPENT,
            "liability_fen": ("Int64", "Sum of all balances at the end of the day, fen."),
        },
    ),
    View(
        "coupon_states",
        "P12, A51: Coupons granted, and what became of them by the brand's last event.",
        {
            "member_id": MEMBER,
            "coupon_id": ("String", "Coupon."),
            "granted_by": (
                "String",
                "Type of the event that granted it: `redeem`, `claim` and so on; `paid` for a next purchase.",
            ),
            "points": ("Int64", "Points spent on it."),
            "granted_at": (MILLIS, "When it was granted."),
            "day": DAY,
            "expires_at": (_MOMENT, "Until when it is valid; null if nothing tells."),
            "order_id": ("String", "First order that used it, or empty."),
            "used_at": (_MOMENT, "When that was paid, or null."),
            "state": ("String", "`unused`, `used` or `lapsed`."),
        },
    ),
    View(
        "coupon_days",
        "P12: Of the coupons granted on a day, how many were used.",
        {
            "day": DAY,
            "granted_by": ("String", "Type of the event that granted them."),
            "coupons": (COUNT, "Coupons granted."),
            "used": (COUNT, "Those of them that an order used."),
            "lapsed": (COUNT, "Those of them that ended unused."),
            "rate": ("Float64", "Those used among them."),
            "net_fen": ("Int64", "Net orders that used them, fen."),
        },
    ),
    View(
        "bet_states",
        "A22: Cash backs for sign-ins, those paid for and never begun among them. None whose payment went back by a refund.",
        {
            "member_id": MEMBER,
            "bet_id": ("String", "Bet."),
            "paid_at": (_MOMENT, "First payment; null if none was seen."),
            "paid_fen": ("Int64", "What was paid by the orders that name it, fen."),
            "required_days": (COUNT, "Days in a row asked for."),
            "day": ("Nullable(Date)", "Day of the first sign-in; null if there is none."),
            "days": (COUNT, "Days asked for that have a sign-in, those made up for included."),
            "state": ("String", "`active`, `failed`, `earned` or, once the cash came back, `paid_back`."),
            "back_fen": ("Int64", "Cash that came back, fen."),
        },
    ),
    View(
        "plan_dues",
        "A51: Due dates of periodic plans. None of a plan of which nothing is left after refunds.",
        {
            "member_id": MEMBER,
            "order_id": ("String", "Order of the plan."),
            "number": (COUNT, "Which of its due dates, from 1."),
            "day": ("Date", "Due date."),
            "state": ("String", "`met` by a use, `missed` once its day is over, else `open`."),
        },
    ),
)
