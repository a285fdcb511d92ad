"""``qunpulse topics``."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from schemas.topics import TOPICS
from streams.cli.base import fail, friendly, settings
from streams.fatal import EXIT_CONFIG
from streams.topics import create_missing, read_layout


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
