"""Pydantic judges, msgspec reads again: whatever bytes come, the two see the same or the event is refused."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import view
from schemas.errors import DETAIL_CHARS, ContractError
from schemas.events import Event, parse_event
from schemas.example_files import EXAMPLE_NOW, accepted, refused
from schemas.times import to_ms

bounded = settings(deadline=None, max_examples=200)

EXAMPLES = [found.raw for found in accepted()]
CORPUS = EXAMPLES + [found.raw for found in refused() if len(found.raw) < 2000]
MINIMAL = b'{"event_id":"e1","kind":"chat","type":"message","ts":"2026-01-05T09:00:00Z","member_id":"m1"}'

TOKENS = (
    ["1.0", "1e2", "-0", "0", "-1", "1e999", "NaN", "Infinity", "-Infinity", "01", "+1", "1.", ".5", "0x1"]
    + [str(2**63 - 1), str(2**63), str(2**64 - 1), str(2**64), "9" * 400, "9" * 5000, "1767603600000"]
    + [
        '""',
        '"x"',
        '"\\u0000"',
        '"\\ud83d"',
        '"\\udc00\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\x"',
        '"a\tb"',
        "'x'",
    ]
    + ["true", "false", "null", "True", "None", "[]", "{}", "[1,]", "[[]]", '{"id":1}', '{"id":"r","id":2}']
    + ['{"best":1}', '{"amount_fen":1.0}', '{"parts":NaN}', "[" * 190 + "]" * 190, "[" * 250 + "]" * 250]
    + ['"2026-01-05"', '"2026-01-05T09:00:00Z"', '"2026-01-05T09:00:00"', '"chat"', '"order"', '"paid"', ""]
)
NAMES = sorted(
    {*view.Event.__struct_fields__, "text", "lines", "profile", "ids", "anything", "\\u0074s", "\\ud800"}
)


def check(raw: bytes) -> None:
    """Nothing but a `ContractError` comes out; what is accepted looks the same to both readers."""
    try:
        event = parse_event(raw, EXAMPLE_NOW)
    except ContractError as error:
        assert 0 < len(error.detail) <= DETAIL_CHARS
        assert error.detail.isprintable()
        return
    assert seen_by_models(raw, event.ts) == seen_by_contract(event)


def seen_by_models(raw: bytes, ts: int) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(view.read_event(raw, ts))
    return with_times_read(told)


def seen_by_contract(event: Event) -> dict[str, Any]:
    everything = event.model_dump(mode="python", exclude_none=True)
    told: dict[str, Any] = msgspec.to_builtins(msgspec.convert(everything, view.Event))
    return with_times_read(told)


def with_times_read(told: Any) -> Any:
    """Moments within an event as ms: models read them where they use them, the contract at once."""
    if isinstance(told, list):
        return [with_times_read(one) for one in told]
    if not isinstance(told, dict):
        return told
    read = {name: with_times_read(value) for name, value in told.items()}
    moments = [name for name in read if name.endswith(("_ts", "_ts_orig")) and read[name] is not None]
    return read | {name: to_ms(read[name]) for name in moments}


@pytest.mark.parametrize("found", accepted(), ids=lambda found: found.path)
def test_every_example_looks_the_same_to_both(found: Any) -> None:
    event = parse_event(found.raw, EXAMPLE_NOW, found.kind)
    assert seen_by_models(found.raw, event.ts) == seen_by_contract(event)


@bounded
@given(raw=st.binary(max_size=200))
def test_random_bytes(raw: bytes) -> None:
    check(raw)


@bounded
@given(
    raw=st.sampled_from(CORPUS),
    cut=st.integers(0, 600),
    flips=st.lists(st.tuples(st.integers(0), st.integers(0, 255))),
)
def test_damaged_bytes(raw: bytes, cut: int, flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(raw)
    for at, byte in flips[:4]:
        damaged[at % len(damaged) if damaged else 0 : at % len(damaged) + 1 if damaged else 0] = bytes([byte])
    check(bytes(damaged))
    check(bytes(damaged[:cut]))


@bounded
@given(raw=st.sampled_from(EXAMPLES), where=st.integers(0), token=st.sampled_from(TOKENS))
def test_a_value_replaced(raw: bytes, where: int, token: str) -> None:
    event = json.loads(raw)
    name = sorted(event)[where % len(event)]
    event[name] = "@here@"
    check(json.dumps(event).replace('"@here@"', token).encode())


@bounded
@given(
    raw=st.sampled_from([MINIMAL, *EXAMPLES]),
    added=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(TOKENS)), max_size=3),
    last=st.booleans(),
)
@example(raw=MINIMAL, added=[("member_id", '"x"')], last=True)
@example(raw=MINIMAL, added=[("member_id", "1")], last=False)
@example(raw=MINIMAL, added=[("kind", '"order"'), ("type", '"paid"')], last=True)
@example(raw=MINIMAL, added=[("points_delta", str(2**64))], last=True)
@example(raw=MINIMAL, added=[("red_packet", '{"id":"r","id":2}')], last=True)
def test_a_key_added_or_repeated(raw: bytes, added: list[tuple[str, str]], last: bool) -> None:
    text = raw.decode().strip()
    more = ",".join(f'"{name}":{token}' for name, token in added)
    if more:
        text = text[:-1] + "," + more + "}" if last else "{" + more + "," + text[1:]
    check(text.encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@bounded
@given(raw=st.sampled_from(EXAMPLES), where=st.integers(0), value=json_values, ascii_only=st.booleans())
def test_any_json_anywhere(raw: bytes, where: int, value: Any, ascii_only: bool) -> None:
    event = json.loads(raw)
    names = [*sorted(event), *view.Event.__struct_fields__]
    event[names[where % len(names)]] = value
    check(json.dumps(event, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "raw", [b"[" * 200_000, b'{"a":' * 40_000, b"9" * 200_000, MINIMAL * 2, b"\xef\xbb\xbf" + MINIMAL]
)
def test_hostile_shapes(raw: bytes) -> None:
    check(raw)
    check(MINIMAL[:-1] + b',"x":' + raw + b"}")
