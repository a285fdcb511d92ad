"""Views of what groups do together: chains, quizzes, code words, flash sales, red packets, games."""

from typing import Final

from sinks.clickhouse.tables import MILLIS
from sinks.clickhouse.view import COUNT, DAY, GROUP, MEMBER, RATE, View

_MEMBERS: Final = ("Int64", "Size of the group on that day, as last known.")
_EVENT: Final = ("String", "Event of the act.")
_ACT: Final = ("String", "Type of the act.")

ACTIVITY_VIEWS: Final = (
    View(
        "group_sizes",
        "Size of each group at the end of a day with group statistics; it holds until the next.",
        {"group_id": GROUP, "day": DAY, "members": ("Int64", "Size of the group.")},
    ),
    View(
        "own_acts",
        "Own acts of members in groups; an order counts in the group that it is attributed to.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "event_id": _EVENT,
            "at": (MILLIS, "When."),
            "day": DAY,
            "type": _ACT,
            "speaks": ("UInt8", "1 for messages, chains, dice and check-ins: they end a silence."),
        },
    ),
    View(
        "awakenings",
        "T75: Own acts in a group of members who were there for seven days and had not spoken for fourteen.",
        {
            "group_id": GROUP,
            "member_id": MEMBER,
            "event_id": _EVENT,
            "at": (MILLIS, "When."),
            "day": DAY,
            "type": _ACT,
        },
    ),
    View(
        "chains",
        "A04, A05, A39, G58: Chains (接龙) of a group. Of chains without an id those of one day are one.",
        {
            "group_id": GROUP,
            "type": ("String", "`group_buy`, `interact` or empty."),
            "chain_id": ("String", "Chain."),
            "day": ("Date", "Day of the first entry."),
            "parts": (COUNT, "Entries."),
            "participants": (COUNT, "Members with an entry."),
            "rate": (RATE, "Participants among the members of the group; null if its size is not known."),
            "payers": (COUNT, "Participants with a net order within seven days after their entry."),
            "paid_rate": ("Float64", "Payers among the participants."),
            "woken": (COUNT, "Participants whose entry ended a silence, as in `awakenings`."),
        },
    ),
    View(
        "activity_parts",
        "G58: How many members of a group take part in an activity or a chain.",
        {
            "group_id": GROUP,
            "type": ("String", "Type of the event: `solitaire`, `quiz` and so on."),
            "activity_id": ("String", "Activity, or chain."),
            "day": ("Date", "Day of the first of them."),
            "participants": (COUNT, "Members who took part."),
            "members": _MEMBERS,
            "rate": (RATE, "Participants among the members of the group; null if its size is not known."),
        },
    ),
    View(
        "signin_days",
        "G57: Who signs in on a day. A make-up counts for the day that it makes up for.",
        {
            "group_id": GROUP,
            "day": DAY,
            "signed": (COUNT, "Members who signed in."),
            "members": _MEMBERS,
            "rate": (RATE, "Those who signed in among the members; null if the size is not known."),
        },
    ),
    View(
        "signin_campaigns",
        "G57: Who completes a campaign that asks for a number of days signed in.",
        {
            "group_id": GROUP,
            "activity_id": ("String", "Activity."),
            "required_days": (COUNT, "Days asked for."),
            "members": (COUNT, "Members who signed in at least once."),
            "completed": (COUNT, "Members who signed in on as many days."),
            "rate": ("Float64", "Those who completed it among them."),
        },
    ),
    View(
        "code_words",
        "A11: Who told a group's code word on a day, and what was bought with it on that day.",
        {
            "group_id": (
                "String",
                "Group that the order names, else the one where its buyer told the word; or empty.",
            ),
            "code_word": ("String", "Code word."),
            "day": DAY,
            "members": (COUNT, "Members who told the word for the first time."),
            "bought": (COUNT, "Those of them with a net order, of anything, within seven days after."),
            "orders": (COUNT, "Net orders with the word, of anybody."),
            "store_orders": (COUNT, "Those of them that name a store."),
            "net_fen": ("Int64", "Paid less refunded of these orders, fen."),
        },
    ),
    View(
        "flash_minutes",
        "A17: A flash sale by the minute: promotions of the types flash, 秒杀, 1元秒杀, 闪购 and 限时折扣.",
        {
            "promo_id": ("String", "Promotion."),
            "minute": ("DateTime('UTC')", "Start of the minute."),
            "visitors": (COUNT, "Members who visited."),
            "placed": (COUNT, "Orders placed."),
            "paid": (COUNT, "Orders paid."),
            "pieces": (COUNT, "Pieces paid for, of the announced product if there is one."),
            "paid_fen": ("Int64", "What was paid, fen."),
            "sold": (COUNT, "Pieces paid for from the beginning of the sale to this minute."),
            "stock": ("Nullable(Int64)", "Pieces on offer, as announced under the promotion's id."),
            "rate": (RATE, "Pieces of the minute among those on offer; null if it is not known how many."),
            "sell_through": (RATE, "Pieces sold so far among those on offer."),
        },
    ),
    View(
        "red_packets",
        "A19, G56, W20: What became of a red packet by its expiry, 24 hours after sending if no other is told.",
        {
            "packet_id": ("String", "Red packet."),
            "group_id": GROUP,
            "sender": ("String", "Who sent it."),
            "staff_id": ("String", "Member of staff that the event names."),
            "sent_at": (MILLIS, "When it was sent."),
            "expires_at": (MILLIS, "When it expires."),
            "expired": ("UInt8", "1 where the brand's last event is not before the expiry."),
            "parts": (COUNT, "Parts sent."),
            "amount_fen": (COUNT, "What was sent, fen."),
            "claimed": (COUNT, "Parts claimed, by anybody."),
            "claimed_by_members": (COUNT, "Parts claimed by members."),
            "rate": (
                RATE,
                "Parts claimed by members among those that staff did not take; null if none is left.",
            ),
            "claimed_fen": (COUNT, "What was claimed, by anybody, fen."),
            "returned_fen": ("Nullable(Int64)", "What goes back to the sender, fen; null before the expiry."),
            "seconds_to_last": (RATE, "Seconds to the last claim of a member; null if there is none."),
            "woken": (COUNT, "Members whose claim ended a silence, as in `awakenings`."),
            "fen_for_woken": (RATE, "What was claimed for each of them, fen; null if there is none."),
        },
    ),
    View(
        "lucky_receipts",
        "A12: The luckiest of a red packet, and the receipt of the same day that goes free, one for each packet.",
        {
            "packet_id": ("String", "Red packet."),
            "group_id": GROUP,
            "member_id": ("String", "The luckiest."),
            "at": (MILLIS, "When they claimed it."),
            "day": DAY,
            "order_id": (
                "String",
                "Earliest net order of that day that no packet before it took; empty if there is none.",
            ),
            "net_fen": ("Int64", "Its amount, fen."),
        },
    ),
    View(
        "team_orders",
        "A45: Joint orders placed by players within three hours after a game (`game` or `dice`).",
        {
            "group_id": ("String", "Group of the game."),
            "day": ("Date", "Day of the game."),
            "players": (COUNT, "Members who played."),
            "groupbuys": (COUNT, "Joint purchases that players ordered in."),
            "orders": (COUNT, "Their orders."),
            "buyers": (COUNT, "Players who ordered."),
            "rate": ("Float64", "Those who ordered among the players."),
        },
    ),
)
