"""``qunpulse fit``: the population behind P(alive), from stored history."""

import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from streams.cli.base import fail, friendly, settings
from streams.fatal import EXIT_CONFIG


def fit(
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, help="JSON Lines, .gz too; none: the store's events."),
    ] = None,
    model: Annotated[Literal["mbg", "bg"], typer.Option(help="What to fit; the tags use mbg.")] = "mbg",
    acts: Annotated[
        Literal["activity", "orders"], typer.Option(help="What counts as an act: any own act, or payments.")
    ] = "activity",
    until: Annotated[
        str | None, typer.Option(help="Last day looked at, YYYY-MM-DD; default: the latest.")
    ] = None,
    brand: Annotated[str | None, typer.Option(help="Members of this brand only.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the file for QUNPULSE_POPULATION here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fit the population behind P(alive) to history, by maximum likelihood."""
    if out is not None and model != "mbg":
        fail("--out goes with --model mbg: it is what the tags use", 2)
    try:
        from models.fitting import NotFitted  # noqa: PLC0415
    except ModuleNotFoundError as error:
        fail(f"needs {error.name}: install qunpulse with its extra `fit`", EXIT_CONFIG)
    from models.calendar import Calendar, day_number  # noqa: PLC0415
    from streams import fit as fitting  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415

    with friendly():
        found = settings()
        try:
            last = None if until is None else day_number(until)
        except ValueError:
            fail(f"--until: {until!r} is no date YYYY-MM-DD", 2)
        if files:
            days = fitting.days_in_files(files, acts, Calendar(found.timezone), time.time_ns() // 1_000_000)
        else:
            engine = open_engine(found)
            try:
                days = fitting.days_in_store(engine, acts, found.timezone)
            finally:
                engine.close()
        try:
            fitted, day = fitting.fit_days(days, model, last, brand)
        except NotFitted as error:
            fail(str(error), EXIT_CONFIG)
        typer.echo(fitting.told(fitted, acts, day, brand, as_json))
        if out is not None:
            fitting.population(fitted, acts, day, brand).write(out)
