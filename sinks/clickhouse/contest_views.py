"""Views of contests: places in an order of arrival or of likes."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, MEMBER, View

CONTEST_VIEWS: Final = (
    View(
        "contest_places",
        "A03, A13, A14, A16, A31, A32: The entry of each member that counts in a contest: within the announced period "
        "the first, or of collected likes the one with most.",
        {
            "contest": (
                "String",
                "`answer` (first answer), `right_answer` (first right answer), `dice`, `like_collect`, "
                "`photo_share` or `moments_like`.",
            ),
            "id": ("String", "Activity; of dice the round, of `moments_like` the content."),
            "member_id": MEMBER,
            "at": (MILLIS, "When the member made the entry."),
            "day": DAY,
            "value": (
                "Nullable(Int64)",
                "1 for a right answer and 0 for a wrong one, eyes thrown, or likes.",
            ),
            "place": (COUNT, "Place, from 1: by time, of collected likes by their number."),
            "settled": (
                "UInt8",
                "1 where nothing that comes late can change the place any more; where no end was announced, "
                "more likes collected later still can.",
            ),
            "won": (
                "Nullable(UInt8)",
                "Of dice, 1 for a throw above the first one of staff in the round; null where staff did not throw.",
            ),
            "audit_state": ("String", "The last audit's word on what was handed in, or empty."),
            "reached": (
                "Nullable(UInt8)",
                "1 where the likes reach the announced goal; null where there is none.",
            ),
        },
    ),
    View(
        "quizzes",
        "A03: First answers of members within the announced period.",
        {
            "activity_id": ("String", "Activity."),
            "day": ("Date", "Day of the first answer of all."),
            "members": (COUNT, "Members who answered."),
            "right_answers": (COUNT, "Those of them whose first answer was right."),
            "rate": ("Float64", "Right answers among them."),
        },
    ),
)
