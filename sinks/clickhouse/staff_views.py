"""Views of members of staff: their contacts, chats and groups (the statistics of WeCom)."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, GROUP, MEMBER, RATE, View

_STAFF: Final = ("String", "Member of staff.")

STAFF_VIEWS: Final = (
    View(
        "group_owners",
        "Who is in charge of a group, by the last word on it.",
        {"group_id": GROUP, "staff_id": _STAFF},
    ),
    View(
        "contacts",
        "M41: Contacts that members of staff have, neither deleted nor blocked.",
        {"staff_id": _STAFF, "member_id": MEMBER, "since": (MILLIS, "When the contact was last made.")},
    ),
    View(
        "reach",
        "M41: How many members staff reach, and what it would cost to reach them at 180 yuan for a thousand.",
        {
            "staff_id": ("String", "Member of staff, or empty for all of them, each member once."),
            "members": (COUNT, "Members who are a contact."),
            "value_fen": (COUNT, "The cost, fen."),
        },
    ),
    View(
        "staff_chats",
        "One to one chats of a day. A message of staff counts where it names the customer (`staff_message`) or, by "
        "`reply_to`, the customer's message.",
        {
            "staff_id": _STAFF,
            "member_id": MEMBER,
            "day": DAY,
            "asked": (COUNT, "Messages of the customer."),
            "answers": (COUNT, "Messages of staff to the customer."),
            "began": ("UInt8", "1 where the customer's message was the first of the day."),
            "first_asked": (f"Nullable({MILLIS})", "First message of the customer."),
            "first_answered": (f"Nullable({MILLIS})", "First answer of the day."),
        },
    ),
    View(
        "staff_days",
        "W01 to W07, W19, G62, G72: What came of a member of staff on a day.",
        {
            "staff_id": _STAFF,
            "day": DAY,
            "new_contacts": (COUNT, "Members who became a contact."),
            "lost_contacts": (COUNT, "Customers who deleted or blocked the account."),
            "chats": (COUNT, "One to one chats with an answer of staff."),
            "messages": (COUNT, "One to one messages of staff, answers or not."),
            "begun": (COUNT, "One to one chats that a customer began."),
            "answered": (COUNT, "Those of them answered on the same day."),
            "answered_rate": (RATE, "Answered among begun; null if none was begun."),
            "reply_minutes": (RATE, "Mean time to the first answer, minutes; null if there was none."),
            "moments_posts": (COUNT, "Posts of staff in moments."),
            "moments_likes": (COUNT, "Likes of what staff posted."),
            "moments_comments": (COUNT, "Comments on what staff posted."),
            "broadcasts": (COUNT, "Broadcasts."),
            "punctual": (COUNT, "Broadcasts within five minutes of the time planned."),
        },
    ),
    View(
        "staff_group_days",
        "W09 to W15: The groups that are in a member of staff's charge by the last word on them. "
        "A row for each day of a change; totals hold until the next.",
        {
            "staff_id": _STAFF,
            "day": DAY,
            "new_groups": (
                COUNT,
                "Groups made on the day; a group whose making was not told, on the day of its first event.",
            ),
            "new_members": (COUNT, "Members who came into the groups."),
            "new_messages": (COUNT, "Messages of the day, of anybody."),
            "groups": (COUNT, "Groups to date."),
            "groups_with_messages": (COUNT, "Groups in which there ever was a message."),
            "members": ("Int64", "Sizes of the groups, added up."),
            "speakers": (COUNT, "Members who ever said something, once for each group."),
            "messages": (COUNT, "Messages to date."),
        },
    ),
    View(
        "staff_groups",
        "G54, G74: Each group on the brand's last day.",
        {
            "staff_id": ("String", "Member of staff in charge."),
            "group_id": GROUP,
            "members": ("Int64", "Size of the group."),
            "active": (COUNT, "Members with a message, check-in or visit in the last seven days."),
            "active_rate": (RATE, "Active among the members; null in an empty group."),
            "posts": (COUNT, "Broadcasts and messages of staff in the last seven days."),
            "days_since_post": (
                "Nullable(Int64)",
                "Days since the last of them; null if there never was one.",
            ),
        },
    ),
)
