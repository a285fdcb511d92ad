"""The command line. Exit codes are those of sysexits: 0, 2 usage, 69 unavailable, 70 bug, 78 configuration.

One module for each group of commands; each command loads only what it needs.
"""

import typer

from streams.cli.accuracy import accuracy
from streams.cli.compare import compare
from streams.cli.dlq import dlq_cli
from streams.cli.erase import erase
from streams.cli.fit import fit
from streams.cli.replay import replay
from streams.cli.rules import rules_cli
from streams.cli.run import demo, health, migrate, notify, sink, worker
from streams.cli.tags import explain
from streams.cli.topics import topics

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    help="Live tags, scores and churn alerts for chat groups.",
    pretty_exceptions_show_locals=False,  # they may hold a password
)
for command in (
    demo,
    worker,
    sink,
    notify,
    migrate,
    replay,
    topics,
    explain,
    fit,
    accuracy,
    compare,
    erase,
    health,
):
    cli.command()(command)

cli.add_typer(rules_cli, name="rules")
cli.add_typer(dlq_cli, name="dlq")


def main() -> None:
    """Entry point of the command ``qunpulse``."""
    cli()
