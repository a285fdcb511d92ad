"""Choosing and repairing dead letters."""

import base64
import json
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from streams.dlq import Filter, Letter, moment, names_member
from streams.dlq_edit import CannotEdit, Edit, read_value

NOW = 1_767_603_600_000


def letter(value: bytes = b'{"member_id":"m1"}', **more: Any) -> Letter:
    plain: dict[str, Any] = {
        "topic": "qunpulse.chat", "partition": 1, "offset": 2, "stage": "contract", "reason": "bad_time",
        "value_size": len(value), "value_sha256": "", "failed_at": NOW, "value_base64": base64.b64encode(value).decode(),
        "of_a_later_version": 1,
    } | more  # fmt: skip
    raw = json.dumps(plain).encode()
    return msgspec.structs.replace(msgspec.json.decode(raw, type=Letter), raw=raw)


ONE = letter()


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (Filter(), True),
        (Filter(reasons=["bad_time", "empty"]), True),
        (Filter(reasons=["empty"]), False),
        (Filter(stages=["model"]), False),
        (Filter(topics=["chat"], prefix="qunpulse."), True),
        (Filter(topics=["qunpulse.chat"], prefix="qunpulse."), True),
        (Filter(topics=["order"], prefix="qunpulse."), False),
        (Filter(ids=["qunpulse.chat:1:2"]), True),
        (Filter(ids=["qunpulse.chat:1:3"]), False),
        (Filter(member="m1"), True),
        (Filter(member="m"), False),
        (Filter(since=NOW, until=NOW + 1), True),
        (Filter(since=NOW + 1), False),
        (Filter(until=NOW), False),
        (Filter(statuses=["replayed"]), False),
    ],
)
def test_a_filter_means(wanted: Filter, meant: bool) -> None:
    assert wanted.choose([ONE]) == ([ONE] if meant else [])


def test_a_limit_takes_the_first() -> None:
    others = [letter(offset=number) for number in range(5)]
    assert Filter(limit=2).choose(others) == others[:2]


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b'{"member_id":"m1","text":"m2"}', False),
        (b'{"member_id": "m2"', True),
        (b'{"member_id": "m22"', False),
        (b'{"member_id": "xm2"', False),
        ('{"member_id": "m2", "名"'.encode("gb18030"), True),
        (b'["m2"]', True),
        (b"", False),
    ],
)
def test_a_member_is_found_in_bytes_that_cannot_be_read(raw: bytes, named: bool) -> None:
    assert names_member(raw, "m2") is named


def test_a_member_is_found_however_it_is_escaped() -> None:
    assert names_member(json.dumps({"x": "成员"}).encode()[:-1], "成员")
    assert names_member(json.dumps({"x": "成员"}, ensure_ascii=False).encode()[:-1], "成员")


def test_what_a_later_version_told_is_shown_and_kept() -> None:
    told = ONE.plain()
    assert told["of_a_later_version"] == 1
    assert told["text"] == '{"member_id":"m1"}'
    assert letter(b"\xff").plain()["text"] is None


def test_a_letter_knows_whether_its_original_is_whole() -> None:
    assert ONE.whole
    assert not letter(value_size=9_999_999).whole


def test_moments() -> None:
    assert moment("2h", NOW) == NOW - 7_200_000
    assert moment("2026-01-05T17:00:00+08:00", NOW) == NOW
    for wrong in ("2026-01-05T17:00:00", "yesterday", "", "5w"):
        with pytest.raises(ValueError, match="is no time"):
            moment(wrong, NOW)


def test_repairs() -> None:
    raw = '{"ts":"2026-01-05 17:00:00","paid_fen":"19.90","a":{"b":1},"名":"值"}'.encode()
    edit = Edit(
        dict(map(read_value, ["paid_fen=1990", "a.b=null", "a.c=x", "n.new=true"])), ZoneInfo("Asia/Shanghai")
    )
    assert json.loads(edit.apply(raw)) == {
        "ts": "2026-01-05T17:00:00+08:00", "paid_fen": 1990, "a": {"c": "x"}, "n": {"new": True}, "名": "值",
    }  # fmt: skip
    assert Edit().apply(b"\xff") == b"\xff"
    assert Edit(encoding="gb18030").apply("打卡".encode("gb18030")) == "打卡".encode()


def test_a_zone_leaves_a_time_alone_that_has_one() -> None:
    zone = Edit(zone=ZoneInfo("Asia/Shanghai"))
    for ts in ("2026-01-05T09:00:00Z", 1_767_603_600_000):
        assert json.loads(zone.apply(json.dumps({"ts": ts}).encode()))["ts"] == ts


@pytest.mark.parametrize(
    ("edit", "raw", "told"),
    [
        (Edit({"a": 1}), b'{"a"', "no JSON"),
        (Edit({"a": 1}), b"[]", "no JSON object"),
        (Edit({"a.b": 1}), b'{"a":1}', "a is no object"),
        (Edit(encoding="gb18030"), b"\xff", "not gb18030"),
        (Edit(zone=ZoneInfo("Asia/Shanghai")), b'{"ts":"soon"}', "ts: "),
    ],
)
def test_what_cannot_be_repaired_is_told(edit: Edit, raw: bytes, told: str) -> None:
    with pytest.raises(CannotEdit, match=told):
        edit.apply(raw)


@pytest.mark.parametrize("text", ["", "a", "=1", ".=1"])
def test_a_repair_has_a_field_and_a_value(text: str) -> None:
    with pytest.raises(ValueError, match="is not field=value"):
        read_value(text)
