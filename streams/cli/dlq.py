"""``qunpulse dlq``: dead letters listed, shown, sent again, dropped."""

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from streams.cli.base import fail, friendly, settings
from streams.dlq import Filter, Letter, member_of, moment, read_letters, told
from streams.dlq_edit import Edit, read_value
from streams.dlq_send import How, Outcome, Sender
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import Layout, TopicsWrong, read_layout

dlq_cli = typer.Typer(no_args_is_help=True, help="Dead letters: what could not be used, with its bytes.")

Reasons = Annotated[list[str] | None, typer.Option("--reason", help="Only of this reason; may be repeated.")]
Stages = Annotated[
    list[str] | None, typer.Option("--stage", help="Only of this stage: contract, model, sink.")
]
FromTopics = Annotated[
    list[str] | None, typer.Option("--topic", help="Only from this topic, with or without prefix.")
]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Only this letter: topic:partition:offset.")]
OfMember = Annotated[
    str | None, typer.Option("--member", help="Only letters whose original names this member.")
]
Since = Annotated[
    str | None, typer.Option(help="Failed at or after: RFC 3339 with a zone, or 30m, 2h, 7d ago.")
]
Until = Annotated[str | None, typer.Option(help="Failed before: as --since.")]
Most = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many, the earliest first.")]
Statuses = Annotated[list[str] | None, typer.Option("--status", help="Only new, replayed or dropped ones.")]
All = Annotated[bool, typer.Option("--all", help="Needed where nothing else narrows it down.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@dlq_cli.command("list")
def list_letters(
    reason: Reasons = None,
    stage: Stages = None,
    topic: FromTopics = None,
    letter_id: Ids = None,
    member: OfMember = None,
    since: Since = None,
    until: Until = None,
    status: Statuses = None,
    limit: Most = None,
    as_json: Json = False,
) -> None:
    """List dead letters, each with its id and status, the earliest first."""
    with friendly():
        found = settings()
        wanted = _filter(found, reason, stage, topic, letter_id, member, since, until, limit, status)
        letters, _ = _letters(found, wanted)
    if as_json:
        typer.echo(json.dumps([letter.plain() for letter in letters], ensure_ascii=False))
    else:
        typer.echo(_table(letters), nl=False)


@dlq_cli.command("show")
def show_letter(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="topic:partition:offset, as list tells it.")],
) -> None:
    """Show one dead letter in full, with its original as text, as JSON."""
    with friendly():
        found = settings()
        letters, _ = _letters(found, Filter(ids=[letter_id]))
    if not letters:
        fail(f"no dead letter {letter_id}", 2)
    for letter in letters:
        typer.echo(json.dumps(letter.plain(), ensure_ascii=False, indent=2))


@dlq_cli.command("replay")
def replay_letters(
    reason: Reasons = None,
    stage: Stages = None,
    topic: FromTopics = None,
    letter_id: Ids = None,
    member: OfMember = None,
    since: Since = None,
    until: Until = None,
    limit: Most = None,
    every: All = False,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", help="Repair a field; JSON or text, null takes it away."
        ),
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of a ts that names none, as Asia/Shanghai.")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of bytes that are not UTF-8, as gb18030.")
    ] = None,
    reroute: Annotated[bool, typer.Option(help="Send to the topic of the event's kind.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what was replayed, dropped, or came back 3 times.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also what would be refused again.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Send originals, repaired if asked, to the topics that they came from, and mark the letters as replayed."""
    with friendly():
        found = settings()
        statuses = None if again or letter_id else ["new"]
        wanted = _filter(found, reason, stage, topic, letter_id, member, since, until, limit, statuses)
        _narrowed(wanted, every)
        how = How(_edit(change, zone, encoding), again, force, reroute, dry_run)
        outcome = _send(found, wanted, lambda sender, letters: sender.replay(letters, how))
    _tell(outcome, "would be replayed" if dry_run else "replayed", as_json)


@dlq_cli.command("drop")
def drop_letters(
    reason: Reasons = None,
    stage: Stages = None,
    topic: FromTopics = None,
    letter_id: Ids = None,
    member: OfMember = None,
    since: Since = None,
    until: Until = None,
    limit: Most = None,
    every: All = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Mark dead letters as dropped: nobody need look at them again."""
    with friendly():
        found = settings()
        statuses = None if letter_id else ["new"]
        wanted = _filter(found, reason, stage, topic, letter_id, member, since, until, limit, statuses)
        _narrowed(wanted, every)
        outcome = _send(found, wanted, lambda sender, letters: sender.drop(letters, dry_run=dry_run))
    _tell(outcome, "would be dropped" if dry_run else "dropped", as_json)


def _filter(
    found: Settings,
    reasons: list[str] | None,
    stages: list[str] | None,
    topics: list[str] | None,
    ids: list[str] | None,
    member: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    statuses: list[str] | None,
) -> Filter:
    try:
        since_ms, until_ms = (None if text is None else moment(text, wall_ms()) for text in (since, until))
    except ValueError as error:
        fail(str(error), 2)
    return Filter(
        reasons=reasons or (),
        stages=stages or (),
        topics=topics or (),
        statuses=statuses or (),
        ids=ids or (),
        member=member,
        since=since_ms,
        until=until_ms,
        limit=limit,
        prefix=found.topic_prefix,
    )


def _narrowed(wanted: Filter, every: bool) -> None:
    if wanted.everything and not every:
        fail("name letters by --id, or narrow them down by a filter; --all means all", 2)


def _edit(change: list[str] | None, zone: str | None, encoding: str | None) -> Edit:
    try:
        if encoding is not None:
            b"".decode(encoding)
        return Edit(dict(map(read_value, change or ())), None if zone is None else ZoneInfo(zone), encoding)
    except (ValueError, LookupError, OSError) as error:
        fail(str(error), 2)


def _layout(found: Settings) -> Layout:
    layout = read_layout(found)
    if "dead-letters" in layout.missing:
        raise TopicsWrong(f"topic {found.topic('dead-letters')} does not exist")
    return layout


def _letters(found: Settings, wanted: Filter) -> tuple[list[Letter], Layout]:
    layout = _layout(found)
    letters = asyncio.run(read_letters(found, layout))
    if letters.unreadable:
        typer.echo(f"qunpulse: {letters.unreadable} records of the topic are no dead letters", err=True)
    return wanted.choose(letters.letters), layout


def _send(found: Settings, wanted: Filter, work: Callable[[Sender, list[Letter]], Any]) -> Outcome:
    letters, layout = _letters(found, wanted)

    async def sent() -> Outcome:
        async with Sender(found, layout, wall_ms()) as sender:
            outcome: Outcome = await work(sender, letters)
            return outcome

    return asyncio.run(sent())


def _tell(outcome: Outcome, word: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(outcome.plain(word.rpartition(" ")[2]), ensure_ascii=False))
        return
    for one in outcome.done:
        typer.echo(f"{one}: {word}")
    for one, why in outcome.skipped.items():
        typer.echo(f"{one}: skipped, {why}")
    typer.echo(f"{len(outcome.done)} {word}, {len(outcome.skipped)} skipped")


def _table(letters: list[Letter]) -> str:
    table = Table("id", "failed at", "stage", "reason", "status", "member", "bytes", "detail")
    for one in letters:
        size = f"{one.value_size}" if one.whole else f"{one.value_size} (not kept whole)"
        who = member_of(one.value) or ""
        table.add_row(
            one.id, told(one.failed_at), one.stage, one.reason, one.status, who, size, one.detail[:120]
        )
    table.caption = f"{len(letters)} dead letters"
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return capture.get()
