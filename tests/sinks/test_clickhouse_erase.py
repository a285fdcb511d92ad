"""The tables forget a member: own rows go, others' rows lose the id, other members and brands keep theirs."""

import json
from base64 import b64encode
from typing import Any

import pytest

from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.writer import Writer
from tests.sinks.test_http_world import ALERT, AT, CHANGE, PROFILE

IDS = ["m1", "a'b\\c\"d", "微信 用户", "x.*", "%2F\n"]


def event(number: int, member: str | None, **more: Any) -> bytes:
    fact = {"event_id": f"e{number}", "kind": "chat", "type": "message", "ts": AT}
    return json.dumps(
        fact | ({} if member is None else {"member_id": member}) | more, ensure_ascii=number % 2 == 0
    ).encode()


def invited(member: str) -> dict[str, Any]:
    """An alert whose leavers had one inviter, in its evidence and in its words (`models.groups.wording`)."""
    return {"evidence": {"causes": [f"inviter:{member}", "benefit"]}, "text_zh": f"12 人退群;多由 {member} 邀请入群。",
            "text_en": f"12 left; most were invited by {member}."}  # fmt: skip


def staffed(member: str) -> dict[str, Any]:
    """An alert about somebody else that names the id as a member of staff (`models.alerting`)."""
    return {"evidence": {"staff": [member, "s2"]}, "text_zh": f"成员 other(员工 {member},员工 s2):删了好友。",
            "text_en": f"Member other (staff {member}, staff s2): deleted."}  # fmt: skip


def letter(offset: int, value: bytes) -> bytes:
    return json.dumps(
        {"topic": "chat", "partition": 0, "offset": offset, "stage": "contract", "reason": "bad_time", "detail": "",
         "value_base64": b64encode(value).decode(), "value_size": len(value), "failed_at": AT}
    ).encode()  # fmt: skip


def filled(store: Engine, member: str) -> None:
    events = [
        event(1, member), event(2, member), event(3, "other", mentions=["p", member, "q"]), event(4, "other", inviter_id=member),
        event(5, "other", staff_id=member, text=f"no id is {member} in here"), event(6, member, brand_id="b2"), event(7, None),
        event(8, "other", inviter_id=member + "0", mentions=[member + "0"]),
    ]  # fmt: skip
    facts: dict[str, list[bytes]] = {
        "tag_changes": [told(CHANGE, member_id=member), told(CHANGE, member_id="other")],
        "member_profiles": [told(PROFILE, member_id=member), told(PROFILE, member_id="other")],
        "alerts": [
            told(ALERT, evidence={"first_leavers": ["z", member]}),
            told(ALERT, alert_id="a2", evidence={}),
            told(ALERT, alert_id="a3", **invited(member)),
            told(ALERT, alert_id="a4", group_id="", member_id=member, tag="risk", evidence={}),
            told(ALERT, alert_id="a5", group_id="", member_id="other", tag="lost", **staffed(member)),
        ],
        "dead_letters": [
            letter(1, event(20, member, ts="?")),
            letter(2, event(21, member, brand_id="b2")),
            letter(3, event(23, "o")),
        ],
    }  # fmt: skip
    Writer(store).write("events", "t", 0, 0, 7, [(raw, "chat", 0, n, AT) for n, raw in enumerate(events)])
    for table, rows in facts.items():
        Writer(store).write(table, table, 0, 0, len(rows), [(raw, table, 0, n) for n, raw in enumerate(rows)])


def told(fact: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({name: value for name, value in (fact | more).items() if value is not None}).encode()


@pytest.mark.parametrize("member", IDS)
def test_a_member_is_forgotten_and_nobody_else(store: Engine, member: str) -> None:
    filled(store, member)
    expected = {
        "events": 2,
        "tag_changes": 1,
        "member_profiles": 1,
        "events_of_others": 3,
        "alerts": 1,
        "alerts_of_others": 3,
        "dead_letters": 1,
    }
    assert erase_member(store, "default", member, dry_run=True) == expected
    assert erase_member(store, "default", member) == expected
    assert set(erase_member(store, "default", member).values()) == {0}

    db = store.database
    rows = store.query(f"SELECT event_id, raw, staff_id FROM {db}.events ORDER BY event_id")
    assert [row["event_id"] for row in rows] == ["e3", "e4", "e5", "e6", "e7", "e8"]
    others = [json.loads(row["raw"]) for row in rows]
    assert (others[0]["mentions"], others[1]["inviter_id"], others[2]["staff_id"]) == (
        ["p", "erased", "q"],
        "erased",
        "erased",
    )
    assert rows[2]["staff_id"] == "erased" and others[3]["member_id"] == member
    assert others[5]["inviter_id"] == member + "0"
    for table in ("tag_changes", "member_profiles"):
        assert [row["member_id"] for row in store.query(f"SELECT member_id FROM {db}.{table}")] == ["other"]
    evidence = [
        json.loads(row["evidence"])
        for row in store.query(f"SELECT evidence FROM {db}.alerts ORDER BY alert_id")
    ]
    assert evidence == [
        {"first_leavers": ["z", "erased"]},
        {},
        {"causes": ["inviter:erased", "benefit"]},
        {"staff": ["erased", "s2"]},
    ]
    (words,) = store.query(f"SELECT text_zh, text_en FROM {db}.alerts WHERE alert_id = 'a3'")
    assert words == {
        "text_zh": "12 人退群;多由 erased 邀请入群。",
        "text_en": "12 left; most were invited by erased.",
    }
    (words,) = store.query(f"SELECT text_zh, text_en FROM {db}.alerts WHERE alert_id = 'a5'")
    assert words == {
        "text_zh": "成员 other(员工 erased,员工 s2):删了好友。",
        "text_en": "Member other (staff erased, staff s2): deleted.",
    }
    assert [
        row["offset"] for row in store.query(f"SELECT offset FROM {db}.dead_letters ORDER BY offset")
    ] == [2, 3]
