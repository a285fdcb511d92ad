"""Commands about tags: why a member has what it has."""

import json
import urllib.error
from enum import StrEnum
from typing import Annotated

import typer

from streams.cli.base import fail, friendly, settings
from streams.fatal import EXIT_UNAVAILABLE


class Language(StrEnum):
    """Languages that sentences come in."""

    zh = "zh"
    en = "en"


def explain(
    member: Annotated[str, typer.Argument(help="Member id.")],
    brand: Annotated[str, typer.Option(help="Brand id.")] = "default",
    lang: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.zh,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")] = False,
) -> None:
    """Why a member has its tags, when they end and what is missing for others, from the HTTP API of the sink."""
    from streams.explain import as_text, explanation  # noqa: PLC0415

    with friendly():
        found = settings()
        try:
            answer = explanation(found, member, brand, lang.value)
            typer.echo(
                json.dumps(answer, ensure_ascii=False, indent=2) if as_json else as_text(answer, lang.value)
            )
        except urllib.error.HTTPError as error:
            fail(f"{member}: {error.code} {error.reason}", EXIT_UNAVAILABLE)
        except OSError as error:
            fail(f"the API at {found.api_host}:{found.api_port} does not answer: {error}", EXIT_UNAVAILABLE)
