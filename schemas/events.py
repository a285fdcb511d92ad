"""The reading of one event: `parse_event` is the only door by which bytes from outside come in."""

from typing import Annotated, Any, Final, get_args

import msgspec
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, create_model

from schemas import view
from schemas.activity import CheckinEvent
from schemas.alike import check_alike
from schemas.base import Contract
from schemas.chat import ChatEvent, ChatFields
from schemas.checkin import CheckinFields
from schemas.envelope import Envelope
from schemas.errors import ContractError, Reason
from schemas.join import JoinEvent, JoinFields
from schemas.order import OrderEvent, OrderFields
from schemas.refusal import refusal

MAX_BYTES: Final = 262_144
"""Largest event: a packed row with it fits into a record of 1 MiB, and so does its dead letter in base64."""

MAX_AHEAD_MS: Final = 86_400_000
"""How far ahead of now an event may be: a day covers local time sent as UTC, and nothing honest is later."""

Event = Annotated[ChatEvent | JoinEvent | OrderEvent | CheckinEvent, Field(discriminator="kind")]
"""An accepted event: the class that its ``kind`` and ``type`` pick."""

CONTRACTS: Final[dict[str, Any]] = {
    "chat": ChatEvent,
    "join": JoinEvent,
    "order": OrderEvent,
    "checkin": CheckinEvent,
}
"""Kind to the union of its types."""


def classes_of(kind: str) -> tuple[type[BaseModel], ...]:
    """The classes of the union of `kind`."""
    union = get_args(CONTRACTS[kind])[0]
    return get_args(union)


TYPES: Final = {
    kind: tuple(
        name for model in classes_of(kind) for name in get_args(model.model_fields["type"].annotation)
    )
    for kind in CONTRACTS
}
"""Kind to the names of its types."""


def _foreign_fields() -> type[Contract]:
    fields: dict[str, Any] = {}
    for kind in (ChatFields, JoinFields, OrderFields, CheckinFields):
        for name, field in kind.model_fields.items():
            if name in view.Event.__struct_fields__ and name not in Envelope.model_fields:
                fields[name] = (field.rebuild_annotation(), None)
    return create_model("ForeignFields", __base__=Contract, **fields)


ForeignFields: Final = _foreign_fields()
"""The fields that models read, on events of kinds that do not have them.

There they would count as unknown and be kept unchecked, while `schemas.view` reads them whatever the kind.
"""

_validate = TypeAdapter[Event](Event).validator.validate_json
_validate_foreign = TypeAdapter(ForeignFields).validator.validate_json


def parse_event(
    raw: bytes | None,
    now: int,
    topic_kind: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_ahead: int = MAX_AHEAD_MS,
) -> Event:
    """The event in the bytes `raw`, or a `ContractError`; no other exception, whatever the bytes.

    `now` and `max_ahead` are ms; `topic_kind` is the kind that belongs on the record's topic, if any does.
    What is accepted can be read by `schemas.view.read_event` too, and both readers see the same values.
    """
    if not raw:
        raise ContractError(Reason.EMPTY, "no bytes")
    if len(raw) > max_bytes:
        raise ContractError(Reason.TOO_LARGE, f"{len(raw)} bytes; an event has at most {max_bytes}")
    try:
        event: Event = _validate(raw)
        if event.model_extra and not ForeignFields.model_fields.keys().isdisjoint(event.model_extra):
            _validate_foreign(raw)
    except ValidationError as error:
        raise refusal(raw, error) from None
    if event.ts > now + max_ahead:
        raise ContractError(Reason.TOO_LATE, f"ts: {event.ts} is {event.ts - now} ms ahead of now")
    if topic_kind is not None and event.kind != topic_kind:
        raise ContractError(Reason.WRONG_TOPIC, f"kind: found {event.kind} on the topic of {topic_kind}")
    check_alike(raw)
    _check_second_reading(raw, event.ts)
    return event


def _check_second_reading(raw: bytes, ts: int) -> None:
    """Refuse what the agents' reader cannot read, whatever pydantic's JSON parser makes of it.

    A trial costs 0.5 µs and leaves nothing to argue.
    """
    try:
        view.read_event(raw, ts)
    except (msgspec.DecodeError, ValueError) as error:
        raise ContractError(Reason.BAD_VALUE, f"the second reader says: {error}") from None
    except RecursionError:
        raise ContractError(Reason.NOT_JSON, "nested too deeply") from None
