"""Views of activities that were announced: what they are, and what came of them by what was announced."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, RATE, View

_MAYBE: Final = f"Nullable({MILLIS})"
_SCENE: Final = (
    "String",
    "`fission`, `retention`, `activity` or `conversion`, also where the producer says "
    "裂变, 留存, 活跃 or 转化; else the producer's word.",
)

ANNOUNCED_VIEWS: Final = (
    View(
        "activities",
        "N03, M63: The latest announcement of each activity; what it does not tell is empty or null.",
        {
            "activity_id": ("String", "Activity."),
            "announced_at": (MILLIS, "When it was announced last."),
            "activity_type": ("String", "What it is, in the producer's words."),
            "campaign_id": ("String", "Campaign."),
            "scene": _SCENE,
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
    View(
        "lesson_attendance",
        "M59: Attendance of each lesson. Whoever enrolled for the course is enrolled for its lessons that were not over by then.",
        {
            "lesson_id": ("String", "Lesson."),
            "activity_id": ("String", "Course."),
            "day": ("Nullable(Date)", "Day of the first attendance; null where nobody came."),
            "enrolled": (COUNT, "Members enrolled for the lesson or its course."),
            "attended": (COUNT, "Those of them who attended it."),
            "others": (COUNT, "Members who attended without having enrolled."),
            "rate": (RATE, "Those who attended among the enrolled; null if there are none."),
        },
    ),
    View(
        "variant_conversions",
        "M59: Net orders within seven days by arm of an A/B test, compared with the control: the first arm announced, "
        "or the first by name.",
        {
            "test_id": ("String", "Campaign, or the activity where events name none."),
            "variant": ("String", "Arm."),
            "members": (COUNT, "Members in it, by their first event with an arm of the test."),
            "converted": (COUNT, "Those with a net order within seven days after it."),
            "rate": (RATE, "Those who ordered among them."),
            "control": ("String", "Arm that is compared with."),
            "difference": (RATE, "Rate less that of the control; null for the control itself."),
            "p_value": (
                RATE,
                "How likely so great a difference is by chance: z-test of two proportions, two-sided, pooled.",
            ),
        },
    ),
    View(
        "scenes",
        "M63: Which campaign and which activity are of which scene: as announced, else as the latest of their events says.",
        {
            "kind": ("String", "`campaign` or `activity`."),
            "id": ("String", "The campaign or activity."),
            "scene": _SCENE,
        },
    ),
    View(
        "scene_figures",
        "M63: What the scenes of activities came to, by calendar month.",
        {
            "scene": _SCENE,
            "month": ("Date", "First day of the month."),
            "participants": (COUNT, "Members with an own act of the scene in the month."),
            "inviters": (COUNT, "Those of them who sent an invitation of the scene."),
            "invited": (
                COUNT,
                "First-ever arrivals of the month by campaigns of the scene, invited by one of these.",
            ),
            "k": (RATE, "Invited for each inviter; null if there is none."),
            "begun": (
                COUNT,
                "Members whose first act of the scene was in the month, with the seventh day after it over.",
            ),
            "returned": (COUNT, "Those of them who were active on that seventh day."),
            "d7": (RATE, "Returned among them; null if there are none."),
            "payers": (
                COUNT,
                "Participants with a net order within seven days after their first act of the month.",
            ),
            "paid_rate": (RATE, "Payers among the participants."),
            "figure": (
                RATE,
                "What the scene is measured by: `k` of fission, `d7` of retention, participants of activity, "
                "payers of conversion; null for other scenes.",
            ),
        },
    ),
)
