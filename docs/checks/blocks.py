"""The generated parts of the pages, one function each, from the code that they describe."""

import re
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import Any, Final, Literal, get_args, get_origin

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from checks import catalogue, rule_blocks, view_blocks
from checks.sheets import code, sheet
from checks.words import Words
from schemas.chat import ChatFields
from schemas.checkin import CheckinFields
from schemas.envelope import Envelope
from schemas.errors import Reason
from schemas.events import classes_of
from schemas.facts import FACTS
from schemas.join import JoinFields
from schemas.order import OrderFields
from schemas.topics import DAY_MS, TOPICS
from sinks.clickhouse.tables import TABLES
from sinks.metrics import Metrics
from streams.cli import cli
from streams.rule_files import SHIPPED
from streams.settings import Settings

Block = Callable[[Words], str]

KINDS: Final[dict[str, type[Envelope]]] = {
    "chat": ChatFields,
    "join": JoinFields,
    "order": OrderFields,
    "checkin": CheckinFields,
}


def meaning(words: Words, text: str | None) -> str:
    """A description without the row of the catalogue that it begins with."""
    return words.say(re.sub(r"^[A-Z][0-9]+[:.]\s*", "", text or ""))


def topics(words: Words) -> str:
    """Every topic."""
    rows = []
    for topic in TOPICS:
        days = "" if topic.retention_ms is None else topic.retention_ms // DAY_MS
        holds = code(
            f"{topic.name} event" if topic.role == "input" else getattr(topic.contract, "__name__", "state")
        )
        people = words.say(topic.written_by), words.say(topic.read_by)
        text = words.say(topic.description)
        rows.append(
            [
                code(topic.name),
                words.say(topic.role),
                words.say(topic.key),
                holds,
                code(topic.cleanup),
                days,
                *people,
                text,
            ]
        )
    return sheet(words, "topic, role, key, holds, cleanup, days kept, written by, read by, meaning", rows)


def settings(words: Words) -> str:
    """Every setting."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else code(field.default)
        rows.append(
            [
                code(f"QUNPULSE_{name.upper()}"),
                _values(words, field),
                default,
                words.say(field.description or ""),
            ]
        )
    return sheet(words, "setting, value, default, meaning", rows)


def _values(words: Words, field: FieldInfo) -> str:
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return code(*get_args(kind))
    plain = next((one for one in get_args(kind) if one is not type(None)), kind)
    if plain is SecretStr:
        return words.say("secret")
    signs = {"ge": "≥", "gt": ">", "le": "≤"}
    bounds = [
        f"{sign} {getattr(one, at)}"
        for at, sign in signs.items()
        for one in field.metadata
        if hasattr(one, at)
    ]
    return ", ".join(
        [
            words.say({"int": "whole number", "float": "number", "Path": "path"}.get(plain.__name__, "text")),
            *bounds,
        ]
    )


def metrics(words: Words) -> str:
    """Every metric."""
    rows = ([code(one.name), one.kind, code(*one.labels), words.say(one.text)] for one in Metrics().declared)
    return sheet(words, "metric, type, labels, meaning", rows)


def tables(words: Words) -> str:
    """Every table of the store, with its columns."""
    sql = files("sinks.clickhouse.migrations").joinpath("0001_tables.sql").read_text("utf-8")
    facts = {name.replace("-", "_") + "s": fact for name, fact in FACTS.items()} | {
        "group_stats": FACTS["group-stats"]
    }
    parts = []
    for table in TABLES.values():
        found = re.search(rf"\.{table.name} \(.*?ENGINE = (\S+)\n.*?ORDER BY \((.*?)\)", sql, re.DOTALL)
        assert found is not None, table.name
        fields = facts[table.name].model_fields if table.name in facts else Envelope.model_fields
        rows = []
        for column, kind in table.columns.items():
            told = fields[column].description if column in fields else None
            text = meaning(words, told) if told else words.own("columns", column)
            rows.append([code(column), code(kind), text])
        head = f"{words.say('From the topic')} {code(table.topic)}. {code(found[1])}, {words.say('one row for each')} "
        parts += [
            f"### {table.name}",
            head + code(*found[2].split(", ")),
            sheet(words, "column, type, meaning", rows),
        ]
    return "\n\n".join(parts)


def event_types(words: Words) -> str:
    """Every type of event, and what it requires."""
    envelope = {name for name, field in Envelope.model_fields.items() if field.is_required()}
    rows = []
    for kind in KINDS:
        for model in classes_of(kind):
            needed = [
                name
                for name, field in model.model_fields.items()
                if field.is_required() and name not in envelope
            ]
            rows.append([code(kind), code(*get_args(model.model_fields["type"].annotation)), code(*needed)])
    return sheet(words, "kind, types, also required", rows)


def envelope(words: Words) -> str:
    """The fields that every event may carry."""
    shown = Envelope.model_json_schema()["properties"]
    rows = []
    for name, field in Envelope.model_fields.items():
        needed = words.say("yes") if field.is_required() else ""
        text = meaning(words, field.description) or words.own("columns", name)
        rows.append([code(name), kind_of(words, shown[name]), needed, text])
    return sheet(words, "field, value, required, meaning", rows)


def event_fields(words: Words) -> str:
    """The fields of each kind."""
    rows = []
    for kind, model in KINDS.items():
        told = set(Envelope.model_fields)
        for one in (model, *classes_of(kind)):
            new = {
                name: shown
                for name, shown in one.model_json_schema()["properties"].items()
                if name not in told
            }
            told |= new.keys()
            whose = kind if one is model else f"{kind} {get_args(one.model_fields['type'].annotation)[0]}"
            rows += [[code(whose), code(name), kind_of(words, shown)] for name, shown in new.items()]
    return sheet(words, "kind, field, value", rows)


def kind_of(words: Words, shown: dict[str, Any]) -> str:
    """What a JSON schema asks of a value, shortly."""
    parts = [part for part in shown.get("anyOf", [shown]) if part.get("type") != "null"]
    if any(part.get("format") == "date-time" for part in parts):
        return words.say("time")
    part = parts[0]
    if "enum" in part:
        return code(*part["enum"])
    if "const" in part:
        return code(part["const"])
    if "$ref" in part:
        return f"{words.say('object')} `{part['$ref'].rsplit('/', 1)[1]}`"
    name = words.say(
        {"integer": "whole number", "string": "text", "boolean": "true or false", "array": "list"}.get(
            part["type"], "object"
        )
    )
    limits = {"maxLength": "≤", "maxItems": "≤", "minimum": "≥", "maximum": "≤"}
    said = [f"{sign} {part[at]}" for at, sign in limits.items() if at in part and abs(part[at]) < 2**62]
    return " ".join([name, ", ".join(said)]).strip()


def reasons(words: Words) -> str:
    """Why an event is refused."""
    return sheet(
        words, "reason, meaning", ([code(one.value), words.own("reasons", one.value)] for one in Reason)
    )


def commands(words: Words) -> str:
    """Every command."""
    parts: list[str] = []
    for name, command in sorted(walk(typer.main.get_command(cli), "qunpulse").items()):
        rows = []
        for one in command.params:
            shown = one.name.upper() if one.param_type_name == "argument" else one.opts[0]
            default = "" if one.default in (None, False) else code(one.default)
            rows.append([code(shown), default, words.say(one.help or "")])
        parts += [f"### {name}", words.say(command.help or "")]
        parts += [sheet(words, "argument, default, meaning", rows)] if rows else []
    return "\n\n".join(parts)


def walk(command: Any, name: str) -> dict[str, Any]:
    """Commands below `command` by what one types."""
    below = getattr(command, "commands", None)
    if below is None:
        return {name: command}
    return {full: found for word, one in below.items() for full, found in walk(one, f"{name} {word}").items()}


def catalogue_summary(words: Words) -> str:
    """How many rows of the catalogue are served."""
    head = "part, rows, number, served, partly served, not served yet, not from events"
    return sheet(words, head, catalogue.summary(words))


def catalogue_rows(name: str) -> Block:
    """All rows of one part of the catalogue."""

    def block(words: Words) -> str:
        head = "row, what, status, served by, made from, reason"
        return sheet(words, head, catalogue.table(words, name))

    return block


BLOCKS: Final[dict[str, Block]] = {
    "topics": topics,
    "settings": settings,
    "metrics": metrics,
    "tags": rule_blocks.tags,
    "more tags": rule_blocks.more_tags,
    **{f"tags of {name}": partial(rule_blocks.profile_tags, name=name) for name in SHIPPED[2:]},
    "features": rule_blocks.features,
    "measures": rule_blocks.measures,
    "views of tags": rule_blocks.member_views,
    "tables": tables,
    "views": view_blocks.views,
    "event types": event_types,
    "envelope": envelope,
    "event fields": event_fields,
    "reasons": reasons,
    "commands": commands,
    "catalogue summary": catalogue_summary,
    **{f"catalogue {name}": catalogue_rows(name) for name in catalogue.FILES},
}
