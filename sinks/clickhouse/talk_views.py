"""Views of what is said in groups: who answers whom, how soon staff answer, what comes again, what it is worth."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, GROUP, MEMBER, RATE, View

REPLY_VIEWS: Final = (
    View(
        "group_edges",
        "Replies, mentions and shares in a group: from whom to whom. A reply names the message that it answers.",
        {
            "group_id": GROUP,
            "from_member": ("String", "Who replied, mentioned or shared."),
            "to_member": ("String", "Whose message it was, or who was mentioned."),
            "at": (MILLIS, "When."),
            "day": DAY,
            "type": ("String", "`reply`, `mention` or `share`."),
            "between_members": ("UInt8", "1 where neither of them is staff, bot or administrator."),
        },
    ),
    View(
        "group_connections",
        "M56, G51: Who is linked with whom in the 30 days that end with the brand's last day.",
        {
            "group_id": GROUP,
            "type": (
                "String",
                "`reply`, `mention`, `share`, or empty for these three together; `together` for members of one activity.",
            ),
            "edges": (COUNT, "Pairs of persons, by direction; of `together`, pairs for each activity."),
            "between_members": (COUNT, "Pairs of members, neither of them staff."),
            "rate": ("Float64", "Pairs of members among all pairs."),
        },
    ),
    View(
        "group_kocs",
        "T57: Who is active in a group, answered and passes things on, in the 30 days that end with the brand's last day.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "score": (
                "Float64",
                "Activity score of the member's acts in this group, by the model's defaults.",
            ),
            "place": (COUNT, "Place by the score."),
            "members": (COUNT, "Members of the group."),
            "replies": (COUNT, "Replies received in the group."),
            "shares": (COUNT, "Shares and invitations, in any group."),
            "candidate": (
                "UInt8",
                "1 for the first twentieth (at least one member) with three replies and one share or invitation.",
            ),
        },
    ),
    View(
        "questions",
        "T84, G55, G71: Questions, complaints and urging, and the first answer of staff: one that names the message, "
        "in a group one that mentions the member later, one to one any later `staff_message`.",
        {
            "event_id": ("String", "Event of the message."),
            "group_id": ("String", "Group, or empty for one to one."),
            "member_id": MEMBER,
            "intent": ("String", "提问, 客诉 or 催单; a message with two of them has two rows."),
            "at": (MILLIS, "When."),
            "day": DAY,
            "answered_at": (f"Nullable({MILLIS})", "When staff first answered; null while open."),
            "minutes": ("Float64", "Minutes to the answer or, while open, to the brand's last event."),
            "open": ("UInt8", "1 while there is no answer."),
            "late": ("UInt8", "1 where the minutes are more than ten."),
        },
    ),
    View(
        "reply_times",
        "G55: The time to the first answer of staff.",
        {
            "group_id": ("String", "Group, or empty for one to one."),
            "day": ("Date", "Day of the questions."),
            "questions": (COUNT, "Messages that ask, complain or urge."),
            "answered": (COUNT, "Those of them that staff answered."),
            "median_minutes": (
                RATE,
                "Median of the time to the first answer, minutes; null if there is none.",
            ),
            "p90_minutes": (RATE, "Nine in ten were answered within so many minutes."),
            "open": (COUNT, "Messages without an answer."),
            "unanswered": (COUNT, "Those of them that have waited for more than ten minutes."),
        },
    ),
    View(
        "message_value",
        "G52: What is said in a group and comes to something.",
        {
            "group_id": GROUP,
            "day": DAY,
            "messages": (COUNT, "Messages and broadcasts, of anybody."),
            "answered": (COUNT, "Those that somebody else answered or passed on."),
            "clicked": (COUNT, "Those whose broadcast or content was clicked."),
            "valued": (COUNT, "Those with either."),
            "rate": ("Float64", "These among all messages."),
        },
    ),
    View(
        "value_weeks",
        "G95: Whether more is said in a group while less of it comes to something.",
        {
            "group_id": GROUP,
            "week": ("Date", "Monday of the week."),
            "messages": (COUNT, "Messages and broadcasts, of anybody."),
            "rate": ("Float64", "Those answered, passed on or clicked among them."),
            "little_worth": (
                "UInt8",
                "1 where the messages are above, and the rate is below, the mean of the four weeks before.",
            ),
        },
    ),
)

TALK_VIEWS: Final = (
    View(
        "urging_days",
        "T85: Urging of members over the groups of a store.",
        {
            "store_id": ("String", "Store of the event, else of its group, or empty."),
            "day": DAY,
            "messages": (COUNT, "Messages with the intent 催单."),
            "members": (COUNT, "Members who sent them."),
            "groups": (COUNT, "Groups in which they stand."),
            "expected": ("Float64", "Mean of the seven days before."),
            "incident": (
                "UInt8",
                "1 where a store has five messages or more in two groups or more, three deviations above the mean.",
            ),
        },
    ),
    View(
        "repeated_texts",
        "T88: Texts that members of a group sent three times or more in the seven days that end with a day.",
        {
            "group_id": GROUP,
            "text_hash": ("UInt64", "Hash of the text, as the producer made it."),
            "day": ("Date", "Day on which it was sent, again or for the first time."),
            "times": (COUNT, "How often it was sent in the seven days."),
            "questions": (COUNT, "How often with the intent 提问."),
        },
    ),
    View(
        "topics",
        "T90: What a topic brings about in a group.",
        {
            "group_id": GROUP,
            "topic_id": ("String", "Topic."),
            "day": ("Date", "Day of the first message."),
            "messages": (COUNT, "Messages and broadcasts on it, of anybody."),
            "speakers": (COUNT, "Members with a message on it."),
            "answered": (COUNT, "Messages that another member answered."),
            "response_rate": ("Float64", "Answered among the messages."),
            "rate": (RATE, "Speakers among the members of the group; null if none is known."),
        },
    ),
    View(
        "staff_repeats",
        "G53: Posts of staff that say what a post of the seven days before said.",
        {
            "group_id": GROUP,
            "day": DAY,
            "posts": (
                COUNT,
                "Broadcasts, and messages of staff and bots, whose text or content is known by a print.",
            ),
            "repeats": (
                COUNT,
                "Those that are like one before: at most 3 bits of `text_simhash` differ, or the same text or content.",
            ),
            "week_share": ("Float64", "Repeats among the posts in the seven days that end with the day."),
        },
    ),
)
