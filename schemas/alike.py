"""JSON that every reader reads alike (RFC 7493, I-JSON): no key twice in an object, no number that does not fit.

Of a key that stands twice our agents would take the last and the store's parser the first; a number past 64 bits is an error
to one reader and a rounded value to the next. So an event with either is refused at intake, and nobody behind it can see
another event than the one that was judged.
"""

import json
from math import isfinite
from typing import Any, Final

import msgspec

from schemas.errors import ContractError, Reason

_SPACE: Final = b" \t\n\r"
_DIGITS: Final = 20
"""Most characters of a whole number that fits: -2^63 and 2^64 - 1 have twenty."""


def surely_once(raw: bytes, event: Any) -> bool:
    """Whether the object in `raw`, read as the struct `event` with all names known, plainly has no key twice; False is open.

    Each key has its colon, so colons are at least as many as keys, and keys at least as many as the fields that are set. Where
    colons and fields agree, every key stands once. Text with a colon, a null or an object inside leave it open.
    """
    values = msgspec.structs.astuple(event)
    # One more for the type, which tells the structs apart and is no field of theirs.
    fewest = len(values) - values.count(None) + 1
    if event.brand_id == "default":
        fewest -= 1
    if event.role == "customer":
        fewest -= 1
    return raw.count(b":") == fewest or raw.translate(None, _SPACE).count(b'":') == fewest


def check_alike(raw: bytes) -> None:
    """Raise `ContractError` if readers may take the JSON in `raw` for different things."""
    try:
        _decode(raw.decode())
    except RecursionError:
        raise ContractError(Reason.NOT_JSON, "nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ContractError(
            Reason.REPEATED_KEY, f"{twice[:120]}: stands {names.count(twice)} times in one object"
        )
    return found


def _whole(digits: str) -> int:
    if len(digits) <= _DIGITS and -(2**63) <= (value := int(digits)) < 2**64:
        return value
    raise ContractError(Reason.BAD_VALUE, f"a whole number of more than 64 bits: {digits[:40]}")


def _fraction(digits: str) -> float:
    value = float(digits)
    if isfinite(value):
        return value
    raise ContractError(Reason.BAD_VALUE, f"a number beyond every double: {digits[:40]}")


def _no_number(name: str) -> float:
    raise ContractError(Reason.BAD_VALUE, f"{name} is no JSON number")


_decode: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number
).decode
