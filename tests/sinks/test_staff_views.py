"""The views of members of staff, against small stories that are counted by hand. A story's last event is stored twice."""

from typing import Any

import pytest

from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from tests.sinks.story import MINUTE, START, day, event, read, tell
from tests.sinks.test_clickhouse_read import window
from tests.sinks.test_clickhouse_read import write as write_facts

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

DAY = 86_400_000


def ask(at: float, member: str, msg: str, staff: str = "s") -> dict[str, Any]:
    return event(at, "message", member, scope="single", staff_id=staff, msg_id=msg)


def answer(at: float, reply_to: str = "", staff: str = "s") -> dict[str, Any]:
    return event(at, "message", staff, scope="single", role="staff", reply_to=reply_to)


def test_contacts_and_reach(store: Engine) -> None:
    tell(
        store,
        event(1, "contact.added", "m", staff_id="s"),
        event(1.1, "contact.added", "m", staff_id="t"),
        event(1.2, "contact.added", "n", staff_id="s"),
        event(2, "contact.blocked", "n", staff_id="s"),
        event(1.5, "contact.deleted", "k", staff_id="s"),
        event(1.6, "contact.added", "k", staff_id="s"),
        event(1.4, "contact.added", "nobody's"),
    )
    assert read(store, "contacts", "staff_id, member_id") == [("s", "k"), ("s", "m"), ("t", "m")]
    # Together they reach m once: 2 members at 18 fen.
    assert read(store, "reach", "staff_id, members, value_fen") == [("", 2, 36), ("s", 2, 36), ("t", 1, 18)]
    assert read(store, "staff_days", f"staff_id, {day()}, new_contacts, lost_contacts") == [
        ("s", 1, 3, 1),
        ("s", 2, 0, 1),
        ("t", 1, 1, 0),
    ]


def test_chats_and_answers(store: Engine) -> None:
    noon = 1.5
    tell(
        store,
        # m asks twice and is answered after ten minutes, then again.
        ask(noon, "m", "m1"),
        ask(noon + 2 * MINUTE, "m", "m2"),
        answer(noon + 10 * MINUTE, "m2"),
        answer(noon + 20 * MINUTE, "m1"),
        # n is answered after twenty minutes; k in the minute before midnight, and answered on the next day only.
        ask(noon, "n", "n1"),
        answer(noon + 20 * MINUTE, "n1"),
        ask(2 - MINUTE, "k", "k1"),
        answer(2 + MINUTE, "k1"),
        ask(2 + 2 * MINUTE, "k", "k2"),  # so staff began the chat of day 2
        # A message to somebody whom nothing names, one in a group, and another's answer.
        answer(noon + 30 * MINUTE),
        event(noon, "message", "s", scope="group", group_id="g", role="staff"),
        event(noon, "message", "m", scope="group", group_id="g", staff_id="s", msg_id="g1"),
        answer(noon + 40 * MINUTE, "n1", staff="t"),
        ask(noon, "o", "o1", staff="t"),
    )
    columns = f"staff_id, {day()}, chats, messages, begun, answered, round(answered_rate, 2), round(reply_minutes, 3)"
    assert read(store, "staff_days", columns) == [
        ("s", 1, 2, 4, 3, 2, 0.67, 15.0),
        ("s", 2, 1, 1, 0, 0, None, None),
        ("t", 1, 0, 1, 1, 0, 0.0, None),
    ]
    erase_member(store, "b", "m")
    assert read(store, "staff_days", columns)[0] == ("s", 1, 1, 4, 2, 1, 0.5, 20.0)
    erase_member(store, "b", "t")
    assert {staff for (staff,) in read(store, "staff_days", "DISTINCT staff_id")} == {"s"}


def test_what_staff_write_names_the_customer(store: Engine) -> None:
    def write(at: float, member: str, staff: str = "s", role: str = "staff") -> dict[str, Any]:
        return event(at, "staff_message", member, staff_id=staff, role=role)

    noon = 1.5
    tell(
        store,
        # m is answered after ten minutes, by nobody's reply_to; to n staff write first; o gets nothing but a bot's word.
        ask(noon, "m", "m1"),
        write(noon + 4 * MINUTE, "m", role="bot"),
        write(noon + 10 * MINUTE, "m"),
        write(noon, "n"),
        ask(noon + MINUTE, "n", "n1"),
        write(noon + 2 * MINUTE, "n"),
        ask(noon, "o", "o1"),
        write(noon + MINUTE, "o", role="bot"),
        # k never asks, and another member of staff writes to m.
        write(noon, "k"),
        write(noon + MINUTE, "m", staff="t", role="admin"),
    )
    columns = f"staff_id, {day()}, chats, messages, begun, answered, round(reply_minutes, 3)"
    assert read(store, "staff_days", columns) == [("s", 1, 3, 4, 2, 1, 10.0), ("t", 1, 1, 1, 0, 0, None)]
    chats = "staff_id, member_id, asked, answers, began"
    assert read(store, "staff_chats", chats) == [
        ("s", "k", 0, 1, 0),
        ("s", "m", 1, 1, 1),
        ("s", "n", 1, 2, 0),
        ("s", "o", 1, 0, 1),
        ("t", "m", 0, 1, 0),
    ]
    erase_member(store, "b", "n")
    assert read(store, "staff_days", columns)[0] == ("s", 1, 2, 2, 2, 1, 10.0)


def test_moments_and_broadcasts(store: Engine) -> None:
    at = int(START.timestamp() * 1000) + DAY
    tell(
        store,
        event(1, "moments_post", "s", role="staff", scope="moments"),
        event(1, "moments_post", "kol", role="kol", scope="moments"),
        *(event(1.2, "moments_like", one, staff_id="s") for one in "mn"),
        event(1.2, "moments_like", "m", content_id="another's"),
        event(1.3, "moments_comment", "m", staff_id="s"),
        event(1 + 5 * MINUTE, "broadcast", staff_id="s", scheduled_ts=at),
        event(1 + 6 * MINUTE, "broadcast", staff_id="s", scheduled_ts="2026-03-02T00:00:00+08:00"),
        event(1 + 3 * MINUTE, "broadcast", staff_id="s", scheduled_ts="2026-03-02T00:06:00+08:00"),
        event(1.3, "broadcast", staff_id="s"),
    )
    columns = f"staff_id, {day()}, moments_posts, moments_likes, moments_comments, broadcasts, punctual"
    assert read(store, "staff_days", columns) == [("s", 1, 1, 2, 1, 4, 2)]


def test_groups_of_staff(store: Engine) -> None:
    start = int(START.timestamp() * 1000)
    tell(
        store,
        event(1, "group.created", group_id="g", staff_id="s"),
        event(1, "group.created", group_id="h", staff_id="t", group_meta={"owner_staff": "s"}),
        event(2, "group.created", group_id="passed", staff_id="s"),
        event(3, "staff.reassigned", group_id="passed", staff_id="t", operator_id="s"),
        *(event(2, "group.joined", one, group_id="g") for one in "mnm"),
        event(2, "group.joined", "s", group_id="g", role="staff"),
        event(2, "message", "m", group_id="g"),
        event(2, "message", "s", group_id="h", role="staff"),
        event(4, "message", "m", group_id="g"),
        event(4, "message", "m", group_id="h"),
        event(4, "message", "n", group_id="g"),
    )
    sizes = (("g", 2.5, 40), ("g", 2.9, 50), ("g", 4.5, 30), ("h", 4.5, 8))
    write_facts(
        store,
        "group_stats",
        *(window(start + int(at * DAY), group_id=group, members=size) for group, at, size in sizes),
        window(
            start + int(4.6 * DAY), part=9, group_id="h", members=0, messages=1
        ),  # what came late has no size
    )
    columns = (
        "new_groups, new_members, new_messages, groups, groups_with_messages, members, speakers, messages"
    )
    assert read(store, "staff_group_days", f"staff_id, {day()}, {columns}") == [
        ("s", 1, 2, 0, 0, 2, 0, 0, 0, 0),
        ("s", 2, 0, 2, 2, 2, 2, 50, 1, 2),
        ("s", 4, 0, 0, 3, 2, 2, 38, 3, 5),
        ("t", 2, 1, 0, 0, 1, 0, 0, 0, 0),
    ]
    erase_member(store, "b", "s")
    assert read(store, "group_owners", "group_id, staff_id") == [("passed", "t")]


def test_silent_groups_and_steady_posts(store: Engine) -> None:
    start = int(START.timestamp() * 1000)
    tell(
        store,
        *(event(0, "group.created", group_id=group, staff_id="s") for group in ("busy", "silent", "empty")),
        event(1, "message", "m", group_id="silent"),
        event(1, "broadcast", group_id="silent", staff_id="s"),
        event(2.5, "message", "m", group_id="busy"),
        event(3, "signin", "n", group_id="busy"),
        event(3, "moments_like", "l", group_id="busy"),  # neither message, check-in nor visit
        event(6, "message", "s", group_id="busy", role="staff"),
        event(8.5, "visited", "m", group_id="busy"),
    )
    write_facts(
        store, "group_stats", *(window(start, group_id=one, members=20) for one in ("busy", "silent"))
    )
    # The last seven days are 2 to 8.
    assert read(store, "staff_groups", "group_id, members, active, active_rate, posts, days_since_post") == [
        ("busy", 20, 2, 0.1, 1, 2),
        ("empty", 0, 0, None, 0, None),
        ("silent", 20, 0, 0.0, 0, 7),
    ]
