"""The order to forget a member, as it travels on the internal topics among the packed rows.

One record with the key `ERASURE_KEY` goes to the member's partition of ``member-events`` and to every partition of
``group-events``. Its value begins as packed rows of a version that no former program reads, so an old worker ends itself with a
clear word instead of keeping what it was told to forget.
"""

from hashlib import blake2b
from typing import Final

import msgspec

from schemas.versions import FormatVersionError

ERASURE_KEY: Final = b"erasure"
"""Key of the record. Packed rows have none."""

ERASURE_VERSION: Final = 1

_UNREADABLE: Final = 101
"""Where packed rows have their version."""


class Erasure(msgspec.Struct, array_like=True):
    """Forget the member: everything at or below ``fence`` (source -> offset), and nothing after it.

    ``id`` names the erasure, and stands where the member's id stood in what cannot be without one; ``asked_at`` is ms since
    the epoch, UTC.
    """

    brand_id: str
    member_id: str
    fence: dict[int, int]
    id: str
    asked_at: int

    @property
    def alias(self) -> str:
        """What stands where the id stood; it cannot be worked out from it."""
        return f"erased:{self.id}"


class _Record(msgspec.Struct, array_like=True):
    rows_version: int
    marks: dict[int, int]
    rows: list[int]
    version: int
    erasure: msgspec.Raw


_encode: Final = msgspec.msgpack.Encoder().encode
_read_record: Final = msgspec.msgpack.Decoder(_Record).decode
_read_erasure: Final = msgspec.msgpack.Decoder(Erasure).decode


def encode_erasure(erasure: Erasure) -> bytes:
    """Value of the record."""
    return _encode(_Record(_UNREADABLE, {}, [], ERASURE_VERSION, msgspec.Raw(_encode(erasure))))


def decode_erasure(value: bytes) -> Erasure:
    """The order behind a record's value.

    Raises:
        FormatVersionError: a later version of the program wrote it.
    """
    record = _read_record(value)
    if record.version != ERASURE_VERSION:
        raise FormatVersionError.of("erasures", record.version, ERASURE_VERSION)
    return _read_erasure(record.erasure)


def erased_hash(key: bytes) -> bytes:
    """What is kept of the key of a state that was erased, so that it stays so."""
    return blake2b(key, digest_size=16).digest()
