"""``qunpulse erase``."""

import asyncio
import json
import urllib.error
from typing import Annotated, Any

import typer

from streams.cli.base import fail, friendly, settings
from streams.fatal import EXIT_UNAVAILABLE


def erase(
    member: Annotated[str, typer.Argument(help="Member id.")],
    brand: Annotated[str, typer.Option(help="Brand id.")] = "default",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    seconds: Annotated[
        float, typer.Option(min=1, help="Longest wait for the workers, and again for the sink.")
    ] = 120.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")] = False,
) -> None:
    """Forget a member: state, changelog, profile, group lists and tables, with a receipt."""
    from streams.erase import Eraser, ErasureStuck  # noqa: PLC0415
    from streams.topics import checked_layout  # noqa: PLC0415

    with friendly():
        found = settings()
        eraser = Eraser(found, checked_layout(found), seconds)
        try:
            receipt = asyncio.run(eraser.erase(brand, member, dry_run=dry_run))
        except ErasureStuck as error:
            fail(str(error), EXIT_UNAVAILABLE)
        except urllib.error.HTTPError as error:
            fail(
                f"the API of the sink says {error.code}: {error.read(500).decode(errors='replace')}",
                EXIT_UNAVAILABLE,
            )
        except OSError as error:
            fail(f"the API at {found.api_host}:{found.api_port} does not answer: {error}", EXIT_UNAVAILABLE)
    typer.echo(json.dumps(receipt) if as_json else _text(receipt))


def _text(receipt: dict[str, Any]) -> str:
    word = "would be erased" if receipt["dry_run"] else "erased"
    lines = [f"receipt {receipt['receipt']}, member sha256 {receipt['member_sha256']}"]
    lines += [
        f"{word}: {count} in {name}"
        for name, count in (receipt["state"] | receipt["tables"]).items()
        if count
    ]
    if not receipt["dry_run"]:
        left = sum(sum(some.values()) for some in receipt["left"].values())
        lines.append(f"left: {left}")
    kept = ", ".join(f"{name} {days} d" for name, days in receipt["kept_by_retention_days"].items())
    return "\n".join([*lines, f"until their retention ends, topics keep what they have: {kept}"])
