"""The views of what is said in groups, against small stories that are counted by hand; each story is a brand of its own."""

from datetime import timedelta
from typing import Any

import pytest

from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from tests.sinks.story import MINUTE, START, act, day, read, tell

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_who_answers_whom(shared_store: Engine) -> None:
    def say(member: str, at: float = 40, **fields: Any) -> dict[str, Any]:
        return act("edges", at, "message", member, **fields)

    tell(
        shared_store,
        say("m", msg_id="m1"),
        say("n", reply_to="m1", msg_id="n1"),
        say("n", reply_to="m1", at=40.1),  # the same pair once more
        say("m", reply_to="m1"),  # nobody answers themselves
        say("k", reply_to="m1", at=5),  # more than 30 days before
        act("edges", 40, "share", "k", reply_to="m1"),
        say("butler", reply_to="n1", role="staff", mentions=["m", "butler"]),
        say("k", mentions=["butler", "n"]),
        say("o", reply_to="m1", group_id="h"),  # another group's message of that name
        *(act("edges", 40, "game", one, activity_id="team") for one in ("m", "n", "k")),
        act("edges", 40, "game", "alone", activity_id="solo"),
    )
    columns = "type, edges, between_members, round(rate, 3)"
    # Replies n-m, butler-n; mentions butler-m, k-butler, k-n; the share k-m; three pairs of players.
    assert read(shared_store, "group_connections", columns, "brand_id = 'edges' AND group_id = 'g'") == [
        ("", 6, 3, 0.5),
        ("mention", 3, 1, 0.333),
        ("reply", 2, 1, 0.5),
        ("share", 1, 1, 1.0),
        ("together", 3, 3, 1.0),
    ]
    erase_member(shared_store, "edges", "m")
    where = "brand_id = 'edges' AND 'm' IN (from_member, to_member)"
    assert read(shared_store, "group_edges", "count()", where) == [(0,)]


def test_candidates_for_koc(shared_store: Engine) -> None:
    answers = [act("koc", 40.1, "message", "n", reply_to="m1") for _ in range(3)]
    tell(
        shared_store,
        *(act("koc", 39, "group.joined", f"x{n}") for n in range(40)),
        *(act("koc", 40, "message", "m", msg_id="m1") for _ in range(9)),
        *(act("koc", 40, "message", "k", msg_id="k1") for _ in range(8)),
        *(act("koc", 40.1, "message", "x1", reply_to="k1") for _ in range(2)),
        *answers,
        act("koc", 40, "share", "m"),
        act("koc", 40, "invite.sent", "k"),
    )
    columns = "member_id, place, members, replies, shares, candidate"
    found = read(shared_store, "group_kocs", columns, "brand_id = 'koc' AND member_id IN ('m', 'k', 'x9')")
    assert [row[:1] + row[2:] for row in found] == [
        ("k", 43, 2, 1, 0),
        ("m", 43, 3, 1, 1),
        ("x9", 43, 0, 0, 0),
    ]


def test_questions_and_answers(shared_store: Engine) -> None:
    def ask(member: str, at: float, *intents: str, **fields: Any) -> dict[str, Any]:
        return act("asked", at, "message", member, intent=[*intents], **fields)

    def staff(at: float, role: str = "staff", **fields: Any) -> dict[str, Any]:
        return act("asked", at, "message", "s", role=role, **fields)

    tell(
        shared_store,
        ask("m", 1, "客诉", "提问", msg_id="m1"),
        staff(1 + MINUTE, role="bot", reply_to="m1"),
        act("asked", 1 + MINUTE, "message", "n", reply_to="m1"),
        staff(1 + 4 * MINUTE, reply_to="m1"),
        staff(1 + 6 * MINUTE, reply_to="m1"),
        ask("n", 1, "提问", msg_id="n1"),
        staff(1 + 20 * MINUTE, mentions=["n"]),
        staff(1 - MINUTE, mentions=["k"]),
        ask("k", 1, "催单"),
        ask("k", 1, "赞美", msg_id="k1"),
        ask("o", 2, "提问", group_id=None, scope="single", msg_id="o1"),
        staff(2 + 5 * MINUTE, group_id=None, scope="single"),  # answers nobody knows whom
        ask("p", 2, "客诉", group_id=None),
        ask("p", 2, "提问"),
        *(
            act("asked", 2 + at * MINUTE, "staff_message", "p", role=role, staff_id="s", group_id=None)
            for at, role in ((-1, "staff"), (1, "bot"), (3, "staff"), (4, "staff"))
        ),
        act("asked", 2 + 8 * MINUTE, "message", "m"),
    )
    columns = "member_id, intent, round(minutes, 3), open, late"
    assert read(shared_store, "questions", columns, "brand_id = 'asked'") == [
        ("k", "催单", 1448.0, 1, 1),
        ("m", "客诉", 4.0, 0, 0),
        ("m", "提问", 4.0, 0, 0),
        ("n", "提问", 20.0, 0, 1),
        ("o", "提问", 8.0, 1, 0),
        ("p", "客诉", 3.0, 0, 0),
        ("p", "提问", 8.0, 1, 0),
    ]
    figures = f"group_id, {day()}, questions, answered, median_minutes, p90_minutes, open, unanswered"
    assert read(shared_store, "reply_times", figures, "brand_id = 'asked'") == [
        ("", 2, 2, 1, 3.0, 3.0, 1, 0),
        ("g", 1, 3, 2, 20.0, 20.0, 1, 1),
        ("g", 2, 1, 0, None, None, 1, 0),
    ]


def test_value_of_what_is_said(shared_store: Engine) -> None:
    tell(
        shared_store,
        act("value", 1, "message", "m", msg_id="m1"),
        act("value", 1, "message", "n", reply_to="m1", msg_id="n1"),
        act("value", 1, "message", "n", reply_to="n1"),  # an answer to oneself
        act("value", 1, "broadcast", broadcast_id="b1"),
        act("value", 1.1, "push_clicked", "m", broadcast_id="b1", group_id=None),
        act("value", 1, "broadcast", broadcast_id="b2"),
    )
    columns = f"{day()}, messages, answered, clicked, valued, rate"
    assert read(shared_store, "message_value", columns, "brand_id = 'value'") == [(1, 5, 1, 1, 2, 0.4)]


def test_much_is_said_and_little_is_worth_it(shared_store: Engine) -> None:
    monday = (7 - START.weekday()) % 7
    answered = [
        act("worth", monday + 1, "message", "m", msg_id="a"),
        act("worth", monday + 1, "message", "n", reply_to="a"),
    ]
    tell(
        shared_store,
        *answered,
        *(act("worth", monday + 8, "message", "m") for _ in range(3)),
        act("worth", monday + 15, "message", "m"),
    )  # fmt: skip
    first = START + timedelta(days=monday)
    week = f"toInt32(dateDiff('day', toDate('{first:%Y-%m-%d}'), week)) AS n"
    assert read(
        shared_store, "value_weeks", f"{week}, messages, rate, little_worth", "brand_id = 'worth'"
    ) == [
        (0, 2, 0.5, 0),
        (7, 3, 0.0, 1),
        (14, 1, 0.0, 0),
    ]


def test_urging_over_the_groups_of_a_store(shared_store: Engine) -> None:
    def urge(at: float, member: str, **fields: Any) -> dict[str, Any]:
        return act("urging", at, "message", member, intent=["催单"], **fields)

    tell(
        shared_store,
        act("urging", 0, "group.created", group_meta={"store": "north"}),
        urge(3, "m"),
        urge(9, "m"),
        *(urge(10, member) for member in ("m", "n", "k")),
        *(urge(10, member, group_id="h", store_id="north") for member in ("m", "o")),
        *(urge(10, "p", group_id="alone", store_id="south") for _ in range(9)),
        urge(10, "q", group_id="nowhere"),
        urge(10, "s", role="staff"),
        act("urging", 10, "message", "m", intent=["客诉"]),
    )
    columns = f"store_id, {day()}, messages, members, groups, round(expected, 3), incident"
    assert read(shared_store, "urging_days", columns, "brand_id = 'urging'") == [
        ("", 10, 1, 1, 1, 0.0, 0),
        ("north", 3, 1, 1, 1, 0.0, 0),
        ("north", 9, 1, 1, 1, 0.143, 0),
        ("north", 10, 5, 4, 2, 0.286, 1),
        ("south", 10, 9, 1, 1, 0.0, 0),
    ]


def test_texts_that_come_again(shared_store: Engine) -> None:
    big = 2**64 - 1
    tell(
        shared_store,
        act("texts", 1, "message", "m", text_hash=big, intent=["提问"]),
        act("texts", 3, "message", "n", text_hash=big),
        act("texts", 3, "message", "s", text_hash=big, role="staff"),
        act("texts", 3, "message", "n", text_hash=big, group_id="h"),
        act("texts", 7, "message", "k", text_hash=big, intent=["提问"]),
        act("texts", 8, "message", "k", text_hash=big),  # day 1 is out of the window, so three again
        act("texts", 20, "message", "k", text_hash=big),
        *(act("texts", 20, "message", "k") for _ in range(3)),
    )
    columns = f"group_id, text_hash, {day()}, times, questions"
    assert read(shared_store, "repeated_texts", columns, "brand_id = 'texts'") == [
        ("g", big, 7, 3, 2),
        ("g", big, 8, 3, 1),
    ]


def test_topics(shared_store: Engine) -> None:
    tell(
        shared_store,
        *(act("topics", 0, "group.joined", one) for one in ("m", "n", "k", "o")),
        act("topics", 1, "broadcast", topic_id="tea", msg_id="b"),
        act("topics", 2, "message", "m", topic_id="tea", msg_id="m1", reply_to="b"),
        act("topics", 2, "message", "n", topic_id="tea", msg_id="n1"),
        act("topics", 2, "message", "n", reply_to="n1"),
        act("topics", 2, "message", "s", role="staff", topic_id="tea", reply_to="n1"),
        act("topics", 2, "message", "k"),
    )
    columns = f"topic_id, {day()}, messages, speakers, answered, response_rate, rate"
    assert read(shared_store, "topics", columns, "brand_id = 'topics'") == [("tea", 1, 4, 2, 1, 0.25, 0.5)]


def test_posts_that_repeat_themselves(shared_store: Engine) -> None:
    def post(at: float, **fields: Any) -> dict[str, Any]:
        return act("posts", at, "broadcast", **fields)

    tell(
        shared_store,
        post(1, text_simhash=0xFF00),
        post(2, text_simhash=0xFF07),  # three bits differ from the first
        post(3, text_simhash=0xFF0F, content_id="c"),  # four from the first, one from the second
        post(3.5, text_simhash=0x00FF),
        act("posts", 4, "message", "s", role="staff", content_id="c"),
        act("posts", 4, "message", "m", content_id="c"),  # of a member
        post(20, text_simhash=0xFF00),  # seven days are over
        post(20.1, group_id="h", text_simhash=0xFF00),
    )
    columns = f"group_id, {day()}, posts, repeats, week_share"
    assert read(shared_store, "staff_repeats", columns, "brand_id = 'posts'") == [
        ("g", 1, 1, 0, 0.0),
        ("g", 2, 1, 1, 0.5),
        ("g", 3, 2, 1, 0.5),
        ("g", 4, 1, 1, 0.6),
        ("g", 20, 1, 0, 0.0),
        ("h", 20, 1, 0, 0.0),
    ]
