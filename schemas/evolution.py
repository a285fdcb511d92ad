"""What a change of contracts breaks, judged on summaries of JSON Schemas (rules: `schemas.base`)."""

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]
Summary = dict[str, dict[str, Any]]
"""Class name to its types, its required fields, and each field's JSON types, words and limits, by path."""

UPPER: Final = ("maxLength", "maxItems", "maxProperties", "maximum")
LOWER: Final = ("minLength", "minItems", "minimum", "exclusiveMinimum")


def summary(schema: Schema) -> Summary:
    """The classes of a schema: those that it is one of, or the one that it is."""
    defs = schema.get("$defs", {})
    members = [_resolve(member, defs) for member in schema.get("oneOf", [schema])]
    return {member["title"]: _class(member, defs) for member in members}


def _class(schema: Schema, defs: Schema) -> dict[str, Any]:
    fields = dict(sorted(_fields(schema, defs, "")))
    kind_of = fields.get("type", {})
    return {
        "types": kind_of.get("words", []),
        "required": sorted(schema.get("required", [])),
        "fields": fields,
    }


def _resolve(schema: Schema, defs: Schema) -> Schema:
    reference = schema.get("$ref")
    return schema if reference is None else defs[reference.rsplit("/", 1)[1]]


def _fields(schema: Schema, defs: Schema, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield from _field(field, defs, f"{path}{name}")


def _field(field: Schema, defs: Schema, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    choices = [_resolve(choice, defs) for choice in field.get("anyOf", [field])]
    told: dict[str, Any] = {"json": sorted({str(choice.get("type", "any")) for choice in choices})}
    words = [word for choice in choices for word in _words(choice)]
    if words:
        told["words"] = sorted(words)
    for limit in (*UPPER, *LOWER, "pattern"):
        values = [choice[limit] for choice in choices if limit in choice]
        if values:
            told[limit] = values[0]
    yield path, told
    for choice in choices:
        yield from _fields(choice, defs, f"{path}.")
        if "items" in choice:
            yield from _field(choice["items"], defs, f"{path}[]")


def _words(choice: Schema) -> list[str]:
    return [choice["const"]] if "const" in choice else list(choice.get("enum", []))


def input_breaks(old: Summary, new: Summary) -> list[str]:
    """Old events that new code would refuse or read otherwise."""
    now = {name: described for described in new.values() for name in described["types"]}
    breaks = []
    for described in old.values():
        for name in described["types"]:
            if name not in now:
                breaks.append(f"{name}: the type is gone")
                continue
            added = set(now[name]["required"]) - set(described["required"])
            breaks += [f"{name}: {field} became required" for field in sorted(added)]
            breaks += _field_breaks(name, described["fields"], now[name]["fields"])
    return breaks


def _field_breaks(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for path, before in old.items():
        after = new.get(path)
        if after is None:
            yield f"{name}: {path} is no longer typed"
            continue
        if set(before["json"]) - set(after["json"]):
            yield f"{name}: {path} was retyped"
        lost = set(before.get("words", ())) - set(after.get("words", ()))
        if lost and path != "type" and "words" in after:
            yield f"{name}: {path} lost {', '.join(sorted(lost))}"
        if "words" in after and "words" not in before:
            yield f"{name}: {path} became a closed set"
        yield from (f"{name}: {path} has a tighter {limit}" for limit in _tighter(before, after))


def _tighter(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for limit in UPPER:
        if limit in after and after[limit] < before.get(limit, float("inf")):
            yield limit
    for limit in LOWER:
        if limit in after and after[limit] > before.get(limit, float("-inf")):
            yield limit
    if after.get("pattern", before.get("pattern")) != before.get("pattern"):
        yield "pattern"


def output_breaks(old: Summary, new: Summary) -> list[str]:
    """New facts that an old reader could not read."""
    breaks = []
    for name, described in old.items():
        after = new[name]["fields"] if name in new else {}
        for path, before in described["fields"].items():
            if path not in after:
                breaks.append(f"{name}: {path} is gone")
            elif set(after[path]["json"]) - set(before["json"]):
                breaks.append(f"{name}: {path} was retyped")
    return breaks
