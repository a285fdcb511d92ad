"""Views of persons: several member ids that share an identity are one."""

from typing import Final

from sinks.clickhouse.view import COUNT, MEMBER, View

_PERSON: Final = ("String", "Person: the smallest of their member ids.")

PERSON_VIEWS: Final = (
    View(
        "identities",
        "M50, P24: Whose a member id is. Ids that share a `unionid`, `external_userid`, `openid` or `phone_hash` are of one "
        "person, through up to four ids in between; an id without any is a person of its own.",
        {"member_id": MEMBER, "person_id": _PERSON},
    ),
    View(
        "persons",
        "M50, P24: The persons of a brand over all their member ids. An order reported under several of them counts once, by the "
        "largest report.",
        {
            "person_id": _PERSON,
            "member_ids": ("Array(String)", "Their member ids."),
            "first_seen_group": ("String", "Group that they came into first, or empty."),
            "groups_n": (COUNT, "Groups that they are in, under whatever id."),
            "orders": (COUNT, "Net orders."),
            "net_fen": ("Int64", "Paid less refunded, fen; a cashback is no refund."),
            "points": (
                "Int64",
                "Points that the source granted, less those spent; points that rules of the file earn are not among them.",
            ),
            "levels": (
                "Array(String)",
                "Levels in the profiles of their member ids; empty where none has one.",
            ),
            "levels_differ": ("UInt8", "1 where these are not all the same."),
        },
    ),
    View(
        "person_levels",
        "P24, P17: The level of a person, once for each of their member ids: what one member would have who did all that they "
        "did, by the section `levels` of the rules `full`. An order reported under several ids counts once, by the largest "
        "report; so does a day signed in.",
        {
            "member_id": MEMBER,
            "person_id": _PERSON,
            "growth": ("Int64", "Growth within the 365 days that end with the brand's last day."),
            "growth_held": (
                "Int64",
                "Highest growth that an order or a day signed in of the last 395 days brought them to, for steps of your own.",
            ),
            "level": (
                "String",
                "Level: reached at once, held for 365 days and 30 more, unless growth renews it; empty where they have none.",
            ),
        },
    ),
    View(
        "person_reach",
        "M50: How many different persons the groups of a brand hold.",
        {
            "memberships": (COUNT, "Members of the groups, once for each group and member id."),
            "persons": (COUNT, "Persons behind them, each once."),
            "rate": ("Float64", "Persons among the memberships."),
        },
    ),
)
