"""Keeps the pages true: ``./run python docs/check.py`` says what is wrong, ``--write`` renews the generated parts.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

import re
import sys
from pathlib import Path

import typer
from checks import blocks, catalogue, pages
from checks.words import Words

from streams.cli import cli

ROOT = Path(__file__).resolve().parent.parent

PART = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str, words: Words) -> str:
    """A page with its generated parts as they should be now."""

    def part(found: re.Match[str]) -> str:
        return f"{found[1]}\n{blocks.BLOCKS[found[2]](words)}\n\n{found[3]}"

    return PART.sub(part, text)


def check_generated(write: bool) -> list[str]:
    """Pages whose generated parts are old; with `write` they are renewed."""
    wrong: list[str] = []
    seen: list[set[str]] = []
    for lang, side in (("en", 0), ("zh", 1)):
        words = Words("en" if lang == "en" else "zh")
        names: set[str] = set()
        for page in (pair[side] for pair in pages.pairs(ROOT)):
            text = page.read_text("utf-8") if page.exists() else ""
            names.update(found[2] for found in PART.finditer(text))
            new = renewed(text, words)
            if new != text and write:
                page.write_text(new, "utf-8")
            elif new != text:
                wrong.append(f"{page.relative_to(ROOT)}: stale; run ./run python docs/check.py --write")
        wrong += dict.fromkeys(words.missing)
        seen.append(names)
    for names in seen:
        wrong += [f"no page has the generated part {name!r}" for name in sorted(blocks.BLOCKS.keys() - names)]
    return wrong


def main() -> int:
    """Exit code: 0 when all is well."""
    wrong = check_generated(write="--write" in sys.argv[1:])
    known = {name.removeprefix("qunpulse ") for name in blocks.walk(typer.main.get_command(cli), "qunpulse")}
    wrong += catalogue.wrong({name: catalogue.read_rows(name) for name in catalogue.FILES})
    wrong += pages.unlike(ROOT)
    wrong += pages.broken_links(ROOT)
    wrong += pages.unknown_commands(ROOT, known | {"test", "python", "--help"})
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "docs: all well\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
