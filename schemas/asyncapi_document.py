"""The AsyncAPI 3.0 document: every topic as a channel, what is on it, and who sends or receives it."""

import json
from typing import Any, Final

from schemas import example_files
from schemas.facts import FACTS
from schemas.rows import Rows
from schemas.topics import TOPICS, Topic

Node = dict[str, Any]

SCHEMAS_FOLDER: Final = "json"
"""Where the schemas lie, as seen from the document."""

ACTIONS: Final = {
    "input": ("receive",),
    "internal": ("send", "receive"),
    "output": ("send",),
    "state": ("send", "receive"),
}
"""What QunPulse itself does with the topics of each role."""


def asyncapi_document(version: str) -> Node:
    """The whole document; `version` is that of the contracts."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:qunpulse",
        "info": {
            "title": "QunPulse",
            "version": version,
            "description": "Live tags, activity scores and churn alerts for chat communities.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{action}-{topic.name}": _operation(topic, action)
            for topic in TOPICS
            for action in ACTIONS[topic.role]
        },
        "components": {
            "messages": {topic.name: _message(topic) for topic in TOPICS},
            "parameters": {
                "prefix": {"description": "A setting of the deployment.", "default": "qunpulse."},
            },
        },
    }


def _channel(topic: Topic) -> Node:
    configuration: Node = {"cleanup.policy": [topic.cleanup]}
    if topic.retention_ms is not None:
        configuration["retention.ms"] = topic.retention_ms
    return {
        "address": f"{{prefix}}{topic.name}",
        "description": f"{topic.description} Written by: {topic.written_by}. Read by: {topic.read_by}.",
        "parameters": {"prefix": {"$ref": "#/components/parameters/prefix"}},
        "messages": {topic.name: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {"kafka": {"topicConfiguration": configuration, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: Topic, action: str) -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.name}"}],
    }


def _message(topic: Topic) -> Node:
    message: Node = {
        "name": topic.name,
        "summary": topic.description,
        "bindings": {
            "kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}
        },
    }
    if topic.contract is Rows or isinstance(topic.contract, str):
        message["contentType"] = "application/msgpack"
    message["payload"] = _payload(topic)
    examples = _examples(topic)
    if examples:
        message["examples"] = examples
    return message


def _payload(topic: Topic) -> Node:
    if topic.role == "state":
        return {"type": "string", "contentEncoding": "base64", "description": topic.contract}
    name = "rows" if topic.contract is Rows else _fact_name(topic) or topic.name
    return {"$ref": f"{SCHEMAS_FOLDER}/{name}.schema.json"}


def _fact_name(topic: Topic) -> str | None:
    return next((name for name, model in FACTS.items() if model is topic.contract), None)


def _examples(topic: Topic) -> list[Node]:
    if topic.role == "input":
        found = [
            (example.type, example.raw) for example in example_files.accepted() if example.kind == topic.name
        ]
    else:
        found = [(fact.name, fact.raw) for fact in example_files.facts() if fact.name == _fact_name(topic)]
    return [{"name": name, "payload": json.loads(raw)} for name, raw in found]
