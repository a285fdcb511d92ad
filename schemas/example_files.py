"""The examples, typed. They are package data: tests, the simulator and the docs read the same files.

``examples/<kind>/<type>.json`` is an accepted event, ``examples/refused/<reason>-<slug>.json`` says what is refused
and why, ``examples/facts/<fact>.json`` is something we state.
"""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from schemas.errors import Reason
from schemas.events import MAX_BYTES, TYPES
from schemas.facts import FACTS

EXAMPLE_NOW: Final = 1_767_700_000_000
"""2026-01-06T11:46:40Z: the time at which the examples are judged, the day after they happened."""

_ROOT: Final = files("schemas").joinpath("examples")


@dataclass(frozen=True, slots=True)
class Example:
    """An accepted event; `path` is relative to the folder of examples."""

    kind: str
    type: str
    raw: bytes
    path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Bytes that are refused for `reason`, on the topic of `topic_kind` if that matters."""

    why: str
    reason: Reason
    topic_kind: str | None
    max_bytes: int
    raw: bytes
    path: str


@dataclass(frozen=True, slots=True)
class FactExample:
    """A fact under its name in `schemas.facts.FACTS`."""

    name: str
    raw: bytes
    path: str


def accepted() -> list[Example]:
    """At least one event for every type, by kind and type."""
    return [
        Example(kind, file.name.removesuffix(".json"), file.read_bytes(), f"{kind}/{file.name}")
        for kind in TYPES
        for file in _files(kind)
    ]


def refused() -> list[Refused]:
    """At least one for every reason."""
    return [_refused(file) for file in _files("refused")]


def facts() -> list[FactExample]:
    """One for every fact."""
    return [
        FactExample(name, _ROOT.joinpath("facts", f"{name}.json").read_bytes(), f"facts/{name}.json")
        for name in FACTS
    ]


def _files(folder: str) -> Iterator[Traversable]:
    found = (file for file in _ROOT.joinpath(folder).iterdir() if file.name.endswith(".json"))
    yield from sorted(found, key=lambda file: file.name)


def _refused(file: Traversable) -> Refused:
    told = json.loads(file.read_bytes())
    raw = b64decode(told["raw_base64"]) if "raw_base64" in told else told["raw"].encode()
    return Refused(
        why=told["why"],
        reason=Reason(told["reason"]),
        topic_kind=told["topic_kind"],
        max_bytes=told.get("max_bytes", MAX_BYTES),
        raw=raw,
        path=f"refused/{file.name}",
    )
