"""``qunpulse compare``: does what the workers hold equal a recomputation in SQL."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.base import friendly, settings


def compare(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    textfile: Annotated[
        Path | None, typer.Option(help="Write the result as metrics to this file, for a textfile collector.")
    ] = None,
    pages: Annotated[
        int, typer.Option(min=1, help="Compare the members in so many parts, to hold less.")
    ] = 1,
) -> None:
    """Compare member profiles and tags with a recomputation from the stored events; exit code 1 if any differ."""
    from streams import compare as comparing  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415
    from streams.textfile import write_textfile  # noqa: PLC0415

    with friendly():
        found = settings()
        engine = open_engine(found)
        try:
            values = comparing.compare(engine, found.timezone, pages)
        finally:
            engine.close()
        if textfile is not None:
            write_textfile(textfile, comparing.as_metrics(values))
    typer.echo(
        json.dumps([asdict(one) for one in values], ensure_ascii=False)
        if as_json
        else comparing.as_text(values)
    )
    if any(one.differ for one in values):
        raise typer.Exit(1)
