"""Everything that the evidence says about one thing: what a person needs first when two ledgers differ."""

import json
from collections.abc import Iterator

from tests.faults.books import Books
from tests.faults.evidence import FACTS, INTERNAL, TABLES
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
        hits = [
            text for text in texts if words and any(f'"{word}"' in text or word in text for word in words[:2])
        ]
        found += [f"  {name}: {text[:400]}" for text in hits[:MOST]]
        if len(hits) > MOST:
            found.append(f"  {name}: and {len(hits) - MOST} more")
    return "\n".join(found)


def _parts(books: Books) -> Iterator[tuple[str, list[str]]]:
    yield "ledger", [json.dumps(entry | _where(books, entry), ensure_ascii=False) for entry in books.ledger]
    for name in INTERNAL:
        rows = [
            f'"{row[0]}:{row[1]}" clock {row[2]} at {name}[{record["partition"]}] {record["offset"]}'
            for record in books.topic(name)
            for row in record["value"]["rows"]
        ]
        yield name, rows
    for name in FACTS:
        yield f"said {name}", [json.dumps(fact, ensure_ascii=False) for fact in books.said(name)]
        yield f"topic {name}", [json.dumps(record, ensure_ascii=False) for record in books.topic(name)]
    for name in ("events", *TABLES):
        yield f"table {name}", [json.dumps(row, ensure_ascii=False) for row in books.table(name)]


def _where(books: Books, entry: dict[str, object]) -> dict[str, str]:
    return {"place": books.place(entry)} if entry["acked"] else {}
