"""The rows as tables of a page."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, get_args

from checks.catalogue.rows import FILES, Row, Status, read_rows, reasons
from checks.words import Words

_TITLES: Final = {
    "models": "user models",
    "tags": "tags and tag classes",
    "activities": "activities",
    "points": "points and membership",
    "timers": "values that flip with no event",
    "groups": "groups",
    "wecom": "statistics of WeCom",
}


def summary(words: Words) -> Iterable[Iterable[object]]:
    """Rows of each status, by file, and in all."""
    counts = {name: Counter(row.status for row in read_rows(name)) for name in FILES}
    for name, (letter, count) in FILES.items():
        yield [words.say(_TITLES[name]), letter, count, *(counts[name][one] for one in get_args(Status))]
    total = sum(counts.values(), Counter[Status]())
    yield [words.say("all"), "", total.total(), *(total[one] for one in get_args(Status))]


def table(words: Words, name: str) -> Iterable[Iterable[object]]:
    """The rows of one file."""
    side = 0 if words.lang == "en" else 1
    for row in read_rows(name):
        yield [
            row.id,
            (row.en, row.zh)[side],
            words.say(row.status),
            ", ".join(f"`{one}`" for one in row.by),
            ", ".join(f"`{one}`" for one in row.made_from),
            _reason(row, side),
        ]


def _reason(row: Row, side: int) -> str:
    if row.reason is None:
        return ""
    part, _, word = row.reason.partition(".")
    return reasons()[part][word][side]
