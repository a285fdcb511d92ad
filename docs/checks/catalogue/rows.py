"""The rows, read and checked against what there is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

from checks.texts import read
from models.features import BY_ID
from models.measures import COUNTS, SUMS, WORDS
from models.purchases import KINDS
from models.rules import compile_rules
from models.windows import COUNTABLE
from schemas.chat import ChatFields
from schemas.checkin import CheckinFields
from schemas.events import classes_of
from schemas.join import JoinFields
from schemas.order import OrderFields
from sinks.clickhouse.tables import TABLES
from sinks.clickhouse.views import VIEWS
from streams.rule_files import SHIPPED, shipped_rules

Status = Literal["served", "partly served", "not served yet", "not from events"]

FOLDER: Final = Path(__file__).parent

FILES: Final[Mapping[str, tuple[str, int]]] = {
    "models": ("M", 64),
    "tags": ("T", 96),
    "activities": ("A", 55),
    "points": ("P", 25),
    "timers": ("N", 5),
    "groups": ("G", 95),
    "wecom": ("W", 23),
}
"""Each file with the letter of its rows and how many there are: every number from 1 has one."""

_REASON: Final[Mapping[str, str]] = {"part": "later", "later": "later", "outside": "outside"}
"""Key of a row -> part of ``reasons.yaml`` that its word is of."""


@dataclass(frozen=True)
class Row:
    """One row of the catalogue."""

    id: str
    en: str
    zh: str
    status: Status
    by: list[str] = field(default_factory=list)
    made_from: list[str] = field(default_factory=list)
    reason: str | None = None


@cache
def reasons() -> Mapping[str, Mapping[str, list[str]]]:
    """Reasons in English and Chinese, by part and word."""
    found: Mapping[str, Mapping[str, list[str]]] = read(FOLDER / "reasons.yaml")
    return found


def read_rows(name: str) -> list[Row]:
    """Rows of one file, in its order.

    Raises `ValueError` when a row says neither or both of what serves it and why nothing does.
    """
    return [_row(one) for one in read(FOLDER / f"{name}.yaml")]


def _row(one: dict[str, object]) -> Row:
    said = [key for key in ("by", "later", "outside") if key in one]
    known = {"id", "en", "zh", "by", "part", "later", "outside", "from"}
    if len(said) != 1 or not one.keys() <= known or ("part" in one and said != ["by"]):
        raise ValueError(f"{one.get('id')}: needs one of by, later, outside; part only with by")
    status: Status = {"by": "served", "later": "not served yet", "outside": "not from events"}[said[0]]  # type: ignore[assignment]
    key = next((key for key in _REASON if key in one), None)
    reason = None if key is None else f"{_REASON[key]}.{one[key]}"
    if key == "part":
        status = "partly served"
    by, made_from = one.get("by", []), one["from"]
    assert isinstance(by, list)
    assert isinstance(made_from, list)
    return Row(str(one["id"]), str(one["en"]), str(one["zh"]), status, by, made_from, reason)


def wrong(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Rows that are missing, twice there, or name what there is not."""
    for name, (letter, count) in FILES.items():
        ids = [row.id for row in rows[name]]
        wanted = [f"{letter}{number:02}" for number in range(1, count + 1)]
        yield from (f"{name}.yaml: {one} is missing" for one in wanted if one not in ids)
        if ids != sorted(set(ids)):
            yield f"{name}.yaml: rows are twice there or out of order"
        yield from (f"{name}.yaml: there is no row {one}" for one in ids if one not in wanted)
    for row in (one for of_file in rows.values() for one in of_file):
        yield from (f"{row.id}: no tag, feature or column {one!r}" for one in row.by if one not in _servers())
        yield from (f"{row.id}: no event type {one!r}" for one in row.made_from if one not in _types())
        if row.reason is not None:
            part, _, word = row.reason.partition(".")
            if word not in reasons()[part]:
                yield f"{row.id}: reasons.yaml has no {row.reason}"
    given = {row.reason for of_file in rows.values() for row in of_file}
    known = {f"{part}.{word}" for part, words in reasons().items() for word in words}
    yield from (f"reasons.yaml: no row gives {one}" for one in sorted(known - given))


_WAYS: Final[Mapping[str, Iterable[str]]] = {
    "count": COUNTABLE,
    "days_since": COUNTABLE,
    "share": (*COUNTS, *KINDS),
    "sum": SUMS,
    "distinct": WORDS,
    "top": WORDS,
}
"""What a rule may describe itself, by the way of doing so."""


@cache
def _servers() -> frozenset[str]:
    tags = {tag for name in SHIPPED for tag in compile_rules(*shipped_rules(name)).names}
    readable = {name: one.columns for name, one in (*TABLES.items(), *VIEWS.items())}
    columns = {f"{name}.{column}" for name, of_one in readable.items() for column in of_one}
    described = {f"{way}({what})" for way, known in _WAYS.items() for what in known}
    return frozenset(tags | BY_ID.keys() | columns | described)


@cache
def _types() -> frozenset[str]:
    kinds = {"chat": ChatFields, "join": JoinFields, "order": OrderFields, "checkin": CheckinFields}
    return frozenset(
        word
        for kind in kinds
        for model in classes_of(kind)  # type: ignore[arg-type]
        for word in get_args(model.model_fields["type"].annotation)
    )
