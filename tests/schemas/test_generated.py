"""The generated files are fresh, and the AsyncAPI document hangs together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from schemas.events import TYPES
from schemas.generate import ROOT, documents, main, stale, write
from schemas.rows import Row, Rows, decode_rows, encode_rows
from schemas.topics import TOPICS, full_name

ASYNCAPI = json.loads((ROOT / "asyncapi.json").read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(document: Any, reference: str) -> Any:
    path, _, pointer = reference.partition("#")
    if path:
        document = json.loads((ROOT / path).read_text(encoding="utf-8"))
    for step in pointer.split("/")[1:]:
        document = document[step.replace("~1", "/").replace("~0", "~")]
    return document


def test_what_is_committed_is_what_the_models_say() -> None:
    assert stale() == [], "run python -m schemas.generate"


def test_generating_twice_gives_the_same_bytes() -> None:
    assert documents() == documents()


def test_check_names_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "json" / "chat.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "json" / "gone.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "asyncapi.json").unlink()
    assert stale(tmp_path) == ["asyncapi.json", "json/chat.schema.json", "json/gone.schema.json"]
    write(tmp_path)
    assert stale(tmp_path) == []
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", [path for path in documents() if path.startswith("json/")])
def test_each_schema_is_a_schema_with_a_stable_name(path: str) -> None:
    schema = json.loads(documents()[path])
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:qunpulse:schema:")
    assert all(resolve(schema, reference) is not None for reference in references(schema))


@pytest.mark.parametrize("kind", TYPES)
def test_the_schema_of_a_kind_knows_all_its_types(kind: str) -> None:
    text = documents()[f"json/{kind}.schema.json"]
    assert all(f'"{name}"' in text for name in TYPES[kind])


def test_the_schema_of_rows_fits_rows() -> None:
    schema = json.loads(documents()["json/rows.schema.json"])
    packed = decode_rows(encode_rows(Rows(1, {4: 10}, [Row(4, 0, 9, 8, b"{}")])))
    Draft202012Validator(schema).validate(json.loads(msgspec.json.encode(packed)))


def test_the_document_shows_every_topic() -> None:
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert list(ASYNCAPI["channels"]) == [topic.name for topic in TOPICS]
    default = ASYNCAPI["components"]["parameters"]["prefix"]["default"]
    for topic in TOPICS:
        channel = ASYNCAPI["channels"][topic.name]
        assert channel["address"].format(prefix=default) == full_name("qunpulse.", topic.name)
        configuration = channel["bindings"]["kafka"]["topicConfiguration"]
        assert configuration["cleanup.policy"] == [topic.cleanup]
        assert configuration.get("retention.ms") == topic.retention_ms


def test_every_reference_of_the_document_resolves() -> None:
    found = list(references(ASYNCAPI))
    assert found
    for reference in found:
        assert resolve(ASYNCAPI, reference)


def test_every_channel_has_an_operation_on_its_own_message() -> None:
    operated = set()
    for operation in ASYNCAPI["operations"].values():
        assert operation["action"] in {"send", "receive"}
        name = operation["channel"]["$ref"].rsplit("/", 1)[1]
        assert operation["messages"] == [{"$ref": f"#/channels/{name}/messages/{name}"}]
        operated.add(name)
    assert operated == set(ASYNCAPI["channels"])


def test_the_examples_of_a_message_fit_its_payload() -> None:
    shown = 0
    for message in ASYNCAPI["components"]["messages"].values():
        for found in message.get("examples", []):
            Draft202012Validator(resolve(ASYNCAPI, message["payload"]["$ref"])).validate(found["payload"])
            shown += 1
    assert shown >= sum(len(names) for names in TYPES.values())
