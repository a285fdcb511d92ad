"""What crosses between QunPulse's own agents: packed rows of accepted events.

One record of an internal topic is ``[version, marks, rows]`` in MessagePack. Rows carry the event's original bytes, so
nothing is re-encoded on the way, and the sink stores exactly what the producer sent.

A source is an input topic partition, numbered ``kind + 4 * partition``. ``(source, offset)`` is what fences compare.
"""

from typing import Final

import msgspec

ROWS_VERSION: Final = 1

KINDS: Final = ("chat", "join", "order", "checkin")
"""Event kinds in the order of their source numbers; never reordered, only appended to (and then versioned)."""


class Row(msgspec.Struct, array_like=True, gc=False):
    """One accepted event on its way to an agent.

    ``clock`` is the arrival clock and ``ts`` the event time, both ms since the epoch, UTC.
    """

    source: int
    offset: int
    clock: int
    ts: int
    raw: bytes


class Rows(msgspec.Struct, array_like=True):
    """One record of ``member-events`` or ``group-events``.

    ``marks`` says, per source, the arrival clock up to which everything of that source has been forwarded to every
    partition; a record may carry marks only.
    """

    version: int
    marks: dict[int, int]
    rows: list[Row]


def source_number(kind: str, partition: int) -> int:
    """Number of the input partition ``partition`` of the topic of ``kind``."""
    return KINDS.index(kind) + len(KINDS) * partition


def source_name(source: int, offset: int) -> str:
    """Where an event stood in the input: ``kind:partition:offset``."""
    return f"{KINDS[source % len(KINDS)]}:{source // len(KINDS)}:{offset}"


encode_rows = msgspec.msgpack.Encoder().encode
decode_rows = msgspec.msgpack.Decoder(Rows).decode
