"""Views of groups: who is in them, and what members do there and buy."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, GROUP, MEMBER, RATE, View

_IN_GROUP: Final = (COUNT, "Members of the group.")
_TIER: Final = ("String", "Tier of the group by the last word on it, or empty.")
_NET: Final = ("Int64", "Paid less refunded of these orders, fen.")
_NET_ORDERS: Final = (COUNT, "Net orders.")
_VISITS: Final = (COUNT, "Visits of members.")

GROUP_VIEWS: Final = (
    View(
        "group_members",
        "Members who are in a group: who came or wrote, and did not leave since.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "since": (
                f"Nullable({MILLIS})",
                "When they last came, or the first message if no arrival is known.",
            ),
        },
    ),
    View(
        "group_layers",
        "M33: The layer of each person in the pyramid of a group, as of the brand's last event.",
        {
            "group_id": GROUP,
            "member_id": ("String", "Member, owner or administrator."),
            "score": (
                "Float64",
                "Activity score of the member's acts in this group, by the model's defaults.",
            ),
            "pyramid_level": (
                "String",
                "`owner`, `admin`, `koc` (role KOL, or tagged KOC or KOL by hand), `active` (score 3 or more), "
                "`occasional`, or `silent` (no message or check-in for 14 days).",
            ),
        },
    ),
    View(
        "participation",
        "M55: Members of a group who took part in something in the 30 days that end with the brand's last day.",
        {
            "group_id": GROUP,
            "members": _IN_GROUP,
            "took_part": (COUNT, "Those with a check-in, a chain, a dice or an act that names a campaign."),
            "joined_tasks": (COUNT, "Those with a task."),
            "gave": (COUNT, "Those who paid to get in, or signed in on each of the last seven days."),
            "rate": ("Float64", "Those who took part among the members."),
        },
    ),
    View(
        "group_seeds",
        "T60: Whom to begin a new group with: of a group that is dying or dead by its open alert of health, the most "
        "active fifth of the members who are still there.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "diagnosis": ("String", "`dying` or `dead`."),
            "score": (
                "Float64",
                "Activity score of the member's acts in this group, by the model's defaults.",
            ),
            "least": ("Float64", "Score that four fifths of the members do not exceed."),
            "members": _IN_GROUP,
        },
    ),
    View(
        "repeated_memberships",
        "T76: In how many groups of one type a member is; more than one is too many.",
        {
            "member_id": MEMBER,
            "type": ("String", "How the groups grow by the last word on them, or else their purpose."),
            "groups": (COUNT, "Groups of the type that the member is in."),
            "group_ids": ("Array(String)", "These groups."),
        },
    ),
    View("group_tiers", "The tier of a group.", {"group_id": GROUP, "tier": _TIER}),
    View(
        "group_orders",
        "G48, G49: Visits and net orders of a group on a day.",
        {
            "group_id": ("String", "Group that the order is attributed to, or names; or empty."),
            "day": DAY,
            "tier": _TIER,
            "visits": _VISITS,
            "visitors": (COUNT, "Members who visited."),
            "orders": _NET_ORDERS,
            "buyers": (COUNT, "Members with one of them."),
            "net_fen": _NET,
        },
    ),
    View(
        "group_frequency",
        "G48: Visits and net orders for each member in the 30 days that end with the brand's last day.",
        {
            "group_id": GROUP,
            "members": _IN_GROUP,
            "visits": _VISITS,
            "orders": _NET_ORDERS,
            "net_fen": _NET,
            "visits_per_member": ("Float64", "Visits for each member."),
            "orders_per_member": ("Float64", "Net orders for each member."),
        },
    ),
    View(
        "tier_orders",
        "G49: Net orders by the tier of their group in the 30 days that end with the brand's last day.",
        {
            "tier": _TIER,
            "orders": _NET_ORDERS,
            "net_fen": _NET,
            "share": (RATE, "Its part of the net revenue of the brand; null if there is none."),
        },
    ),
    View(
        "group_reach",
        "G60: How many people the groups of a brand reach.",
        {
            "memberships": (COUNT, "Members of the groups, once for each group."),
            "members": (COUNT, "Members of the groups, each once."),
            "groups": (COUNT, "Groups with members."),
            "rate": ("Float64", "Members, each once, among the memberships."),
        },
    ),
    View(
        "channel_joins",
        "G61: Who came into groups by which source, and is there seven days later. By the first arrival in a group.",
        {
            "day": DAY,
            "channel_id": ("String", "Channel, or empty."),
            "join_method": ("String", "Way of joining, or empty."),
            "joins": (COUNT, "Members who came, once for each group."),
            "joins_per_hour": ("Float64", "Members who came in an hour of the day, on average."),
            "most_in_an_hour": (COUNT, "The same in the fullest hour."),
            "stayed": (
                f"Nullable({COUNT})",
                "Those in the group at the end of day 7; null until that is over.",
            ),
            "active": (f"Nullable({COUNT})", "Those of them with an own act in the group on day 7."),
            "stay_rate": (RATE, "Those who stayed among those who came."),
            "rate": (RATE, "Active among those who stayed; null if none did."),
        },
    ),
    View(
        "newcomer_weeks",
        "G39: Who does the talking in a group, by week.",
        {
            "group_id": GROUP,
            "week": ("Date", "Monday of the week."),
            "messages": (COUNT, "Messages of members."),
            "newcomer_messages": (COUNT, "Those of members who were new in the group, less than 30 days."),
            "newcomer_share": (RATE, "Their part of the messages; null if there is none."),
            "high_active": (COUNT, "Active members of high value: the best fifth of the brand's buyers."),
            "only_newcomers": (
                "Nullable(UInt8)",
                "1 where the share is above, and active members of high value are below, the mean of the four weeks before.",
            ),
        },
    ),
    View(
        "group_links",
        "G40: Members of a group who follow an account or have used the mini-program.",
        {
            "group_id": GROUP,
            "members": _IN_GROUP,
            "followed": (COUNT, "Those who follow an account."),
            "used_mini_program": (
                COUNT,
                "Those who visited, ordered or checked in on the platform 小程序 or miniapp.",
            ),
            "linked": (COUNT, "Those with either."),
            "rate": ("Float64", "Linked among the members."),
        },
    ),
    View(
        "group_fits",
        "T74: Whether a member is like the group, where the member's band is known.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "dimension": ("String", "`gender`, `age` or `spending`."),
            "band": (
                "String",
                "Gender; decade of age; quarter of the brand's buyers by mean net order, 1 to 4.",
            ),
            "modal": ("String", "The commonest band of the group."),
            "misfit": ("UInt8", "1 where they differ."),
        },
    ),
)
