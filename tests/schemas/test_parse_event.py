"""The door: what comes in, what is refused, and how it is told."""

import json
import pickle
from typing import Any

import pytest

from schemas.errors import DETAIL_CHARS, ContractError, Reason
from schemas.events import MAX_AHEAD_MS, parse_event
from schemas.rows import KINDS

NOW = 1_767_700_000_000
MESSAGE: dict[str, Any] = {
    "event_id": "e1",
    "kind": "chat",
    "type": "message",
    "ts": "2026-01-05T09:00:00Z",
    "member_id": "m1",
    "group_id": "g1",
}
PAID = {**MESSAGE, "kind": "order", "type": "paid", "order_id": "o1", "paid_fen": 1990}


def written(event: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**event, **changes}).encode()


def reason_of(raw: bytes | None, **limits: Any) -> Reason:
    with pytest.raises(ContractError) as caught:
        parse_event(raw, NOW, **limits)
    return caught.value.reason


@pytest.mark.parametrize(
    "line",
    [
        '{"event_id":"e1","kind":"chat","type":"message","ts":"2026-01-05T09:00:00Z","member_id":"m1","group_id":"g1"}',
        '{"event_id":"e2","kind":"join","type":"group.joined","ts":"2026-01-05T09:00:01Z","member_id":"m1",'
        '"group_id":"g1"}',
        '{"event_id":"e3","kind":"order","type":"paid","ts":"2026-01-05T09:00:02Z","member_id":"m1","order_id":"o1",'
        '"paid_fen":1990}',
        '{"event_id":"e4","kind":"order","type":"refunded","ts":"2026-01-06T09:00:02Z","member_id":"m1",'
        '"order_id":"o1","refund_fen":1990}',
        '{"event_id":"e5","kind":"checkin","type":"signin","ts":"2026-01-05T09:00:03Z","member_id":"m1",'
        '"group_id":"g1"}',
    ],
)
def test_the_minimal_event_of_each_kind_is_accepted(line: str) -> None:
    event = parse_event(line.encode(), NOW)
    told = json.loads(line)
    assert (event.event_id, event.kind, event.type) == (told["event_id"], told["kind"], told["type"])
    assert (event.brand_id, event.role) == ("default", "customer")
    assert event.kind in KINDS


def test_an_accepted_event_is_typed_frozen_and_keeps_what_it_does_not_know() -> None:
    event = parse_event(written(MESSAGE, mood={"smile": 3}), NOW, "chat")
    assert event.ts == 1_767_603_600_000
    assert event.model_extra == {"mood": {"smile": 3}}
    with pytest.raises(ValueError, match="frozen"):
        event.member_id = "m2"


@pytest.mark.parametrize(
    ("kind", "type_", "more"),
    [
        ("chat", "broadcast", {}),
        ("join", "group.created", {"group_id": "g1"}),
        ("join", "group.updated", {"group_id": "g1"}),
        ("join", "group.dissolve_notice", {"group_id": "g1"}),
        ("join", "group.dissolved", {"group_id": "g1"}),
        ("join", "staff.reassigned", {}),
        ("order", "visited", {}),
        ("order", "placed", {"order_id": "o1"}),
        ("order", "paid", {"order_id": "o1", "paid_fen": 0}),
        ("order", "refunded", {"order_id": "o1", "refund_fen": 1}),
    ],
)
def test_some_types_need_no_member(kind: str, type_: str, more: dict[str, Any]) -> None:
    event = {"event_id": "e", "kind": kind, "type": type_, "ts": NOW}
    assert parse_event(written(event, **more), NOW).member_id is None
    assert parse_event(written(event, member_id=None, **more), NOW).member_id is None


@pytest.mark.parametrize(("kind", "type_"), [("chat", "share"), ("order", "cart_added"), ("checkin", "task")])
def test_all_others_do(kind: str, type_: str) -> None:
    assert (
        reason_of(written({"event_id": "e", "kind": kind, "type": type_, "ts": NOW})) == Reason.MISSING_FIELD
    )


@pytest.mark.parametrize("raw", [None, b"", b"  \n\t"])
def test_nothing_is_empty(raw: bytes | None) -> None:
    assert reason_of(raw) == Reason.EMPTY


@pytest.mark.parametrize("raw", [b"[]", b"3", b"null", b'"text"', b"true"])
def test_a_scalar_is_no_object(raw: bytes) -> None:
    assert reason_of(raw) == Reason.NOT_OBJECT


def test_size_is_judged_before_anything_else() -> None:
    raw = written(MESSAGE)
    parse_event(raw, NOW, max_bytes=len(raw))
    assert reason_of(raw, max_bytes=len(raw) - 1) == Reason.TOO_LARGE
    assert reason_of(b"\xff" * 300_000) == Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": 3}, Reason.WRONG_TYPE),
        ({"kind": None}, Reason.WRONG_TYPE),
        ({"kind": {"chat": 1}}, Reason.WRONG_TYPE),
        ({"kind": "Chat"}, Reason.UNKNOWN_KIND),
        ({"type": 3}, Reason.WRONG_TYPE),
        ({"type": "Message"}, Reason.UNKNOWN_TYPE),
        ({"kind": "checkin", "type": 3}, Reason.WRONG_TYPE),
        ({"kind": "checkin", "type": "message"}, Reason.UNKNOWN_TYPE),
        ({"event_id": 7}, Reason.WRONG_TYPE),
        ({"event_id": ""}, Reason.BAD_VALUE),
        ({"event_id": "群" * 128 + "x"}, Reason.TOO_LONG),
        ({"brand_id": None}, Reason.WRONG_TYPE),
        ({"brand_id": "a\x1fb"}, Reason.BAD_VALUE),
        ({"role": 1}, Reason.WRONG_TYPE),
        ({"incentive": 1}, Reason.WRONG_TYPE),
        ({"mentions": "m2"}, Reason.WRONG_TYPE),
        ({"red_packet": []}, Reason.WRONG_TYPE),
        ({"red_packet": {"parts": -1}}, Reason.BAD_VALUE),
        ({"red_packet": {"expire_ts": "soon"}}, Reason.BAD_TIME),
        ({"text": "x" * 16_385}, Reason.TOO_LONG),
        ({"text_hash": 2**64}, Reason.BAD_VALUE),
        ({"text_hash": -1}, Reason.BAD_VALUE),
        ({"scheduled_ts": 1_767_603_600}, Reason.TOO_EARLY),
        ({"ingest_ts": 10**17}, Reason.TOO_LATE),
        ({"ts": True}, Reason.WRONG_TYPE),
        ({"ts": None}, Reason.WRONG_TYPE),
        ({"dice_value": float("nan")}, Reason.BAD_VALUE),
        ({"anything": [float("inf")]}, Reason.BAD_VALUE),
        ({"points_delta": 10**30}, Reason.BAD_VALUE),
        ({"local_day": "today"}, Reason.BAD_VALUE),
    ],
)
def test_each_fault_has_its_reason(changes: dict[str, Any], reason: Reason) -> None:
    assert reason_of(written(MESSAGE, **changes)) == reason


@pytest.mark.parametrize("paid", [10**12 + 1, -1])
def test_money_stays_in_bounds(paid: int) -> None:
    assert reason_of(written(PAID, paid_fen=paid)) == Reason.BAD_VALUE


def test_hashes_may_fill_64_bits() -> None:
    event = parse_event(written(MESSAGE, text_hash=2**64 - 1), NOW)
    assert event.model_dump()["text_hash"] == 2**64 - 1


def test_now_decides_what_is_too_far_ahead() -> None:
    parse_event(written(MESSAGE, ts=NOW + MAX_AHEAD_MS), NOW)
    assert reason_of(written(MESSAGE, ts=NOW + MAX_AHEAD_MS + 1)) == Reason.TOO_LATE
    assert reason_of(written(MESSAGE, ts=NOW + 1), max_ahead=0) == Reason.TOO_LATE
    # Plans may lie anywhere ahead.
    parse_event(written(MESSAGE, scheduled_ts="9999-12-31T23:59:59Z"), NOW)


def test_a_topic_takes_its_own_kind_only() -> None:
    parse_event(written(PAID), NOW, "order")
    assert reason_of(written(PAID), topic_kind="chat") == Reason.WRONG_TOPIC


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": "x" * 100_000},
        {"mentions": ["y" * 50_000]},
        {"x" * 50_000: 1, "role": "z" * 50_000},
        {"kind": "k\n\r\u2028" * 10_000},
        {"ts": int("9" * 4000)},
        {"kind": "join", "type": "profile.updated", "manual_tag": {"key": {"a" * 9000: 1}}},
    ],
)
def test_the_detail_is_one_short_line_that_does_not_repeat_the_event(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractError) as caught:
        parse_event(written(MESSAGE, **changes), NOW)
    detail = caught.value.detail
    assert 0 < len(detail) <= DETAIL_CHARS
    assert detail.isprintable()
    assert "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" not in detail


def test_the_detail_names_the_field_what_was_found_and_what_is_expected() -> None:
    with pytest.raises(ContractError) as caught:
        parse_event(written(PAID, lines=[{"sku": "s"}, {"sku": "t", "qty": "two"}]), NOW)
    assert caught.value.detail == 'lines.1.qty: Input should be a valid integer; found "two"'


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ContractError(Reason.BAD_TIME, "ts: no zone")))
    assert (error.reason, error.detail) == (Reason.BAD_TIME, "ts: no zone")
