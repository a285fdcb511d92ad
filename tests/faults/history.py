"""Everything that the evidence says about one thing: what a person needs first when two ledgers differ."""

import json
from collections.abc import Iterator

from msgspec.structs import asdict

from tests.faults.books import Books, Entry
from tests.faults.evidence import FACTS, INTERNAL, TABLES
from tests.faults.sent import Sent
from tests.faults.verdict import Difference

MOST = 12
"""Lines of each part."""


def history(books: Books, difference: Difference) -> str:
    """The entries of all ledgers that speak of what `difference` is about, part by part."""
    words = [
        word for word in difference.about if len(word) > 1 and word not in {"default", "entered", "left"}
    ]
    found: list[str] = []
    for name, texts in _parts(books):
        hits = 0
        for text in texts:
            if words and any(word in text for word in words[:2]):
                hits += 1
                if hits <= MOST:
                    found.append(f"  {name}: {text[:400]}")
        if hits > MOST:
            found.append(f"  {name}: and {hits - MOST} more")
    return "\n".join(found)


def _parts(books: Books) -> Iterator[tuple[str, Iterator[str]]]:
    yield "ledger", (_written(asdict(entry) | _where(books, entry)) for entry in books.ledger)
    for name in INTERNAL:
        yield name, _rows(books, name)
    for name in FACTS:
        yield f"said {name}", map(_written, books.said(name))
        yield f"topic {name}", map(_written, books.topic(name))
    for name in ("events", *TABLES):
        yield f"table {name}", map(_written, books.table(name))


def _rows(books: Books, name: str) -> Iterator[str]:
    for record in books.topic(name):
        for source, offset, clock, *_ in record["value"]["rows"]:
            yield f'"{source}:{offset}" clock {clock} at {name}[{record["partition"]}] {record["offset"]}'


def _written(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False)


def _where(books: Books, entry: Sent) -> dict[str, str]:
    return {"place": books.place(entry)} if entry.acked else {}
