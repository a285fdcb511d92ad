"""What the formats on disk and on the wire are today: their versions, and a print of their shape.

A version means one shape for ever. `test_formats.py` compares with what was recorded when the golden files were made.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from models.groups.state import GROUPS_STATE_VERSION, GroupState
from models.state import STATE_VERSION, MemberState
from schemas.base import Fact
from schemas.rows import ROWS_VERSION, Rows
from sinks.clickhouse import migrate
from streams.changelog import CHANGELOG_VERSION, pack
from streams.store import Store


class Timer:
    """The least state that a store can hold."""

    due: int | None = 1_767_600_000_000


def shape(kind: Any) -> Any:
    """A type as plain data: fields in their order, by the names that are written."""
    info = msgspec.inspect
    if isinstance(kind, info.StructType):
        fields = [[field.encode_name, shape(field.type), field.required] for field in kind.fields]
        return [kind.cls.__name__, "array" if kind.array_like else "map", fields]
    if isinstance(kind, info.DictType):
        return ["dict", shape(kind.key_type), shape(kind.value_type)]
    if isinstance(kind, info.UnionType):
        return ["union", *sorted((shape(one) for one in kind.types), key=str)]
    if isinstance(kind, info.CustomType):
        return ["custom", kind.cls.__name__]
    inner = getattr(kind, "item_type", None)
    return [type(kind).__name__] if inner is None else [type(kind).__name__, shape(inner)]


def print_of(what: object) -> str:
    """Sixteen hex digits that change when `what` does."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


def envelope() -> str:
    """A changelog value around a state of one byte."""
    empty: Store[Timer] = Store(lambda _: b"x", lambda _: Timer())
    empty.put(b"key", Timer())
    return pack(7, empty.drain()[0][1]).hex()


def files_of_the_store() -> dict[str, str]:
    """Each migration's print: one that was released is never edited."""
    folder = Path(migrate.__file__).with_name("migrations")
    return {path.name: print_of(path.read_text("utf-8")) for path in sorted(folder.glob("*.sql"))}


def formats() -> dict[str, dict[str, Any]]:
    """Version and print of every format."""
    migrations = files_of_the_store()
    return {
        "member state": {
            "version": STATE_VERSION,
            "print": print_of(shape(msgspec.inspect.type_info(MemberState))),
        },
        "group state": {
            "version": GROUPS_STATE_VERSION,
            "print": print_of(shape(msgspec.inspect.type_info(GroupState))),
        },
        "changelog value": {"version": CHANGELOG_VERSION, "print": print_of(envelope())},
        "packed rows": {"version": ROWS_VERSION, "print": print_of(shape(msgspec.inspect.type_info(Rows)))},
        "facts": {
            "version": Fact.model_fields["schema_version"].default,
            "print": "see tests/schemas/golden",
        },
        "store": {"version": len(migrations), "print": migrations},
    }
