"""Commands that run the parts of QunPulse, and ask whether they are well."""

import urllib.request
from typing import Annotated

import typer

from streams.cli.base import fail, friendly, settings
from streams.fatal import EXIT_UNAVAILABLE


def demo(
    seconds: Annotated[float | None, typer.Option(help="End by itself after so many seconds.")] = None,
    speed: Annotated[float, typer.Option(help="Events a second, about.", min=1, max=20_000)] = 60.0,
) -> None:
    """Run everything on the embedded parts over a simulated community; Ctrl-C ends all."""
    from streams.demo import run_demo  # noqa: PLC0415 - each command loads only what it needs

    with friendly():
        run_demo(settings(), seconds, speed)


def worker() -> None:
    """Run a worker: intake, members and groups, against the configured Kafka."""
    with friendly():
        found = settings()
        import faust  # noqa: PLC0415

        from streams.app import app  # noqa: PLC0415

        faust.Worker(
            app, loglevel="WARNING" if found.log_level != "debug" else "DEBUG", quiet=True
        ).execute_from_commandline()


def sink() -> None:
    """Run the sink: facts and events into the store, and the HTTP API."""
    from streams.sink import run_sink  # noqa: PLC0415

    with friendly():
        run_sink(settings())


def notify() -> None:
    """Tell Alertmanager, webhooks and WeCom robots of alerts."""
    from streams.notify.process import run_notify  # noqa: PLC0415

    with friendly():
        run_notify(settings())


def migrate() -> None:
    """Bring the store's tables to this version."""
    from sinks.clickhouse.migrate import migrate as apply  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415

    with friendly():
        found = settings()
        engine = open_engine(found)
        try:
            for name in apply(engine, zone=found.timezone) or ["nothing to do"]:
                typer.echo(name)
        finally:
            engine.close()


def health(
    part: Annotated[str, typer.Argument(help="worker, sink or notify.")] = "worker",
) -> None:
    """Ask the worker, the sink or notify on this machine whether it is ready; exit 69 when it is not."""
    with friendly():
        found = settings()
    port = {"worker": found.worker_port, "notify": found.notify_port}.get(part, found.api_port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as answer:
            typer.echo(answer.read().decode())
    except OSError as error:
        fail(f"{part} on port {port} is not ready: {error}", EXIT_UNAVAILABLE)
