"""The command line. Exit codes are those of sysexits: 0, 2 usage, 69 unavailable, 70 bug, 78 configuration."""

import json
import logging
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from aiokafka.errors import KafkaError as AIOKafkaError
from kafka.errors import KafkaError
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from models.rules import RuleError, compile_rules
from schemas.topics import TOPICS
from sinks.errors import SinkError
from streams.decisions import shipped_rules
from streams.fatal import EXIT_CONFIG, EXIT_UNAVAILABLE
from streams.processes import PartFailed
from streams.settings import Settings, load
from streams.topics import TopicsWrong, create_missing, read_layout

QUIET = {
    "aiokafka": logging.ERROR,
    "kafka": logging.CRITICAL,
    "faust": logging.WARNING,
    "mode": logging.WARNING,
}
"""Least level of libraries that say in many lines what we say in one when a broker does not answer."""

cli = typer.Typer(
    no_args_is_help=True, add_completion=True, help="Live tags, scores and churn alerts for chat groups."
)
rules_cli = typer.Typer(no_args_is_help=True, help="The rule file of the tags.")
cli.add_typer(rules_cli, name="rules")


def fail(text: str, code: int) -> NoReturn:
    """Say what is wrong in one line and leave."""
    typer.echo(f"qunpulse: {text}", err=True)
    raise typer.Exit(code)


@contextmanager
def friendly() -> Iterator[None]:
    """Expected failures end in one line; whatever else happens is a bug and shows itself."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, first["loc"])).upper()
        fail(f"setting QUNPULSE_{name}: {first['msg']}" if name else first["msg"], EXIT_CONFIG)
    except (TopicsWrong, RuleError) as error:
        fail(str(error), EXIT_CONFIG)
    except FileNotFoundError as error:
        fail(f"no such file: {error.filename}", EXIT_CONFIG)
    except (SinkError, PartFailed, KafkaError, AIOKafkaError) as error:
        fail(str(error), EXIT_UNAVAILABLE)


def settings() -> Settings:
    """Settings, with logging set up by them."""
    found = load()
    level = getattr(logging, found.log_level.upper())
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    for noisy, least in QUIET.items():
        logging.getLogger(noisy).setLevel(level if level == logging.DEBUG else max(level, least))
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return found


@cli.command()
def demo(
    seconds: Annotated[float | None, typer.Option(help="End by itself after so many seconds.")] = None,
    speed: Annotated[float, typer.Option(help="Events a second, about.", min=1, max=20_000)] = 60.0,
) -> None:
    """Run everything on the embedded parts over a simulated community; Ctrl-C ends all."""
    from streams.demo import run_demo  # noqa: PLC0415 - each command loads only what it needs

    with friendly():
        run_demo(settings(), seconds, speed)


@cli.command()
def worker() -> None:
    """Run a worker: intake, members and groups, against the configured Kafka."""
    with friendly():
        found = settings()
        import faust  # noqa: PLC0415

        from streams.app import app  # noqa: PLC0415

        faust.Worker(
            app, loglevel="WARNING" if found.log_level != "debug" else "DEBUG", quiet=True
        ).execute_from_commandline()


@cli.command()
def sink() -> None:
    """Run the sink: facts and events into the store, and the HTTP API."""
    from streams.sink import run_sink  # noqa: PLC0415

    with friendly():
        run_sink(settings())


@cli.command()
def migrate() -> None:
    """Bring the store's tables to this version."""
    from sinks.clickhouse.migrate import migrate as apply  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415

    with friendly():
        engine = open_engine(settings())
        try:
            for name in apply(engine) or ["nothing to do"]:
                typer.echo(name)
        finally:
            engine.close()


@cli.command()
def replay(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON Lines, .gz too.")
    ],
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Run the whole pipeline here, until all is stored.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the embedded store; with --embedded.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Send files of events, each line as it stands, to the topic that its kind names."""
    if embedded and data is None:
        fail("--embedded needs --data DIR, the folder of the store", 2)
    if data is not None and not embedded:
        fail("--data goes with --embedded", 2)
    with friendly():
        found = settings()
        with _bars() as moved:
            if data is not None:
                from streams.embedded_replay import replay_embedded  # noqa: PLC0415

                summary = replay_embedded(files, data, found, moved)
            else:
                from streams.live_replay import replay_live  # noqa: PLC0415

                summary = replay_live(files, found, moved)
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


@cli.command()
def topics(
    create: Annotated[bool, typer.Option("--create", help="Create what is missing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show the topics as declared and as they are on the broker; exit 78 when something is missing or does not fit."""
    with friendly():
        found = settings()
        created = create_missing(found) if create else []
        layout = read_layout(found)
    rows: list[dict[str, object]] = [
        {
            "topic": found.topic(topic.name),
            "partitions": layout.partitions.get(topic.name),
            "key": topic.key,
            "cleanup": topic.cleanup,
            "written_by": str(topic.written_by),
            "read_by": str(topic.read_by),
            "created": topic.name in created,
        }
        for topic in TOPICS
    ]
    typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else _topics_table(rows), nl=as_json)
    problems = layout.problems()
    if problems:
        fail("; ".join(problems), EXIT_CONFIG)


def _topics_table(rows: list[dict[str, object]]) -> str:
    table = Table()
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*("-" if value is None else str(value) for value in row.values()))
    console = Console(width=160)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


@rules_cli.command("check")
def rules_check(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="Default: the rules in use.")
    ] = None,
) -> None:
    """Compile a rule file; an error names file, line and word."""
    with friendly():
        path = file or settings().rules
        text, name = (path.read_text("utf-8"), str(path)) if path is not None else shipped_rules()
        compiled = compile_rules(text, name)
    typer.echo(f"{name}: version {compiled.version}, {len(compiled.rules)} tags")


@cli.command()
def explain(
    member: Annotated[str, typer.Argument(help="Member id.")],
    brand: Annotated[str, typer.Option(help="Brand id.")] = "default",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Why a member has its tags, from the HTTP API of the sink."""
    from streams.explain import explanation  # noqa: PLC0415

    with friendly():
        found = settings()
        try:
            typer.echo(explanation(found, member, brand, lang))
        except urllib.error.HTTPError as error:
            fail(f"{member}: {error.code} {error.reason}", EXIT_UNAVAILABLE)
        except OSError as error:
            fail(f"the API at {found.api_host}:{found.api_port} does not answer: {error}", EXIT_UNAVAILABLE)


@cli.command()
def health(
    part: Annotated[str, typer.Argument(help="worker or sink.")] = "worker",
) -> None:
    """Ask the worker or the sink on this machine whether it is ready; exit 69 when it is not."""
    with friendly():
        found = settings()
    port = found.worker_port if part == "worker" else found.api_port
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as answer:
            typer.echo(answer.read().decode())
    except OSError as error:
        fail(f"{part} on port {port} is not ready: {error}", EXIT_UNAVAILABLE)


def main() -> None:
    """Entry point of the command ``qunpulse``."""
    cli()


if __name__ == "__main__":
    main()
