"""Why an event is refused.

::

    ValueError
    └── ContractError        one event broke its contract; carries a `Reason` and one line of detail
"""

from enum import StrEnum
from typing import Final

DETAIL_CHARS: Final = 500
"""Longest detail. A dead letter keeps the original bytes, so the detail only has to point at the fault."""


class Reason(StrEnum):
    """The closed set of ways in which an event breaks its contract; a metric label, so it stays small."""

    EMPTY = "empty"
    """No bytes, or only white space (a tombstone has no meaning on an input topic)."""
    TOO_LARGE = "too_large"
    """More bytes than an event may have."""
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    """Malformed, nested too deeply, or holding half a surrogate pair, which nobody can write down again."""
    NOT_OBJECT = "not_object"
    """JSON, but a list or a scalar."""
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_TYPE = "unknown_type"
    """The kind is known and has no such type."""
    WRONG_TOPIC = "wrong_topic"
    """A valid event, on the topic of another kind."""
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    """A field holds another JSON type than its contract names; ``1.0`` is not an integer, nor ``"1"``."""
    BAD_TIME = "bad_time"
    """Not RFC 3339, or without a zone."""
    TOO_EARLY = "too_early"
    """Before 1990: seconds sent as milliseconds, or a clock at its zero."""
    TOO_LATE = "too_late"
    """Further ahead of now than clocks drift, or microseconds sent as milliseconds."""
    TOO_LONG = "too_long"
    """A string or a list over its limit."""
    BAD_VALUE = "bad_value"
    """The right type with a value that cannot be: NaN, negative money, an empty id, an unknown enum word; anywhere, a number
    past 64 bits or past every double."""
    REPEATED_KEY = "repeated_key"
    """A key stands twice in one object; of the two, readers take the first or the last."""


class ContractError(ValueError):
    """One event broke its contract.

    ``detail`` is one line of at most `DETAIL_CHARS` that names the field, what was found and what is
    expected. It never repeats the whole event.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        line = "".join(
            char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in detail[:DETAIL_CHARS]
        )
        super().__init__(f"{reason}: {line}")
        self.reason = reason
        self.detail = line

    def __reduce__(self) -> tuple[type["ContractError"], tuple[Reason, str]]:
        # An exception is rebuilt from its args, which here hold the joined text and not the two parts.
        return type(self), (self.reason, self.detail)
