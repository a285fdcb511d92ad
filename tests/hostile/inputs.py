"""Hostile inputs: mutations of the examples, by seed. Endless, so that a run may take as many as it likes.

None names the brand `GOOD`, so whatever of them is accepted changes nobody of the good stream.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from schemas import view
from schemas.events import CONTRACTS
from schemas.example_files import accepted, refused

GOOD: Final = "good"
"""Brand of the good stream."""

TOKENS: Final = (
    *("1.0", "1e2", "-0", "0", "-1", "1e999", "-1e999", "1e-999", "NaN", "Infinity", "-Infinity", "01", "+1", "1.", ".5"),
    *("0x1", "9" * 400, "9" * 5000, "1" * 25 + ".5", "true", "false", "null", "True", "None", "undefined", "[]", "{}", "[1,]"),
    *(str(2**53 + 1), str(2**63 - 1), str(2**63), str(2**64 - 1), str(2**64), str(-(2**63)), str(-(2**63) - 1)),
    *('""', '"x"', '"\\u0000"', '"\\ud83d"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\x"', '"a\tb"', "'x'", '"\\u202e"'),
    *('"a|b"', '"a\\u001fb"', '"\\u001e"', f'"{"x" * 129}"', f'"{"群" * 128}"', f'"{"x" * 20_000}"', '"default"'),
    *("[" * 190 + "]" * 190, "[" * 250 + "]" * 250, "[" * 5000, '{"a":' * 150 + "1" + "}" * 150, '{"id":"r","id":2}'),
    *('{"best":1}', '{"amount_fen":1.0}', '{"parts":NaN}', '{"x":1e999}', '{"key":"k","key":"l"}', "[[1,[2,[3]]]]"),
    *('"2026-01-05"', '"2026-01-05T09:00:00"', '"9999-12-31T23:59:59.999Z"', '"9999-12-31T23:59:59-01:00"'),
    *('"0001-01-01T00:00:00Z"', '"1989-12-31T23:59:59.999Z"', '"1990-01-01T00:00:00Z"', '"2024-02-29T00:00:00Z"'),
    *('"2026-02-29T00:00:00Z"', '"2026-01-05T23:59:60Z"', '"2026-01-05T24:00:00Z"', '"2026-01-05T09:00:00+24:00"'),
    *("631151999999", "631152000000", "253402300799999", "253402300800000", "1767603600", "1767603600000000", "1767603600000"),
    *('"chat"', '"order"', '"paid"', '"message"', '"Ｃhat"', '"CHAT"', '"2026-01-05T09:00:00Z\\n"', '"２０２６-01-05T09:00:00Z"'),
)  # fmt: skip
"""Pieces of JSON, and of what is not JSON, that have surprised some reader somewhere."""

NAMES: Final = (
    *sorted({*view.Event.__struct_fields__, "text", "lines", "profile", "ids", "mentions", "schema_version", "ingest_ts"}),
    *("anything", "", "\\u0074s", "\\ud800", "__proto__", "群", "k" * 5000, "a.b", "$ref", "Event_Id"),
)  # fmt: skip

ODD: Final[tuple[bytes | None, ...]] = (
    *(None, b"", b" ", b"\n\t", b"null", b"true", b"0", b"-", b'"', b'"event"', b"[]", b"{}", b"{", b"}", b"[{}]", b"\x00"),
    *(b"\xff\xfe", b"\xef\xbb\xbf{}", b"\x1f\x8b\x08\x00", b"\x80\x04K\x01.", b"<a/>", b"a: 1"),
    *(b"[" * 200_000, b'{"a":' * 40_000),
    *(b"9" * 200_000, "{'a': 1}".encode("utf-16"), b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"),
)  # fmt: skip
"""Whole values that are no event."""

SIZES: Final = (0, 0, 0, 0, 262_143, 262_145, 900_000, 5_000_000)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One input for the topic of `kind`; `how` it was made."""

    kind: str
    key: bytes | None
    raw: bytes | None
    how: str


EXAMPLES: Final = [(found.kind, found.raw) for found in accepted()]
REFUSED: Final = [found.raw for found in refused() if len(found.raw) < 3000]
Mutation = Callable[[random.Random, bytes], bytes]


def hostile(seed: int, *, big: bool = True) -> Iterator[Hostile]:
    """Inputs by `seed`. Without `big` none is larger than an event may be."""
    rng = random.Random(seed)
    for value in ODD:
        yield Hostile(rng.choice(list(CONTRACTS)), None, value, "odd")
    while True:
        kind, raw = rng.choice(EXAMPLES)
        if rng.random() < 0.1:
            raw = rng.choice(REFUSED)
        how = rng.choice(OFTEN)
        made = MUTATIONS[how](rng, raw)
        if rng.random() < 0.2:
            again = rng.choice(list(MUTATIONS))
            made, how = MUTATIONS[again](rng, made), f"{how}, {again}"
        if big and rng.random() < 0.004:
            made, how = padded(made, rng.choice(SIZES)), f"{how}, padded"
        if GOOD.encode() in made:
            continue
        if rng.random() < 0.03:
            kind = rng.choice(list(CONTRACTS))
        yield Hostile(kind, rng.choice((None, b"", b"k", b"k" * 30_000 if big else b"k" * 300)), made, how)


def padded(raw: bytes, size: int) -> bytes:
    """`raw` with white space up to `size`: JSON readers do not care, limits do."""
    return raw + b" " * max(0, size - len(raw))


def flipped(rng: random.Random, raw: bytes) -> bytes:
    damaged = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        if damaged:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def cut(rng: random.Random, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def spliced(rng: random.Random, raw: bytes) -> bytes:
    other = rng.choice(EXAMPLES)[1]
    return raw[: rng.randrange(len(raw) + 1)] + other[rng.randrange(len(other)) :]


def inserted(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw) + 1)
    piece = rng.choice(
        (b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b",", b'"', b"\\", b"}{", b"//", b"\xe2\x80\xa8")
    )
    return raw[:at] + piece + raw[at:]


def doubled(rng: random.Random, raw: bytes) -> bytes:
    return rng.choice(
        (raw + raw, raw + b"\n" + raw, b"[" + raw + b"]", b'{"event":' + raw + b"}", raw + b"\x00")
    )


def recoded(rng: random.Random, raw: bytes) -> bytes:
    text = raw.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-16", "utf-32", "utf-8-sig", "gb18030", "utf-7", "cp037")), "replace")


def replaced(rng: random.Random, raw: bytes) -> bytes:
    """One value becomes a token; so each field meets every wrong type in time."""
    event = _object(raw)
    if event is None:
        return raw
    event[rng.choice([*event, *NAMES])] = "@here@"
    return (
        json.dumps(event, ensure_ascii=rng.random() < 0.5)
        .replace('"@here@"', rng.choice(TOKENS))
        .encode("utf-8", "surrogatepass")
    )


def removed(rng: random.Random, raw: bytes) -> bytes:
    event = _object(raw)
    if not event:
        return raw
    del event[rng.choice(list(event))]
    return json.dumps(event).encode()


def nested(rng: random.Random, raw: bytes) -> bytes:
    """A value inside a value becomes a token."""
    event = _object(raw)
    inner = [value for value in (event or {}).values() if isinstance(value, dict) and value]
    if event is None or not inner:
        return replaced(rng, raw)
    chosen = rng.choice(inner)
    chosen[rng.choice([*chosen, *NAMES])] = "@here@"
    return json.dumps(event).replace('"@here@"', rng.choice(TOKENS)).encode("utf-8", "surrogatepass")


def repeated(rng: random.Random, raw: bytes) -> bytes:
    """A key stands twice, or one is added: in front or behind, with space before the colon or without, spelt out or escaped."""
    event = _object(raw)
    text = raw.decode("utf-8", "replace").strip()
    if event is None or not text.endswith("}"):
        return raw
    name = rng.choice([*event, *NAMES])
    if rng.random() < 0.2 and name.isascii() and name.isalpha():
        name = f"\\u{ord(name[0]):04x}{name[1:]}"
    value = json.dumps(event[name]) if name in event and rng.random() < 0.5 else rng.choice(TOKENS)
    pair = f'"{name}"{rng.choice(("", " ", "  ", chr(10), chr(9)))}:{value}'
    return (text[:-1] + "," + pair + "}" if rng.random() < 0.5 else "{" + pair + "," + text[1:]).encode(
        "utf-8", "surrogatepass"
    )


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


MUTATIONS: Final[dict[str, Mutation]] = {
    "flipped": flipped, "cut": cut, "spliced": spliced, "inserted": inserted, "doubled": doubled, "recoded": recoded,
    "replaced": replaced, "removed": removed, "nested": nested, "repeated": repeated,
}  # fmt: skip

OFTEN: Final = [*MUTATIONS, "replaced", "nested", "repeated", "replaced", "nested", "repeated", "removed"]
"""What is still JSON gets further in, so it is tried more often."""
