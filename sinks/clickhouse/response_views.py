"""Views of what members do after a broadcast or a push, and of how long groups live."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, GROUP, MEMBER, RATE, View

_BROADCAST: Final = ("String", "Broadcast, or empty.")
_TYPE: Final = ("String", "Growth type of the group by the last word on it, or empty.")

RESPONSE_VIEWS: Final = (
    View(
        "broadcast_responses",
        "A35, A36: What members of a group did there after a broadcast to it.",
        {
            "event_id": ("String", "Event of the broadcast."),
            "broadcast_id": _BROADCAST,
            "group_id": GROUP,
            "at": (MILLIS, "When."),
            "day": DAY,
            "over": ("UInt8", "1 where the brand's last event is 24 hours later or more."),
            "members": ("Int64", "Size of the group on that day, as last known."),
            "signed": (COUNT, "Members who signed in within two hours."),
            "acted": (COUNT, "Members with an own act within 24 hours."),
            "woken": (COUNT, "Those of them whose act ended a silence, as in `awakenings`."),
            "signed_rate": (RATE, "Those who signed in among the members; null if the size is not known."),
            "rate": (RATE, "Those who acted among the members; null if the size is not known."),
        },
    ),
    View(
        "woken_members",
        "T75: Members whose silence ended within 24 hours after a broadcast to their group.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "at": (MILLIS, "When."),
            "day": DAY,
            "type": ("String", "Type of the act."),
            "broadcast_id": ("String", "Last broadcast before it, or empty."),
            "broadcast_at": (MILLIS, "When it was sent."),
        },
    ),
    View(
        "push_actions",
        "M35: Whether a member checks in, joins a chain, visits or orders within 24 hours after a push.",
        {
            "member_id": MEMBER,
            "pushes": (COUNT, "Pushes delivered whose 24 hours are over, or that were followed."),
            "acted": (COUNT, "Those of them that were followed."),
            "rate": ("Float64", "Followed among the pushes."),
        },
    ),
    View(
        "group_lives",
        "G31, G32, G37: The life of a group, and how its activity falls.",
        {
            "group_id": GROUP,
            "purpose": ("String", "Purpose of the group by the last word on it, or empty."),
            "growth_type": _TYPE,
            "began": ("Date", "Day of its making, or of its first event."),
            "ended": ("Nullable(Date)", "Day on which it was dissolved."),
            "last_active": (
                "Nullable(Date)",
                "Last day with a message, check-in or visit of a member; null if there never was one.",
            ),
            "age_days": ("Int32", "Days from the beginning to the brand's last day."),
            "dead": ("UInt8", "1 where it was dissolved, or nobody was active for seven days."),
            "life_days": (
                "Nullable(Int64)",
                "Days from the beginning to the last active one; null while alive.",
            ),
            "first_rate": (
                RATE,
                "Speakers of the first seven days among the members; null if the size is not known.",
            ),
            "last_rate": (RATE, "Speakers of the brand's last seven days among the members."),
            "cooling": ("UInt8", "1 where the latter is less than half the former, from the age of 14 days."),
            "half_life_days": (
                RATE,
                "Days in which the number of active members halves; null if it does not fall.",
            ),
        },
    ),
    View(
        "group_deaths",
        "G31, G32: How long groups live, and how many are dead.",
        {
            "growth_type": _TYPE,
            "groups": (COUNT, "Groups."),
            "died": (COUNT, "Those of them that are dead."),
            "dead_share": ("Float64", "Dead among the groups."),
            "median_days": ("Nullable(Int64)", "Median of their lives, days; null if none is dead."),
        },
    ),
)
