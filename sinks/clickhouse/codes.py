"""From a ClickHouse error code to what we do about it.

Source: ``src/Common/ErrorCodes.cpp`` of ClickHouse; the numbers never change.
"""

from typing import Final

from sinks.errors import InsertRefused, SinkError, SinkMisconfigured, SinkUnavailable

OWN_CHECK: Final = "row refused: "
"""How the messages of the checks in our own views begin (see ``migrations/``)."""

LOGIN: Final = frozenset({192, 193, 194, 516})
"""Unknown user, wrong password, password required, authentication failed."""

SCHEMA: Final = frozenset(
    {
        8,  # no such column in the target of a view
        10,  # column not found in block
        16,  # no such column in table
        20,  # number of columns differs
        36,  # bad arguments
        46,  # unknown function
        47,  # unknown identifier
        50,  # unknown type
        60,  # unknown table
        62,  # syntax error
        81,  # unknown database
        115,  # unknown setting
        164,  # the user is read-only
        291,  # no access to the database
        452,  # a setting is constrained
        497,  # access denied
    }
)
"""Table, column, right or setting missing: code and database do not fit together."""

CONTENT: Final = frozenset(
    {
        6,  # cannot parse text
        26,  # cannot parse quoted string
        27,  # input assertion failed
        33,  # cannot read all data
        38,  # cannot parse date
        44,  # a value of another type than its column
        41,  # cannot parse datetime
        53,  # type mismatch
        69,  # argument out of bound
        70,  # cannot convert type
        72,  # cannot parse number
        117,  # incorrect data
        130,  # cannot read array from text
        131,  # string too large
        321,  # value is out of range of the type
        349,  # null for a column without null
        407,  # decimal overflow
        469,  # constraint violated
    }
)
"""The content of an insert is at fault."""

PAUSE: Final = {
    159: 5.0,  # time-out of a query
    160: 5.0,  # too slow
    201: 30.0,  # quota exceeded
    202: 2.0,  # too many simultaneous queries
    241: 5.0,  # memory limit
    242: 10.0,  # table is read-only
    243: 30.0,  # not enough space on disk
    252: 10.0,  # too many parts
    999: 5.0,  # keeper
}
"""Seconds to leave the server alone, where a second would be too short."""


def reaction(code: int, message: str) -> SinkError:
    """The error to raise for an answer of the server.

    A code that nobody listed counts as `SinkUnavailable`: the batch is kept and sent again. A ``throwIf``
    (395) in one of our own views speaks about the rows; one in a view that somebody else attached is a fault
    of the store.
    """
    text = f"code {code}: {brief(message)}"
    if code in LOGIN:
        return SinkMisconfigured(f"login refused (code {code})")
    if code in SCHEMA:
        return SinkMisconfigured(text)
    if code in CONTENT:
        return InsertRefused(text)
    if code == 395 and OWN_CHECK in message:
        return InsertRefused(_own_words(message), own=True)
    return SinkUnavailable(text, PAUSE.get(code, 1.0))


def brief(message: str, limit: int = 400) -> str:
    """``message`` without stack trace, on one line, at most ``limit`` characters."""
    return " ".join(message.partition("Stack trace:")[0].split())[:limit]


def _own_words(message: str) -> str:
    words = message[message.index(OWN_CHECK) :]
    return words.split(": while")[0].split(": In scope")[0][:200].strip()
