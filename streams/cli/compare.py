"""``qunpulse compare``: does what the workers hold equal a recomputation in SQL."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.base import fail, friendly, settings


def compare(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    textfile: Annotated[
        Path | None, typer.Option(help="Write the result as metrics to this file, for a textfile collector.")
    ] = None,
    pages: Annotated[
        int, typer.Option(min=1, help="Compare the members in so many parts, to hold less.")
    ] = 1,
    rules: Annotated[
        Path | None, typer.Option(help="Rule file of the workers, if not the one of QUNPULSE_RULES.")
    ] = None,
) -> None:
    """Compare member profiles and tags with a recomputation from stored events; exit code 1 if any differ or none is there."""
    from models.rules import compile_rules  # noqa: PLC0415
    from streams import compare as comparing  # noqa: PLC0415
    from streams.decisions import member_params, rules_text  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415
    from streams.textfile import write_textfile  # noqa: PLC0415

    with friendly():
        found = settings()
        text, name = rules_text(rules or found.rules)
        compile_rules(text, name)
        engine = open_engine(found)
        try:
            outcome = comparing.compare(engine, found.timezone, text, member_params(found), pages)
        finally:
            engine.close()
        if textfile is not None:
            write_textfile(textfile, comparing.as_metrics(outcome))
    typer.echo(json.dumps(asdict(outcome), ensure_ascii=False) if as_json else comparing.as_text(outcome))
    if not any(one.members for one in outcome.values):
        fail("nothing was compared: the store holds no member's profile yet", 1)
    if any(one.differ for one in outcome.values):
        raise typer.Exit(1)
