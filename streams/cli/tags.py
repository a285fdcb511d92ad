"""Commands about tags: the rules in use, and why a member has what it has."""

import urllib.error
from pathlib import Path
from typing import Annotated

import typer

from models.rules import compile_rules
from streams.cli.base import fail, friendly, settings
from streams.decisions import shipped_rules
from streams.fatal import EXIT_UNAVAILABLE


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
