"""Questions that wait for staff, by example. Times are in s after Monday 00:00; service is from 9 to 21. Ids are rows."""

import pytest

from models.groups.erasure import erase, names
from models.groups.state import snapshot

NINE, MINUTE, DAY = 9 * 3600, 60, 86_400
NOON = 12 * 3600


def ask(stage, at, member="m1", intent="客诉", **more):
    return stage.play(at, "message", member, intent=[intent], msg_id=f"msg-{member}-{at}", **more)


def answer(stage, at, to=None, mentions=None, role="staff"):
    return stage.play(at, "message", "s1", role=role, reply_to=to, mentions=mentions)


def told(stage):
    return [
        (one.state, one.severity, one.observed, one.as_of // 1000 % DAY)
        for one in stage.alerts
        if one.kind == "unanswered"
    ]


def reply(at):
    return {"to": f"msg-m1-{at}"}


WAITED = [("opened", "warning", 1, NOON + 600)]
CASES = [
    pytest.param(NOON, None, WAITED, id="T84 nobody answers"),
    pytest.param(NOON, (NOON + 599, reply(NOON)), [], id="T84 answered in time"),
    pytest.param(
        NOON,
        (NOON + 601, reply(NOON)),
        [("opened", "warning", 1, NOON + 600), ("closed", "warning", 0, NOON + 601)],
        id="T84 answered late",
    ),
    pytest.param(NOON, (NOON + 60, {"mentions": ["m1"]}), [], id="T84 the member is mentioned"),
    pytest.param(NOON, (NOON + 60, {"mentions": ["m2"]}), WAITED, id="T84 another is mentioned"),
    pytest.param(NOON, (NOON + 60, {"to": "else"}), WAITED, id="T84 another message is named"),
    pytest.param(
        NOON, (NOON + 60, {"to": "else", "mentions": ["m1"]}), [("opened", "warning", 1, NOON + 600)],
        id="T84 an answer to another message that mentions the member",
    ),
    pytest.param(NOON, (NOON + 60, reply(NOON) | {"role": "bot"}), WAITED, id="T84 a bot's answer is none"),
    pytest.param(NOON, (NOON + 60, reply(NOON) | {"role": "customer"}), WAITED, id="T84 a member's answer is none"),
    pytest.param(NOON, (NOON + 60, reply(NOON) | {"role": "admin"}), [], id="T84 an admin answers"),
    pytest.param(NINE - 3600, None, [("opened", "warning", 1, NINE + 600)], id="G71 asked before service"),
    pytest.param(21 * 3600 - 240, None, [("opened", "warning", 1, NINE + 360)], id="G71 service ends meanwhile"),
    pytest.param(22 * 3600, None, [("opened", "warning", 1, NINE + 600)], id="G71 asked after service"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "answered", "expected"), CASES)
def test_who_waits_too_long_is_told(stage, asked, answered, expected) -> None:
    ask(stage, asked)
    stage.restart()
    if answered is not None:
        at, how = answered
        answer(stage, at, **how)
    stage.until(asked + DAY - 1)
    assert told(stage) == expected


@pytest.mark.parametrize(("intent", "severity"), [("提问", "info"), ("催单", "info"), ("客诉", "warning")])
def test_g71_questions_are_told_less_loudly(stage, intent, severity) -> None:
    ask(stage, NOON, intent=intent)
    stage.until(NOON + 600)
    assert told(stage) == [("opened", severity, 1, NOON + 600)]


@pytest.mark.parametrize(("intent", "role"), [("赞美", "customer"), ("客诉", "staff"), ("客诉", "bot")])
def test_what_asks_for_nobody_is_no_case(stage, intent, role) -> None:
    ask(stage, NOON, intent=intent, role=role)
    stage.until(NOON + DAY)
    assert told(stage) == [] and stage.state.waiting.cases == {}


def test_one_alert_while_any_waits(stage) -> None:
    for number in range(3):
        ask(stage, NOON + number, f"m{number}", intent="提问")
    ask(stage, NOON + 3, "m3")
    stage.until(NOON + 700)
    for number, intent in enumerate(("m0", "m1", "m2", "m3")):
        answer(stage, NOON + 800 + number, to=f"msg-{intent}-{NOON + number}")
    assert told(stage) == [
        ("opened", "info", 1, NOON + 600),
        ("updated", "info", 2, NOON + 601),
        ("updated", "warning", 4, NOON + 603),
        ("closed", "warning", 0, NOON + 803),
    ]
    alerts = [one for one in stage.alerts if one.kind == "unanswered"]
    assert len({one.alert_id for one in alerts}) == 1 and [one.version for one in alerts] == [1, 2, 3, 4]
    assert alerts[2].evidence["asked_by"] == ["m0", "m1", "m2", "m3"]
    assert (alerts[2].evidence["complaints"], alerts[2].evidence["questions"]) == (1, 3)
    assert alerts[2].text_zh == "群 g 有 4 条提问或客诉超过 10 分钟未回复,其中客诉 1 条。"


def test_what_nobody_answers_is_given_up_after_a_day(stage) -> None:
    ask(stage, NOON)
    stage.until(NOON + DAY)
    assert told(stage) == [("opened", "warning", 1, NOON + 600), ("closed", "warning", 0, NOON)]
    assert stage.state.waiting.cases == {} and stage.state.waiting.due is None


@pytest.mark.parametrize("how", [{"to": f"msg-m1-{NOON}"}, {"mentions": ["m1"]}])
def test_an_answer_that_arrives_before_its_question_counts(stage, how) -> None:
    question = stage.event(NOON, "message", "m1", intent=["客诉"], msg_id=f"msg-m1-{NOON}")
    answer(stage, NOON + 30, **how)
    stage.fold(question, offset=stage.offset + 1)
    stage.until(NOON + DAY)
    assert told(stage) == []


def test_a_repeat_asks_once_and_a_bound_holds(new_stage) -> None:
    stage = new_stage(cases=3)
    for number in range(9):
        ask(stage, NOON + number, f"m{number}", event_id=f"q{number // 2}")
    assert [case.member for case in stage.state.waiting.cases.values()] == ["m4", "m6", "m8"]


def test_an_erased_member_is_not_named(stage) -> None:
    ask(stage, NOON)
    answer(stage, NOON - 60, mentions=["m1"])
    assert names(stage.state, "m1") and erase(stage.state, "m1", "erased:x")
    assert not names(stage.state, "m1")
    stage.state.waiting.cases["e0"].msg_id = ""
    assert b"m1" not in snapshot(stage.state).replace(b"m10", b"")
    (alert,) = stage.until(NOON + 600)
    assert alert.evidence["asked_by"] == ["erased:x"]
