"""JSON Schema 2020-12 of everything that crosses a wire, derived from the models.

A schema says less than `schemas.events.parse_event` checks: that a time has a zone and a day exists, that ``1.0`` is
no integer, that no key stands twice.
"""

from inspect import cleandoc
from typing import Any, Final

import msgspec
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from schemas.events import CONTRACTS
from schemas.facts import FACTS
from schemas.rows import ROWS_VERSION, Rows

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic makes up from names: they say nothing and fill half a file."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def input_schemas() -> dict[str, Schema]:
    """Schema of each kind of event, under the kind's name."""
    return {kind: _named(f"event:{kind}", _schema(contract)) for kind, contract in CONTRACTS.items()}


def fact_schemas() -> dict[str, Schema]:
    """Schema of each fact, under the fact's name.

    They are open, unlike our writers: a reader that validates must not break on the day when a field is added.
    """
    schemas = {}
    for name, model in FACTS.items():
        schema = _schema(model)
        del schema["additionalProperties"]
        schemas[name] = _named(f"fact:{name}", schema)
    return schemas


def rows_schema() -> Schema:
    """The packed rows of the internal topics, which are MessagePack: ``raw`` is bytes there."""
    schema = msgspec.json.schema(Rows)
    for described in schema["$defs"].values():
        # Before Python 3.13 a docstring keeps its indentation, and the file would depend on who wrote it.
        described["description"] = cleandoc(described["description"])
    return _named("rows", schema, ROWS_VERSION)


def _schema(contract: Any) -> Schema:
    return TypeAdapter(contract).json_schema(schema_generator=_Untitled)


def _named(name: str, schema: Schema, version: int = 1) -> Schema:
    return {"$schema": DIALECT, "$id": f"urn:qunpulse:schema:{name}:{version}", **schema}
