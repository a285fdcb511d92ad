"""Views of the steps of a campaign, member by member: ways of fission, sign-ins for a number of days, audits."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, MEMBER, RATE, View

_ACTIVITY: Final = ("String", "Activity.")
_CAMPAIGN: Final = ("String", "Campaign that the event names, or empty.")

PATH_VIEWS: Final = (
    View(
        "signin_runs",
        "A22, A24: Sign-ins that ask for a number of days in a row, counted from the first one.",
        {
            "member_id": MEMBER,
            "activity_id": _ACTIVITY,
            "bet_id": ("String", "The bet of a cash back, or empty."),
            "campaign_id": _CAMPAIGN,
            "day": ("Date", "Day of the first sign-in."),
            "required_days": (COUNT, "Days asked for."),
            "days": (COUNT, "Those of them with a sign-in, days made up for included."),
            "state": (
                "String",
                "`earned` with a sign-in on each of them, `failed` once one that is over has none, else `active`.",
            ),
            "last_at": (MILLIS, "Latest sign-in."),
        },
    ),
    View(
        "campaign_paths",
        "M44, M45, M46, A26: How far a member came on the ways of a campaign, step after step and within seven days "
        "of following. A step that names no campaign counts for all campaigns of the member.",
        {
            "path": (
                "String",
                "`spreading`: followed, joined, told (a post of staff in the group), posted (a picture in a group), "
                "approved, signed_in. `product`: followed, paid (a course), contact, joined, told, signed_in, shared, "
                "completed (a run of sign-ins is earned, however long it takes). `service`: followed, visited, "
                "invited (sent an invitation), brought (somebody came by it), enrolled, joined.",
            ),
            "campaign_id": ("String", "Campaign."),
            "member_id": MEMBER,
            "at": (MILLIS, "When the member first followed."),
            "day": DAY,
            "stage": ("UInt8", "Steps taken."),
            "step": ("String", "The furthest of them."),
        },
    ),
    View(
        "audit_days",
        "A23: What was judged on a day. It was handed in with the first event of its `submission_id`, "
        "else with the member's last share or picture in a group, up to seven days before.",
        {
            "activity_id": _ACTIVITY,
            "day": DAY,
            "audits": (COUNT, "Audits that ended: the last word on each thing handed in."),
            "approved": (COUNT, "Those that approved it."),
            "pass_rate": ("Float64", "Approved among them."),
            "minutes": (
                RATE,
                "Mean time from handing in to the last word, minutes; null where it is not known.",
            ),
        },
    ),
    View(
        "first_signins",
        "A08: First sign-in of each member after first coming into a group.",
        {
            "member_id": MEMBER,
            "joined_at": (MILLIS, "When the member first came into a group."),
            "at": (MILLIS, "When the member signed in."),
            "day": DAY,
            "hours": ("Float64", "Hours between."),
            "within_day": ("UInt8", "1 where they are 24 at most."),
            "audit_state": (
                "String",
                "`approved` or `rejected` by an audit of the same submission, or the next of the activity where it "
                "names none; else `pending`.",
            ),
        },
    ),
)
