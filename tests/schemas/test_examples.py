"""The examples hold what they say, before the reader and before the published JSON Schemas alike."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.errors import ContractError, Reason
from schemas.events import TYPES, parse_event
from schemas.example_files import EXAMPLE_NOW, Example, FactExample, Refused, accepted, facts, refused
from schemas.facts import FACTS, to_json

NOT_IN_A_SCHEMA = {
    # These speak of bytes, of the topic, of the calendar, of two fields, or of what JSON Schema cannot tell apart (1990.0).
    "refused/wrong_type-money-as-float.json",
    "refused/wrong_type-foreign-field.json",
    "refused/bad_value-nan.json",
    "refused/bad_value-number-past-every-double.json",
    "refused/bad_value-no-such-local-day.json",
    "refused/bad_value-announced-closing-first.json",
}
IN_A_SCHEMA = {
    Reason.NOT_OBJECT,
    Reason.UNKNOWN_KIND,
    Reason.UNKNOWN_TYPE,
    Reason.MISSING_FIELD,
    Reason.WRONG_TYPE,
    Reason.TOO_LONG,
    Reason.TOO_EARLY,
    Reason.BAD_VALUE,
}
EXPRESSIBLE = [
    found for found in refused() if found.reason in IN_A_SCHEMA and found.path not in NOT_IN_A_SCHEMA
]


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads(files("schemas").joinpath("json", f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def path_of(found: Example | Refused | FactExample) -> str:
    return found.path


def test_every_type_has_an_example() -> None:
    assert {(found.kind, found.type) for found in accepted()} == {
        (kind, name) for kind, names in TYPES.items() for name in names
    }


def test_every_reason_has_an_example() -> None:
    assert {found.reason for found in refused()} == set(Reason)


@pytest.mark.parametrize("found", accepted(), ids=path_of)
def test_an_accepted_example(found: Example) -> None:
    event = parse_event(found.raw, EXAMPLE_NOW, found.kind)
    assert (event.kind, event.type) == (found.kind, found.type)
    assert not event.model_extra, "an example shows fields of the contract"
    validator(found.kind).validate(json.loads(found.raw))


@pytest.mark.parametrize("found", refused(), ids=path_of)
def test_a_refused_example(found: Refused) -> None:
    with pytest.raises(ContractError) as caught:
        parse_event(found.raw, EXAMPLE_NOW, found.topic_kind, found.max_bytes)
    assert caught.value.reason == found.reason
    assert found.path.startswith(f"refused/{found.reason}-")
    assert found.why


@pytest.mark.parametrize("found", EXPRESSIBLE, ids=path_of)
def test_a_schema_refuses_it_too(found: Refused) -> None:
    event: Any = json.loads(found.raw)
    kind = event.get("kind") if isinstance(event, dict) else None
    assert not validator(kind if kind in TYPES else "chat").is_valid(event)


@pytest.mark.parametrize("found", facts(), ids=path_of)
def test_a_fact_example(found: FactExample) -> None:
    fact = FACTS[found.name].model_validate_json(found.raw)
    assert json.loads(to_json(fact)) == json.loads(found.raw), "an example shows every field"
    validator(found.name).validate(json.loads(found.raw))


@pytest.mark.parametrize("found", facts(), ids=path_of)
def test_a_reader_of_facts_expects_fields_that_it_does_not_know(found: FactExample) -> None:
    validator(found.name).validate({**json.loads(found.raw), "added_next_year": 1})
