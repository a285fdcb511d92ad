"""The views of the store, with their columns, for a page."""

import re

from checks.sheets import code, sheet
from checks.words import Words
from sinks.clickhouse.views import VIEWS


def views(words: Words) -> str:
    """Every view; `brand_id` is the first column of each."""
    parts = []
    for view in VIEWS.values():
        rows = [[code(name), code(kind), words.say(text)] for name, (kind, text) in view.told.items()]
        parts += [
            f"### {view.name}",
            words.say(re.sub(r"^[A-Z]\d\d[^:]*: ", "", view.text)),
            sheet(words, "column, type, meaning", rows),
        ]
    return "\n\n".join(parts)
