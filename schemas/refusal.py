"""From what pydantic found to the one reason and the one line that a producer needs."""

from math import isfinite
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import ContractError, Reason

_REASONS: Final = {
    "missing": Reason.MISSING_FIELD,
    "string_too_long": Reason.TOO_LONG,
    "too_long": Reason.TOO_LONG,
    "wrong_type": Reason.WRONG_TYPE,
    "bad_time": Reason.BAD_TIME,
    "too_early": Reason.TOO_EARLY,
    "too_late": Reason.TOO_LATE,
}
"""Reasons of pydantic's errors and of our own; ``*_type`` is a wrong type, all else a bad value."""

_TAG_DEPTH: Final = {"chat": 2, "join": 2, "order": 2, "checkin": 2}
"""How many leading parts of a location name the union's member and not a field."""

_PATH_CHARS: Final = 120
_FOUND_CHARS: Final = 40


def refusal(raw: bytes, error: ValidationError) -> ContractError:
    """Why the bytes `raw` were refused, by the first error that was found in them."""
    first = error.errors(include_url=False)[0]
    fault = first["type"]
    if fault == "json_invalid":
        return _not_json(raw, first)
    if fault.startswith("union_tag"):
        return _bad_tag(first)
    path = _path(first["loc"])
    if not path:
        return ContractError(Reason.NOT_OBJECT, f"expected a JSON object, found {_found(first['input'])}")
    if path == "type" and fault == "literal_error":
        return _unknown(Reason.UNKNOWN_TYPE, path, first["input"], first["ctx"]["expected"])
    if fault == "missing":
        return ContractError(Reason.MISSING_FIELD, f"{path}: required and not there")
    return ContractError(_reason(first), f"{path}: {first['msg']}; found {_found(first['input'])}")


def _not_json(raw: bytes, error: ErrorDetails) -> ContractError:
    if not raw.strip():
        return ContractError(Reason.EMPTY, "only white space")
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return ContractError(Reason.NOT_UTF8, f"byte {wrong.start} is not UTF-8: {wrong.reason}")
    if raw.startswith(b"\xef\xbb\xbf"):
        return ContractError(Reason.NOT_JSON, "starts with a byte order mark; send plain UTF-8")
    return ContractError(Reason.NOT_JSON, str(error["ctx"]["error"]))


def _bad_tag(error: ErrorDetails) -> ContractError:
    """The event's ``kind`` (at the root) or ``type`` (below a kind) picked no contract."""
    name, reason = ("type", Reason.UNKNOWN_TYPE) if error["loc"] else ("kind", Reason.UNKNOWN_KIND)
    if error["type"] == "union_tag_not_found":
        return ContractError(Reason.MISSING_FIELD, f"{name}: required and not there")
    return _unknown(reason, name, error["input"][name], error["ctx"]["expected_tags"])


def _unknown(reason: Reason, path: str, value: object, expected: str) -> ContractError:
    if not isinstance(value, str):
        reason = Reason.WRONG_TYPE
    return ContractError(reason, f"{path}: found {_found(value)}; expected one of {expected}")


def _reason(error: ErrorDetails) -> Reason:
    fault, value = error["type"], error["input"]
    if isinstance(value, float) and not isfinite(value):
        return Reason.BAD_VALUE
    if fault in _REASONS:
        return _REASONS[fault]
    wrong_literal = fault == "literal_error" and not isinstance(value, str)
    return Reason.WRONG_TYPE if wrong_literal or fault.endswith("_type") else Reason.BAD_VALUE


def _path(location: tuple[int | str, ...]) -> str:
    depth = _TAG_DEPTH.get(str(location[0]), 0) if location else 0
    path = ".".join(str(part)[:_PATH_CHARS] for part in location[depth:])
    return path[:_PATH_CHARS]


def _found(value: Any) -> str:
    """A value in few words; a list or an object only by its size, since it may be most of the event."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return f'"{value[:_FOUND_CHARS]}"' + ("..." if len(value) > _FOUND_CHARS else "")
        case int() if value.bit_length() > 64:
            return "an integer of more than 64 bits"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"an object of {len(value)} fields"
    return repr(value)
