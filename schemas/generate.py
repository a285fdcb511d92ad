"""Write the JSON Schemas and the AsyncAPI document, or check that they are fresh.

``python -m schemas.generate`` writes them; with ``--check`` it writes nothing, names the files that are stale and
exits 1; with ``--golden FOLDER`` it writes the summaries that the evolution test of a release compares with.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from schemas.asyncapi_document import SCHEMAS_FOLDER, asyncapi_document
from schemas.evolution import summary
from schemas.json_schemas import fact_schemas, input_schemas, rows_schema

ROOT: Final = Path(__file__).parent

CONTRACTS_VERSION: Final = "1.0.0"
"""Raised by hand: the last number for texts, the middle one for what was added; a break is a new topic."""


def documents() -> dict[str, str]:
    """Text of every generated file, under its path below `schemas`; the same models give the same bytes."""
    schemas = {**input_schemas(), **fact_schemas(), "rows": rows_schema()}
    files: dict[str, Any] = {
        f"{SCHEMAS_FOLDER}/{name}.schema.json": schema for name, schema in schemas.items()
    }
    files["asyncapi.json"] = asyncapi_document(CONTRACTS_VERSION)
    return {path: _text(content) for path, content in files.items()}


def stale(root: Path = ROOT) -> list[str]:
    """Paths of the generated files below `root` that are missing, outdated, or no longer generated."""
    wanted = documents()
    found = {f"{SCHEMAS_FOLDER}/{file.name}" for file in (root / SCHEMAS_FOLDER).glob("*.json")}
    wrong = {path for path, text in wanted.items() if _read(root / path) != text}
    return sorted(wrong | (found - wanted.keys()))


def write(root: Path = ROOT) -> None:
    """Write every generated file below `root` and remove those that are no longer generated."""
    wanted = documents()
    for path in stale(root):
        target = root / path
        if path not in wanted:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(wanted[path], encoding="utf-8")


def summaries() -> dict[str, str]:
    """Text of the summaries of a release, under their file names."""
    schemas = {**input_schemas(), **fact_schemas()}
    return {f"{name}.json": _text(summary(schema)) for name, schema in schemas.items()}


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the command."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    parser.add_argument("--golden", type=Path, metavar="FOLDER", help="write the summaries of a release")
    options = parser.parse_args(arguments)
    if options.golden is not None:
        options.golden.mkdir(parents=True, exist_ok=True)
        for name, text in summaries().items():
            (options.golden / name).write_text(text, encoding="utf-8")
        return 0
    if options.check:
        outdated = stale()
        sys.stdout.write("".join(f"stale: schemas/{path}\n" for path in outdated))
        return 1 if outdated else 0
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
