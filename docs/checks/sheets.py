"""Tables and code in Markdown."""

from collections.abc import Iterable

from checks.words import Words


def sheet(words: Words, head: str, rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; `head` holds the English names of its columns."""
    names = [words.say(name) for name in head.split(", ")]
    lines = [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def code(*texts: object) -> str:
    """Each text as code."""
    return ", ".join(f"`{text}`" for text in texts)
