"""Views of who brought whom: inviters, distributors, group purchases, bargains."""

from typing import Final

from sinks.clickhouse.tables import LOW, MILLIS
from sinks.clickhouse.view import COUNT, DAY, MEMBER, View

_CAMPAIGN: Final = ("String", "Campaign; empty where neither arrival nor invitation names one.")
_CAME: Final = (MILLIS, "When the member first came into a group.")

INVITE_VIEWS: Final = (
    View(
        "settled_times",
        "N05: Up to when the order of events is settled: two hours before the brand's latest event, "
        "as long as windows of groups stay open.",
        {"before": (MILLIS, "What happened before it is settled.")},
    ),
    View(
        "invitees",
        "M39: Members who first came into a group because another member invited them; staff and bots are no inviters.",
        {
            "member_id": MEMBER,
            "inviter_id": ("String", "Member who invited them."),
            "at": _CAME,
            "day": DAY,
            "group_id": ("String", "Group that the member came into."),
            "campaign_id": _CAMPAIGN,
        },
    ),
    View(
        "inviters",
        "M31, M39, T31, T63: What came of the invitations of a member. Invitees are those who came into a group "
        "for the first time; 90 days end with the brand's last day.",
        {
            "member_id": MEMBER,
            "sent": (COUNT, "Invitations sent."),
            "invitees": (COUNT, "Members invited with success."),
            "invitees_90": (COUNT, "Those of them who came in the 90 days."),
            "five": ("UInt8", "1 where there are five or more."),
            "descendants": (
                COUNT,
                "Invitees, theirs, and so on: all who stand below in the tree of invitations.",
            ),
            "depth": (COUNT, "Levels below in the tree, at most 100."),
            "orders_90": (COUNT, "Net orders of the invitees in the 90 days, after they came."),
            "net_fen_90": ("Int64", "What these orders are worth, fen."),
        },
    ),
    View(
        "campaign_inviters",
        "A01, A27, G30: Ranking of the inviters of a campaign.",
        {
            "campaign_id": _CAMPAIGN,
            "member_id": MEMBER,
            "invitees": (COUNT, "Members invited with success."),
            "at": (MILLIS, "When the last of them came."),
            "place": (COUNT, "Place by invitees; of equals the one who had them earlier is first."),
            "settled": (
                "UInt8",
                "1 where nobody who came late can change the places any more; who comes next can.",
            ),
        },
    ),
    View(
        "invitation_rates",
        "M38, G59, A01: K of a campaign or a group over the 30 days that end with a day, from its first invitation.",
        {
            "kind": ("String", "`campaign` or `group`."),
            "id": ("String", "The campaign or group."),
            "day": DAY,
            "inviters": (COUNT, "Members who sent one of its invitations."),
            "invited": (COUNT, "Its first-ever arrivals, invited by one of them."),
            "k": ("Float64", "Invited for each inviter."),
        },
    ),
    View(
        "distributor_days",
        "M47: What distributors sold. The invitees are of those who ever sold something.",
        {
            "distributor_id": ("String", "Distributor that the order names."),
            "day": DAY,
            "orders": (COUNT, "Orders paid of which something is left after refunds."),
            "net_fen": ("Int64", "Paid less refunded, fen; a cashback is no refund."),
            "invitees": (COUNT, "Members invited with success, who came on the day."),
        },
    ),
    View(
        "group_purchase_members",
        "A20: Members of group purchases.",
        {
            "groupbuy_id": ("String", "Group purchase."),
            "member_id": MEMBER,
            "at": (MILLIS, "When the member's first order was placed."),
            "paid_at": (
                f"Nullable({MILLIS})",
                "When the first net order of the member was paid; null without one.",
            ),
            "inviter_id": (
                "String",
                "Who of the others invited the member into a first group after its beginning, or empty.",
            ),
        },
    ),
    View(
        "group_purchases",
        "A20: Group purchases, as placed and paid orders name them.",
        {
            "groupbuy_id": ("String", "Group purchase."),
            "at": (MILLIS, "When the first order was placed."),
            "day": DAY,
            "members": (COUNT, "Members who placed an order."),
            "buyers": (COUNT, "Those of them with a net order."),
            "complete": (
                "UInt8",
                "1 with as many buyers as it takes, or with two where no order says how many.",
            ),
            "new_members": (
                COUNT,
                "Members of it who after its beginning first came into a group, invited by another of them.",
            ),
            "size": ("Int64", "How many it takes, as the latest order says; 0 where none does."),
            "completed_at": (
                f"Nullable({MILLIS})",
                "When the last of so many buyers paid; null where it is not complete.",
            ),
        },
    ),
    View(
        "bargains",
        "A21: Bargains and draws that others help with. "
        "Their events carry one `submission_id`; whose is the first began it.",
        {
            "type": (LOW, "`bargain` or `lottery`."),
            "submission_id": ("String", "The bargain."),
            "activity_id": ("String", "Activity."),
            "member_id": ("String", "Member who began it."),
            "at": (MILLIS, "When."),
            "day": DAY,
            "helpers": (COUNT, "Other members who helped."),
            "joined": (
                COUNT,
                "Helpers who first came into a group after its beginning, up to seven days after they helped.",
            ),
        },
    ),
)
