"""Types of fields. Each bounds what a producer can send, so that no state value grows without limit."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from schemas.times import EARLIEST_MS, LATEST_MS, to_ms

Id = Annotated[str, Field(min_length=1, max_length=128)]
"""An identifier; an empty one is a bug at the producer, which `None` says honestly."""

BrandId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^|\x00-\x1f]+$")]
"""A brand. Keys join brand and subject with a bar or a control character; a brand has neither, so no two
subjects share a key."""

Word = Annotated[str, Field(max_length=256)]
"""A short text: a name, a category, a label."""

Text = Annotated[str, Field(max_length=4096)]
"""A longer text, such as an answer."""

MessageText = Annotated[str, Field(max_length=16_384)]
"""What was said in a chat."""

Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""A whole number that every store can hold."""

Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""How many; never negative."""

UInt64 = Annotated[int, Field(ge=0, le=2**64 - 1)]
"""A 64-bit hash."""

Fen = Annotated[int, Field(ge=0, le=10**12)]
"""Money in integer minor units; at most ten billion yuan, so that a life's sum stays far inside 64 bits."""

Words = Annotated[list[Word], Field(max_length=1000)]
Ids = Annotated[list[Id], Field(max_length=1000)]

Scalar = Annotated[Word | Int64 | float | bool | None, Field(union_mode="left_to_right")]
"""A single JSON value."""

Role = Literal["customer", "staff", "bot", "kol", "admin"]
"""F08: staff and bots are not counted as active members."""


def real_day(text: str) -> str:
    """`text` if the calendar has that day; raises `PydanticCustomError` if not."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("bad_value", "no such calendar day") from None
    return text


LocalDay = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(real_day)]
"""A calendar day at the member's place, ``YYYY-MM-DD``; a day and not an instant."""

Moment = Annotated[
    int,
    PlainValidator(to_ms),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "integer", "minimum": EARLIEST_MS, "maximum": LATEST_MS},
            ]
        }
    ),
]
"""An instant as producers write it: RFC 3339 with a zone, or integer ms; in the model always ms, UTC."""

Millis = Annotated[int, Field(ge=0, le=LATEST_MS)]
"""An instant as facts state it: ms since the epoch, UTC."""
