"""Event times: what producers may write, and the one form that everything behind the contract uses."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic_core import PydanticCustomError

EARLIEST_MS: Final = 631_152_000_000
"""1990-01-01T00:00:00Z. Seconds sent as milliseconds land in January 1970, and so does a clock at zero."""

LATEST_MS: Final = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can name; "never expires" is often written so."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)

# `fromisoformat` alone also takes week dates, basic forms and naive times, which other readers refuse.
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
).fullmatch


def to_ms(value: object) -> int:
    """Ms since the epoch, UTC, of RFC 3339 text with a zone or of integer ms; finer parts are cut off.

    Raises `PydanticCustomError` (a `ValueError`) whose ``type`` is one of the reasons ``wrong_type``,
    ``bad_time``, ``too_early`` and ``too_late``.
    """
    if type(value) is int:
        ms = value
    elif isinstance(value, str):
        ms = _read_text(value)
    else:
        raise PydanticCustomError("wrong_type", "expected RFC 3339 text with a zone, or integer ms")
    if ms < EARLIEST_MS:
        raise PydanticCustomError("too_early", "before 1990-01-01; are these seconds and not ms?")
    if ms > LATEST_MS:
        raise PydanticCustomError("too_late", "after the year 9999; are these microseconds?")
    return ms


def _read_text(text: str) -> int:
    found = _RFC3339(text)
    if found is None:
        raise PydanticCustomError("bad_time", "not RFC 3339, such as 2026-01-05T09:00:00+08:00")
    if found[1] is None:
        raise PydanticCustomError("bad_time", "no zone; add Z or an offset such as +08:00")
    try:
        return (datetime.fromisoformat(text.upper()) - _EPOCH) // _MS
    except ValueError:
        raise PydanticCustomError("bad_time", "no such date or time of day") from None
