"""Commands about rule files: check one, compare two, and try one on stored history."""

import asyncio
import json
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from models.rules import RuleSet, compile_rules
from models.rules.parts import split
from streams.cli.base import fail, friendly, settings
from streams.decisions import rules_text
from streams.fatal import EXIT_CONFIG
from streams.settings import Settings

File = Annotated[
    Path, typer.Argument(dir_okay=False, help="Rule file, or the name of a shipped one, such as full.")
]
Events = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="File of events, .gz too; may be given several times."),
]
FromStore = Annotated[bool, typer.Option("--clickhouse", help="History from the store.")]

rules_cli = typer.Typer(no_args_is_help=True, help="The rule file of the tags.")


@rules_cli.command("check")
def check(
    file: Annotated[Path | None, typer.Argument(dir_okay=False, help="Default: the rules in use.")] = None,
) -> None:
    """Compile a rule file; an error names file, line and word."""
    with friendly():
        compiled, name = _read(file, settings())
    typer.echo(f"{name}: version {compiled.version}, {len(compiled.names)} tags")


@rules_cli.command("diff")
def diff(
    first: File,
    second: Annotated[
        Path | None,
        typer.Argument(dir_okay=False, help="Default: FIRST, compared with the rules in use."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say what two rule files differ in: section by section, tag by tag."""
    from streams.backtest_report import difference_lines, differences_told  # noqa: PLC0415

    with friendly():
        found = settings()
        before, after = (first, second) if second is not None else (found.rules, first)
        differences = differences_told(_read(before, found)[0], _read(after, found)[0])
    typer.echo(
        json.dumps(differences, ensure_ascii=False) if as_json else "\n".join(difference_lines(differences))
    )


@rules_cli.command("backtest")
def backtest(
    file: File,
    events: Events = None,
    clickhouse: FromStore = False,
    against: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Compare with this; default: the rules in use."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="First day that is counted, YYYY-MM-DD; history before it still counts."),
    ] = None,
    flap_days: Annotated[int, typer.Option(min=1, help="A change undone within so many days is a flap.")] = 7,
    examples: Annotated[int, typer.Option(min=0, help="Members shown with evidence, a tag.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Try a rule file on stored history: who would enter and leave, day by day, against the rules in use."""
    from models.calendar import Calendar, day_number  # noqa: PLC0415
    from streams import backtest as testing  # noqa: PLC0415
    from streams import history  # noqa: PLC0415
    from streams.backtest_report import as_text, report  # noqa: PLC0415
    from streams.decisions import member_params  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415

    if bool(events) == clickhouse:
        fail("give either --events FILE or --clickhouse", 2)
    with friendly():
        found = settings()
        try:
            first = 0 if since is None else day_number(since)
        except ValueError:
            fail(f"--since: {since!r} is no date YYYY-MM-DD", 2)
        now = time.time_ns() // 1_000_000
        with history.opened(events, now, partial(open_engine, found)) as (pages, until):
            done = testing.backtest(
                pages,
                {"running": _read(against or found.rules, found)[0], "candidate": _read(file, found)[0]},
                member_params(found),
                Calendar(found.timezone),
                until=until,
                since=first,
                flap_days=flap_days,
            )
    content = report(done, examples)
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else as_text(content))


@rules_cli.command("cut")
def cut(
    file: File,
    events: Events = None,
    clickhouse: FromStore = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write what was measured into FILE, under the next version.")
    ] = False,
) -> None:
    """Measure the cut points of a rule file anew on stored history, and say which have moved."""
    from models.calendar import Calendar  # noqa: PLC0415
    from streams import cuts, history  # noqa: PLC0415
    from streams.decisions import member_params  # noqa: PLC0415
    from streams.sink import open_engine  # noqa: PLC0415

    if bool(events) == clickhouse:
        fail("give either --events FILE or --clickhouse", 2)
    with friendly():
        found = settings()
        text, name = rules_text(file)
        rules = compile_rules(text, name)
        if not rules.cuts:
            fail(f"{name}: no cut points; they stand under `cuts`", EXIT_CONFIG)
        if write and not file.is_file():
            fail(f"{name} is shipped; copy it, and let the copy be written", EXIT_CONFIG)
        now = time.time_ns() // 1_000_000
        with history.opened(events, now, partial(open_engine, found)) as (pages, until):
            measured = cuts.measure(pages, rules, member_params(found), Calendar(found.timezone), until)
        for line in cuts.lines(measured):
            typer.echo(line)
        own = split(text, name)[-1].text
        renewed = cuts.rewritten(own, measured)
        if write and renewed != own:
            file.write_text(renewed, "utf-8")
            typer.echo(f"{name}: version {_read(file, found)[0].version}")


@rules_cli.command("activate")
def activate(file: File) -> None:
    """Let the running workers judge by a rule file, with no restart; it must have a higher version."""
    from streams import activation  # noqa: PLC0415
    from streams.topics import checked_layout  # noqa: PLC0415

    with friendly():
        found = settings()
        text, name = rules_text(file)
        running = compile_rules(*rules_text(found.rules)).version
        try:
            done = asyncio.run(activation.activate(found, checked_layout(found), text, name, running))
        except activation.NotActivated as error:
            fail(str(error), EXIT_CONFIG)
    typer.echo(f"{name}: version {done.version} is active; workers judge every member anew")


def _read(path: Path | None, found: Settings) -> tuple[RuleSet, str]:
    """Rules of a file, or the rules in use; and what they are called."""
    text, name = rules_text(path or found.rules)
    return compile_rules(text, name), name
