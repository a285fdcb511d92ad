"""Views of groups by what they are: their type, figures beside those of groups alike, days of the week, members of VIP groups."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, GROUP, MEMBER, RATE, View

_WORD: Final = "String"
_MEDIAN: Final = "the groups with the same purpose, growth and tier, at the median"

KIND_VIEWS: Final = (
    View(
        "group_types",
        "G01: What a group is, by the latest word of `group.created` and `group.updated` on each trait; "
        "what was never told is empty.",
        {
            "group_id": GROUP,
            "purpose": (_WORD, "Purpose, such as welfare, exchange, knowledge, job, distributor, seed or game."),
            "growth_type": (_WORD, "How it grows, such as traffic, flash, content, or by sharing, product or service."),
            "tier": (_WORD, "Tier, such as base, vip or buffer."),
            "audience": (_WORD, "Whom it is for."),
            "entry_gate": (_WORD, "What it takes to get in."),
            "owned": ("Nullable(UInt8)", "0 where it is somebody else's group."),
            "store": (_WORD, "Store."),
            "city": (_WORD, "City."),
            "community_no": (_WORD, "Number of the estate."),
            "warehouse_id": (_WORD, "Warehouse that it is for."),
            "campaign_id": (_WORD, "Campaign that it was made for."),
            "welfare_weekday": ("UInt8", "Day of its weekly benefit, Monday is 1; 0 is none."),
            "planned_end": (f"Nullable({MILLIS})", "When it is to end."),
            "created_at": (f"Nullable({MILLIS})", "When it was made."),
        },
    ),
    View(
        "group_profiles",
        "G01: Figures of a group with members in the 30 days that end with the brand's last day, beside those of groups alike.",
        {
            "group_id": GROUP,
            "purpose": (_WORD, "Purpose, or empty."),
            "growth_type": (_WORD, "How it grows, or empty."),
            "tier": (_WORD, "Tier, or empty."),
            "members": (COUNT, "Members of the group."),
            "joins": ("Int64", "Arrivals."),
            "leaves": ("Int64", "Departures that were not planned."),
            "joins_per_leave": (RATE, "Arrivals for each of these; null if there is none."),
            "leave_rate": ("Float64", "These departures among them and the members."),
            "checkin_rate": ("Float64", "Part of the members who sign in on a day, on average."),
            "visitors": (COUNT, "Members who visited."),
            "payers": (COUNT, "Those of them who paid."),
            "conversion": (RATE, "Payers among the visitors; null if there is none."),
            "type_groups": (COUNT, "Groups with the same purpose, growth and tier, itself among them."),
            "type_leave_rate": ("Float64", f"`leave_rate` of {_MEDIAN}."),
            "type_checkin_rate": ("Float64", f"`checkin_rate` of {_MEDIAN}."),
            "type_conversion": (RATE, f"`conversion` of {_MEDIAN}."),
            "expected_conversion": (RATE, "What the catalogue expects of a group of content: 0.4; null of any other."),
        },
    ),
    View(
        "group_weekdays",
        "A46: What a group says and buys on each day of the week, in the twelve weeks that end with the brand's last day.",
        {
            "group_id": GROUP,
            "weekday": ("UInt8", "Day of the week, Monday is 1."),
            "messages": (COUNT, "Messages of members."),
            "speakers": (COUNT, "Members with one."),
            "orders": (COUNT, "Net orders attributed to the group, or that name it."),
            "net_fen": ("Int64", "Paid less refunded of these orders, fen."),
            "messages_lift": (RATE, "Messages against an average day of the other six; null if these have none."),
            "orders_lift": (RATE, "The same of the orders."),
            "welfare": ("UInt8", "1 on the day of the group's weekly benefit."),
        },
    ),
    View(
        "vip_portraits",
        "T41, G82: The portrait of each member of a VIP group (tier `vip`), over the year that ends with the brand's last day.",
        {
            "member_id": MEMBER,
            "groups": ("Array(String)", "VIP groups that the member is in."),
            "since": (f"Nullable({MILLIS})", "When they came into the first of them."),
            "age": ("Nullable(Int64)", "Age, as it was told last."),
            "occupation": (_WORD, "Occupation, or empty."),
            "phone_known": ("UInt8", "1 where an event carries the hash of a telephone number."),
            "wechat_known": ("UInt8", "1 where an event carries an identity of WeChat."),
            "wanted": (_WORD, "Category searched, looked at or put into the cart most often, or empty."),
            "suggestions": (COUNT, "Forms, and messages with the intent 反馈 or 建议, ever."),
            "category": (_WORD, "Category of the most payments, or empty."),
            "orders": (COUNT, "Net orders."),
            "days_between": (RATE, "Days from one of them to the next, on average; null of fewer than two."),
            "platform": (_WORD, "Platform of the most orders, or empty."),
            "net_fen": ("Int64", "Paid less refunded of these orders, fen."),
            "share": (RATE, "Its part of the net revenue of the brand; null if there is none."),
        },
    ),
    View(
        "vip_months",
        "G84: How far those who were in a VIP group in a month went; each step counts those of the one before.",
        {
            "month": ("Date", "First day of the month."),
            "members": (COUNT, "Members who were in a VIP group at some time of the month."),
            "active": (COUNT, "Those with a check-in, a draw, a game or a red packet."),
            "retained": (COUNT, "Those of them who were so in the month before too."),
            "stimulated": (COUNT, "Those of them who got a benefit in the month: a claim, a red packet or a reward."),
            "bought": (COUNT, "Those of them with a net order in the month."),
        },
    ),
)  # fmt: skip
