"""``qunpulse replay``: files of events, live or on the embedded parts, with a progress bar a stage."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from streams.cli.base import fail, friendly, settings


def replay(
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON Lines, .gz too."),
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Run the whole pipeline here, until all is stored.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the embedded store; with --embedded.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Run the reference model here: no broker, no store.")
    ] = False,
    log: Annotated[
        bool,
        typer.Option(
            "--log", help="With --reference: over the internal topics of the broker, not over files."
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the facts as JSON Lines; with --reference.")
    ] = None,
) -> None:
    """Send files of events, each line as it stands, to the topic that its kind names."""
    if log and not reference:
        fail("--log goes with --reference", 2)
    if log == bool(files):
        fail("give files" if not files else "--log reads the broker, not files", 2)
    if reference and embedded:
        fail("--reference and --embedded exclude each other", 2)
    if out is not None and not reference:
        fail("--out goes with --reference", 2)
    if embedded and data is None:
        fail("--embedded needs --data DIR, the folder of the store", 2)
    if data is not None and not embedded:
        fail("--data goes with --embedded", 2)
    with friendly():
        found = settings()
        with _bars() as moved:
            if log:
                from streams.reference_log import replay_log  # noqa: PLC0415

                summary = asyncio.run(replay_log(found, moved, out))
            elif reference:
                from streams.reference_replay import replay_reference  # noqa: PLC0415
                from streams.runtime import wall_ms  # noqa: PLC0415

                summary = replay_reference(files or [], found, moved, wall_ms(), out)
            elif data is not None:
                from streams.embedded_replay import replay_embedded  # noqa: PLC0415

                summary = replay_embedded(files or [], data, found, moved)
            else:
                from streams.live_replay import replay_live  # noqa: PLC0415

                summary = replay_live(files or [], found, moved)
    typer.echo(json.dumps(summary, ensure_ascii=False) if as_json else _sheet(summary))


def _sheet(summary: dict[str, object]) -> str:
    return "\n".join(f"{name:>16}  {value}" for name, value in summary.items())


@contextmanager
def _bars() -> Iterator["Moved"]:
    """A progress bar a stage, on a terminal only, on stderr."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:>5}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Moved(progress)


class Moved:
    """Moves the bar of a stage to a share between 0 and 1."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, object] = {}

    def __call__(self, stage: str, share: float) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=1.0)
        self._progress.update(self._tasks[stage], completed=share)  # type: ignore[arg-type]
