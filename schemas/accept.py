"""The short way in: most events are accepted without pydantic.

`accept` asks a type that was made of the contract (`schemas.carried`) and takes at most what the contract takes. What that
type does not take goes to `schemas.events.parse_event`, which alone refuses and says why. So the contract stays one, and
an ordinary event costs a tenth.
"""

from typing import Any, Final, Protocol

import msgspec

from schemas.alike import check_alike, surely_once
from schemas.carried import union_of
from schemas.errors import ContractError
from schemas.events import CONTRACTS, MAX_AHEAD_MS, MAX_BYTES, classes_of, parse_event


class Accepted(Protocol):
    """What routing needs of an accepted event; ``ts`` is ms since the epoch, UTC."""

    @property
    def event_id(self) -> str: ...

    @property
    def ts(self) -> int: ...

    @property
    def brand_id(self) -> str: ...

    @property
    def member_id(self) -> str | None: ...

    @property
    def group_id(self) -> str | None: ...


_DECODE: Final[dict[str, Any]] = {
    kind: msgspec.json.Decoder(union_of(classes_of(kind))).decode for kind in CONTRACTS
}


def quickly(raw: bytes, kind: str) -> Accepted | None:
    """The event in `raw` if it is plainly one of `kind`, or None: then only the contract can say what it is."""
    try:
        event: Accepted = _DECODE[kind](raw)
        if not surely_once(raw, event):
            check_alike(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ContractError):
        return None
    return event


def accept(
    raw: bytes | None, now: int, kind: str, max_bytes: int = MAX_BYTES, max_ahead: int = MAX_AHEAD_MS
) -> Accepted:
    """The event of `kind` in the bytes `raw`; arguments and errors are those of `schemas.events.parse_event`."""
    if raw is not None and len(raw) <= max_bytes:
        event = quickly(raw, kind)
        if event is not None and event.ts <= now + max_ahead:
            return event
    return parse_event(raw, now, kind, max_bytes, max_ahead)
