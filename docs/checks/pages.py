"""What must hold for the pages: both languages alike, links that lead somewhere, commands that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

FENCE = re.compile(r"^(```|~~~)")


def pairs(root: Path) -> list[tuple[Path, Path]]:
    """English page and its Chinese twin, whether or not both exist."""
    docs = root / "docs"
    names = {page.name for folder in (docs, docs / "zh") for page in folder.glob("*.md")}
    return [(root / "README.md", root / "README.zh-CN.md")] + [
        (docs / name, docs / "zh" / name) for name in sorted(names)
    ]


def split(text: str) -> tuple[list[str], list[str]]:
    """Lines outside of fenced blocks, and inside."""
    outside: list[str] = []
    inside: list[str] = []
    fenced = False
    for line in text.splitlines():
        if FENCE.match(line):
            fenced = not fenced
        else:
            (inside if fenced else outside).append(line)
    return outside, inside


def headings(text: str) -> list[int]:
    """Levels of the headings, in order."""
    return [len(found[1]) for line in split(text)[0] if (found := re.match(r"(#+) ", line))]


def unlike(root: Path) -> Iterator[str]:
    """Pages that are missing in a language or have other headings there."""
    for english, chinese in pairs(root):
        lacking = [page for page in (english, chinese) if not page.exists()]
        yield from (f"{page.relative_to(root)}: is missing" for page in lacking)
        if not lacking:
            ours, theirs = (headings(page.read_text("utf-8")) for page in (english, chinese))
            if ours != theirs:
                yield f"{chinese.relative_to(root)}: headings of levels {theirs}, in English {ours}"


def broken_links(root: Path) -> Iterator[str]:
    """Relative links to what is not there."""
    for page in (one for pair in pairs(root) for one in pair if one.exists()):
        for target in re.findall(r"\]\(([^)\s]+)\)", "\n".join(split(page.read_text("utf-8"))[0])):
            path = target.partition("#")[0]
            if path and "://" not in path and not (page.parent / path).exists():
                yield f"{page.relative_to(root)}: the link {target} leads nowhere"


def unknown_commands(root: Path, known: set[str]) -> Iterator[str]:
    """Fenced ``./run`` lines whose command there is not."""
    for page in (one for pair in pairs(root) for one in pair if one.exists()):
        for line in split(page.read_text("utf-8"))[1]:
            found = re.match(r"(?:[A-Z_]+=\S* )*\./run (.*)", line)
            if found and not any(re.match(rf"{name}(\s|$)", found[1]) for name in known):
                yield f"{page.relative_to(root)}: no such command: {line}"
