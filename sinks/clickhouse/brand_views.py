"""Views of a whole brand: cohorts, and the way from one step to the next."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, MEMBER, RATE, View

_COHORT: Final = ("Date", "Day on which the members came.")

BRAND_VIEWS: Final = (
    View("last_days", "The last day that an event speaks of.", {"day": DAY}),
    View(
        "arrivals",
        "When a member first came into a group, became a contact, followed or registered.",
        {
            "member_id": MEMBER,
            "at": (MILLIS, "When."),
            "day": DAY,
            "channel_id": ("String", "Channel that brought the member."),
        },
    ),
    View(
        "active_days",
        "Days with an own act of a member; what befalls a member is none.",
        {"member_id": MEMBER, "group_id": ("String", "Group of the act, or empty."), "day": DAY},
    ),
    View(
        "net_orders",
        "Orders of which something is left after refunds; the parcels of one parent are one order.",
        {
            "member_id": MEMBER,
            "order_id": ("String", "The order, or the one that it was split from."),
            "at": (MILLIS, "Latest payment."),
            "day": DAY,
            "net_fen": ("Int64", "Paid less refunded, fen; a cashback is no refund."),
            "platform": ("String", "Platform of the latest payment."),
        },
    ),
    View(
        "cohort_retention",
        "M29: Who is active 1, 7 and 30 days after coming, of those who are still there. Only days that are over.",
        {
            "cohort": _COHORT,
            "n": ("UInt8", "Days later: 1, 7 or 30."),
            "members": (COUNT, "All who came on that day."),
            "stayed": (COUNT, "Those who by the end of day n had not left every group, contact and account."),
            "active": (COUNT, "Those of them with an own act on day n."),
            "rate": (RATE, "Active among those who stayed; null if none did."),
        },
    ),
    View(
        "cohort_purchases",
        "M30: First and second net order of those who came on a day.",
        {
            "cohort": _COHORT,
            "members": (COUNT, "All who came on that day."),
            "buyers": (COUNT, "Members with a net order to date."),
            "repeat_buyers": (COUNT, "Members with two net orders or more."),
            "first_rate": ("Float64", "Buyers among the members."),
            "second_rate": (RATE, "Repeat buyers among the buyers; null if there is none."),
        },
    ),
    View(
        "repurchase",
        "M52: Net orders in the 90 days that end with a day. A row for each day of a change; it holds until the next.",
        {
            "day": DAY,
            "buyers": ("Int64", "Members with a net order in the 90 days."),
            "repeat_buyers": ("Int64", "Members with two net orders or more in the 90 days."),
            "rate": (RATE, "Repeat buyers among the buyers; null if there is none."),
        },
    ),
    View(
        "stickiness",
        "M43: Daily among weekly active members.",
        {
            "group_id": ("String", "Group, or empty for the whole brand."),
            "day": DAY,
            "dau": (COUNT, "Members with an own act on the day."),
            "wau": (COUNT, "Members with one in the seven days that end with it."),
            "stickiness": ("Float64", "Daily among weekly active."),
            "daily_daily": (COUNT, "Members active on each of the seven days."),
        },
    ),
)

FUNNEL_VIEWS: Final = (
    View(
        "channel_days",
        "M40 and W18: Whom a channel brought, and the orders of a week before.",
        {
            "day": DAY,
            "channel_id": ("String", "Channel or code."),
            "contacts": (COUNT, "Members who became a contact."),
            "lost": (COUNT, "Those of them who later deleted or blocked it."),
            "kept": ("Int64", "Contacts less those lost."),
            "joins": (COUNT, "Members who came into a group."),
            "paid_orders": (COUNT, "Orders paid seven days before, of anybody."),
            "rate": (RATE, "Contacts for each of these orders: the rate of a card in the parcel."),
        },
    ),
    View(
        "invitations",
        "M38: K over the 30 days that end with a day, from the day of the first invitation.",
        {
            "day": DAY,
            "inviters": (COUNT, "Members who sent an invitation."),
            "invited": (COUNT, "Members who came into a group for the first time, invited by one of them."),
            "k": ("Float64", "Invited for each inviter."),
        },
    ),
    View(
        "visit_funnel",
        "M32: From a visit to a search, a payment and a share, each after the one before.",
        {
            "day": ("Date", "Day of the member's first visit."),
            "channel_id": ("String", "Channel that brought the member."),
            "visitors": (COUNT, "Members who visited."),
            "searched": (COUNT, "Those who then searched."),
            "paid": (COUNT, "Those who then paid what was not refunded."),
            "shared": (COUNT, "Those who then shared."),
        },
    ),
    View(
        "relation_platforms",
        "M48: From visit to payment by relation and platform.",
        {
            "relation": (
                "String",
                "`super` (holds the tag `value.super`), `member` (registered), `fan` (contact or follower) or `other`.",
            ),
            "platform": ("String", "Platform, in the producer's words."),
            "visitors": (COUNT, "Members who visited."),
            "payers": (COUNT, "Those with a net order on the same platform."),
            "rate": ("Float64", "Payers among the visitors."),
        },
    ),
    View(
        "conversions",
        "A25, A30, A42, A54: Who went on within seven days. After `paid` to following the account, else to a net order.",
        {
            "day": ("Date", "Day on which the member did it first."),
            "step": ("String", "`quiz_test`, `form`, `enroll`, `trial` (paid nothing) or `paid`."),
            "activity_id": ("String", "Activity; empty for payments."),
            "answer": ("String", "Answer of a form."),
            "members": (COUNT, "Members who did it; for `paid` only those who did not follow yet."),
            "converted": (COUNT, "Those who went on."),
            "rate": ("Float64", "Those who went on among them."),
        },
    ),
)

LIVE_VIEWS: Final = (
    View(
        "live_phases",
        "A28, M60: What came of a live stream in each of its phases. Of a stream that was announced "
        "(`activity_type` live or 直播) the hours tell the phase, and what names its campaign alone counts too.",
        {
            "live_id": ("String", "Live stream."),
            "phase": (
                "String",
                "直播前, 直播中 or 直播后 by the announced hours; without them the phase that events name, or empty.",
            ),
            "visitors": (COUNT, "Members who visited."),
            "joins": (COUNT, "Members who came into a group."),
            "fans": (COUNT, "Members who became a contact or followed."),
            "drawing": (COUNT, "Members who took part in a draw."),
            "orders": (COUNT, "Net orders."),
            "net_fen": ("Int64", "Paid less refunded, fen; a cashback is no refund."),
            "group_fen": (
                "Int64",
                "Of it what orders brought that a group led to; the platform led to the rest.",
            ),
        },
    ),
    View(
        "group_repurchase",
        "M52: Repurchase among the members of a group, in the 90 days that end with the brand's last day.",
        {
            "group_id": ("String", "Group."),
            "buyers": (COUNT, "Members with a net order in the 90 days."),
            "repeat_buyers": (COUNT, "Members with two net orders or more in the 90 days."),
            "rate": ("Float64", "Repeat buyers among the buyers."),
        },
    ),
)
