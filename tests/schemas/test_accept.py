"""The short way in takes nothing that the contract refuses, and sees what the contract sees."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.accept import accept, quickly
from schemas.errors import ContractError
from schemas.events import CONTRACTS, parse_event
from schemas.example_files import EXAMPLE_NOW, accepted, refused
from tests.schemas.test_two_readers import (
    CORPUS,
    EXAMPLES,
    MINIMAL,
    NAMES,
    TOKENS,
    bounded,
    json_values,
    seen_by_contract,
    seen_by_models,
)

ROUTED = ("event_id", "ts", "brand_id", "member_id", "group_id")
CHECKIN = (
    b'{"event_id":"e","kind":"checkin","type":"signin","ts":1767603600000,"member_id":"m","local_day":"@"}'
)

TAKEN = [
    MINIMAL,
    b'{"event_id":"e2","kind":"join","type":"group.joined","ts":1767603601000,"member_id":"m1","group_id":"g1"}',
    b'{"event_id":"e3","kind":"order","type":"paid","ts":"2026-01-05T09:00:02+08:00","order_id":"o1","paid_fen":1990}',
    b'{"event_id":"e5","kind":"checkin","type":"signin","ts":"2026-01-05T09:00:03Z","member_id":"m1",'
    b'"local_day":"2024-02-29","points_expire_ts":"2027-01-01T00:00:00Z","ids":{"openid":"o"}}',
    b'{"event_id":"e6","kind":"chat","type":"red_packet_sent","ts":1767603601000,"member_id":"m1","red_packet":'
    b'{"id":"r","parts":3,"expire_ts":"2026-01-06T00:00:00.123456789z"},"text":"\\u7fa4","brand_id":"\xe5\x93\x81"}',
]


def check(raw: bytes, kind: str | None = None) -> None:
    """Whatever is taken by the short way is an event of that kind to the contract, with the same values."""
    for one in CONTRACTS if kind is None else (kind,):
        event = quickly(raw, one)
        if event is not None:
            contract = parse_event(raw, event.ts, one)
            assert [getattr(event, name) for name in ROUTED] == [getattr(contract, name) for name in ROUTED]
            assert seen_by_models(raw, event.ts) == seen_by_contract(contract)


@pytest.mark.parametrize("raw", TAKEN, ids=range(len(TAKEN)))
def test_ordinary_events_are_taken_and_only_as_their_own_kind(raw: bytes) -> None:
    kinds = [kind for kind in CONTRACTS if quickly(raw, kind) is not None]
    assert kinds == [json.loads(raw)["kind"]]
    check(raw)


@pytest.mark.parametrize("found", accepted(), ids=lambda found: found.path)
def test_every_example_is_accepted_as_the_contract_accepts_it(found: Any) -> None:
    event = accept(found.raw, EXAMPLE_NOW, found.kind)
    contract = parse_event(found.raw, EXAMPLE_NOW, found.kind)
    assert [getattr(event, name) for name in ROUTED] == [getattr(contract, name) for name in ROUTED]
    check(found.raw)


@pytest.mark.parametrize("found", refused(), ids=lambda found: found.path)
def test_every_refused_example_is_refused_for_the_same_reason(found: Any) -> None:
    for kind in CONTRACTS:
        try:
            parse_event(found.raw, EXAMPLE_NOW, kind)
        except ContractError as expected:
            with pytest.raises(ContractError) as caught:
                accept(found.raw, EXAMPLE_NOW, kind)
            assert (caught.value.reason, caught.value.detail) == (expected.reason, expected.detail)
        else:
            accept(found.raw, EXAMPLE_NOW, kind)


@pytest.mark.parametrize("raw", [None, b"", MINIMAL + b" " * 300_000])
def test_nothing_and_too_much_are_refused(raw: bytes | None) -> None:
    with pytest.raises(ContractError):
        accept(raw, EXAMPLE_NOW, "chat")


def test_limits_hold_on_the_short_way_too() -> None:
    ts = accept(MINIMAL, EXAMPLE_NOW, "chat").ts
    accept(MINIMAL, ts - 5, "chat", max_bytes=len(MINIMAL), max_ahead=5)
    for limits in ({"max_bytes": len(MINIMAL) - 1}, {"max_ahead": 4}):
        with pytest.raises(ContractError):
            accept(MINIMAL, ts - 5, "chat", **limits)


DAYS = [
    "2026-02-29",
    "2024-02-29",
    "0000-01-01",
    "0001-01-01",
    "2026-1-1",
    "20260101",
    "2026-01-01\n",
    "２026-01-01",
]


@pytest.mark.parametrize("day", DAYS)
def test_days(day: str) -> None:
    check(CHECKIN.replace(b'"@"', json.dumps(day).encode()), "checkin")


@pytest.mark.parametrize(
    "brand", ["a\n", "a|b", "a\x1fb", "", "\x7f", "x" * 128, "群" * 129, "a\nb", "\u2028"]
)
def test_brands(brand: str) -> None:
    check(MINIMAL[:-1] + b',"brand_id":' + json.dumps(brand).encode() + b"}", "chat")


@bounded
@given(ts=st.text(alphabet="0123456789-T:Zz+. t", max_size=30) | st.integers(-(10**18), 10**18))
@example(ts="2026-01-05T09:00:00.1234567891Z")
@example(ts="2026-01-05T09:00:00+0800")
@example(ts="9999-12-31T23:59:59-01:00")
@example(ts="1989-12-31T23:59:59Z")
@example(ts="2026-01-05T23:59:60Z")
@example(ts="2026-01-05 09:00:00Z")
def test_instants(ts: str | int) -> None:
    for name in ("ts", "ingest_ts"):
        event = {**json.loads(MINIMAL), name: ts}
        check(json.dumps(event).encode(), "chat")


@bounded
@given(
    raw=st.sampled_from([*CORPUS, *TAKEN]),
    flips=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 600),
)
def test_damaged_bytes(raw: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(raw)
    for at, byte in flips:
        if damaged:
            damaged[at % len(damaged)] = byte
    check(bytes(damaged))
    check(bytes(damaged[:cut]))


@bounded
@given(raw=st.sampled_from([*EXAMPLES, *TAKEN]), where=st.integers(0), token=st.sampled_from(TOKENS))
def test_a_value_replaced(raw: bytes, where: int, token: str) -> None:
    event = json.loads(raw)
    event[sorted(event)[where % len(event)]] = "@here@"
    check(json.dumps(event).replace('"@here@"', token).encode())


@bounded
@given(
    raw=st.sampled_from([*EXAMPLES, *TAKEN]),
    added=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(TOKENS)), min_size=1, max_size=3),
    last=st.booleans(),
)
@example(raw=MINIMAL, added=[("type", '"message"')], last=True)
@example(raw=MINIMAL, added=[("type", '"broadcast"')], last=True)
@example(raw=MINIMAL, added=[("kind", '"order"')], last=False)
def test_a_key_added_or_repeated(raw: bytes, added: list[tuple[str, str]], last: bool) -> None:
    text = raw.decode().strip()
    more = ",".join(f'"{name}":{token}' for name, token in added)
    check((text[:-1] + "," + more + "}" if last else "{" + more + "," + text[1:]).encode())


@bounded
@given(
    raw=st.sampled_from([*EXAMPLES, *TAKEN]),
    where=st.integers(0),
    value=json_values,
    ascii_only=st.booleans(),
)
def test_any_json_anywhere(raw: bytes, where: int, value: Any, ascii_only: bool) -> None:
    event = json.loads(raw)
    names = [*sorted(event), *NAMES]
    event[names[where % len(names)]] = value
    check(json.dumps(event, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"a":' * 40_000, b"9" * 200_000, MINIMAL * 2])
def test_hostile_shapes(raw: bytes) -> None:
    check(raw)
    check(MINIMAL[:-1] + b',"red_packet":' + raw + b"}")
