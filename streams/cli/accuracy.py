"""``qunpulse accuracy``: how good the churn flags were."""

import json
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.base import friendly, settings


def accuracy(
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, help="JSON Lines, .gz too; none: the store's events."),
    ] = None,
    horizon: Annotated[
        int, typer.Option(min=1, help="A member is lost after so many days without an own act.")
    ] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    textfile: Annotated[
        Path | None, typer.Option(help="Write the result as metrics to this file, for a textfile collector.")
    ] = None,
) -> None:
    """Precision, recall and lead time of the churn flags, and P(alive) against who was seen again, from stored history."""
    from models.calendar import Calendar  # noqa: PLC0415
    from streams import accuracy as looking  # noqa: PLC0415
    from streams import history  # noqa: PLC0415
    from streams.accuracy_report import as_metrics, as_text, report  # noqa: PLC0415
    from streams.decisions import member_params, rule_set  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415
    from streams.textfile import write_textfile  # noqa: PLC0415

    with friendly():
        found = settings()
        now = time.time_ns() // 1_000_000
        with history.opened(files, now, partial(open_engine, found)) as (pages, until):
            content = report(
                looking.accuracy(
                    pages,
                    rule_set(found),
                    member_params(found),
                    Calendar(found.timezone),
                    horizon_days=horizon,
                    until=until,
                )
            )
        if textfile is not None:
            write_textfile(textfile, as_metrics(content))
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else as_text(content))
