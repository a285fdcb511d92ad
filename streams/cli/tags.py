"""Commands about tags: why a member has what it has."""

import urllib.error
from typing import Annotated

import typer

from streams.cli.base import fail, friendly, settings
from streams.fatal import EXIT_UNAVAILABLE


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
