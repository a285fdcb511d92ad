"""Repairing the original of a dead letter before it is sent again: small, named repairs, each the same for all letters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec


class CannotEdit(Exception):
    """The original is not of the form that the repair needs; the text says what is in the way."""


@dataclass(frozen=True)
class Edit:
    """What is changed. `encoding`: what the bytes are in, if not UTF-8; `zone`: of a ``ts`` that names none."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """New values by field; a dot goes into an object. None as a value takes the field away."""
    zone: ZoneInfo | None = None
    encoding: str | None = None

    @property
    def empty(self) -> bool:
        return not self.values and self.zone is None and self.encoding is None

    def apply(self, raw: bytes) -> bytes:
        """The repaired bytes; the very same where there is nothing to repair.

        Raises:
            CannotEdit: the bytes are not of the form that a repair needs.
        """
        if self.encoding is not None:
            try:
                raw = raw.decode(self.encoding).encode()
            except UnicodeDecodeError as error:
                raise CannotEdit(
                    f"the bytes are not {self.encoding}: {error.reason} at {error.start}"
                ) from None
        if not self.values and self.zone is None:
            return raw
        try:
            event = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CannotEdit(f"the bytes are no JSON: {error}") from None
        if not isinstance(event, dict):
            raise CannotEdit("the bytes are no JSON object")
        for path, value in self.values.items():
            _set(event, path.split("."), value)
        if self.zone is not None:
            event["ts"] = _zoned(event.get("ts"), self.zone)
        return msgspec.json.encode(event)


def _set(event: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, name = path
    for parent in parents:
        inner = event.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise CannotEdit(f"{parent} is no object")
        event = inner
    if value is None:
        event.pop(name, None)
    else:
        event[name] = value


def _zoned(ts: Any, zone: ZoneInfo) -> Any:
    """A local time as one with its zone; any other value as it is."""
    if not isinstance(ts, str):
        return ts
    try:
        at = datetime.fromisoformat(ts.strip())
    except ValueError as error:
        raise CannotEdit(f"ts: {error}") from None
    return ts if at.tzinfo is not None else at.replace(tzinfo=zone).isoformat()


def read_value(text: str) -> tuple[str, Any]:
    """``field=value`` as typed: a value that is JSON is taken as JSON, any other as text.

    Raises:
        ValueError: there is no ``=``, or no field before it.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip("."):
        raise ValueError(f"{text!r} is not field=value")
    try:
        return name, msgspec.json.decode(value.encode())
    except msgspec.DecodeError:
        return name, value
