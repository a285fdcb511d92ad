"""Reading the calendar of a rule file: named days, each with its names in two languages and at least one way of saying which."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import yaml

from models.named_days import SCENES, WEEKDAYS, NamedDays, Yearly, read_span, read_yearly
from models.rules.reading import Reader

MOST_BEFORE: Final = 366
"""Longest stretch before a day that can be named with it, days."""

_One = TypeVar("_One")

_WAYS: Final = ("weekdays", "days_of_month", "dates", "among")
_KEYS: Final = ("name", *_WAYS, "before", "scene")

_id = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch


Entries = Mapping[str, tuple[Reader, yaml.Node]]
"""What calendars say of each name, with the reader of the file where that stands."""


def entries(reader: Reader, node: yaml.Node) -> Entries:
    """The section ``calendar`` of one file. Raises `RuleError` if a name is none."""
    found = reader.mapping(node)
    for key, entry in found.items():
        if not _id(key):
            raise reader.error(entry, f"{key!r} is no name of days: small letters, digits, underscores")
    return {key: (reader, entry) for key, entry in found.items()}


def named_days(said: Entries) -> dict[str, NamedDays]:
    """The days by name; an entry may name those that stand before it. Raises `RuleError` at the first thing that is wrong."""
    found: dict[str, NamedDays] = {}
    for key, (reader, node) in said.items():
        found[key] = _entry(reader, key, node, found)
    return found


def _entry(reader: Reader, key: str, node: yaml.Node, earlier: Mapping[str, NamedDays]) -> NamedDays:
    parts = reader.mapping(node, _KEYS, needed=("name",))
    if not parts.keys() & set(_WAYS):
        raise reader.error(node, f"which days are {key}? Say one of {', '.join(_WAYS)}")
    names = reader.mapping(parts["name"], ("zh", "en"), needed=("zh", "en"))
    spans, yearly = _dates(reader, parts["dates"]) if "dates" in parts else ((), ())
    return NamedDays(
        id=key,
        zh=reader.text(names["zh"]),
        en=reader.text(names["en"]),
        weekdays=_each(reader, parts, "weekdays", lambda one: _weekday(reader, one)),
        month_days=_each(reader, parts, "days_of_month", lambda one: _day_of_month(reader, one)),
        spans=spans,
        yearly=yearly,
        among=_each(reader, parts, "among", lambda one: earlier[reader.word(one, "earlier days", earlier)]),
        before=_before(reader, parts["before"]) if "before" in parts else 0,
        scene=reader.word(parts["scene"], "scene", SCENES) if "scene" in parts else None,
    )


def _each(
    reader: Reader, parts: Mapping[str, yaml.Node], key: str, read: Callable[[yaml.Node], _One]
) -> tuple[_One, ...]:
    """What is read of each item of a list, or of the one item that stands there by itself."""
    if key not in parts:
        return ()
    node = parts[key]
    nodes = reader.sequence(node) if isinstance(node, yaml.SequenceNode) else [node]
    if not nodes:
        raise reader.error(node, f"{key} of nothing")
    return tuple(read(one) for one in nodes)


def _weekday(reader: Reader, node: yaml.Node) -> int:
    return WEEKDAYS.index(reader.word(node, "weekday", WEEKDAYS))


def _day_of_month(reader: Reader, node: yaml.Node) -> int:
    day = reader.integer(node, least=1)
    if day > 31:
        raise reader.error(node, f"a month has at most 31 days, not {day}")
    return day


def _before(reader: Reader, node: yaml.Node) -> int:
    days = reader.integer(node, least=1)
    if days > MOST_BEFORE:
        raise reader.error(node, f"at most {MOST_BEFORE} days before, not {days}")
    return days


def _dates(reader: Reader, node: yaml.Node) -> tuple[tuple[tuple[int, int], ...], tuple[Yearly, ...]]:
    spans: list[tuple[int, int]] = []
    yearly: list[Yearly] = []
    for one in reader.sequence(node):
        written = reader.text(one)
        span, stretch = read_span(written), read_yearly(written)
        if span is not None:
            spans.append(span)
        elif stretch is not None:
            yearly.append(stretch)
        else:
            raise reader.error(
                one,
                f"{written!r} is no date such as 2026-02-17 or 11-11 (of every year), and no stretch such as "
                "2026-02-15..2026-02-23, the earlier day first",
            )
    if not spans and not yearly:
        raise reader.error(node, "dates of nothing")
    return tuple(spans), tuple(yearly)
