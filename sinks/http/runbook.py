"""``/runbook``: the runbook of this version as a page, so that the link in an alert leads somewhere. It holds no data."""

from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from sinks.http.page import policy

STYLE: Final = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c2330}"
    "h2{margin-top:2.5rem;border-top:1px solid #d5dbe5;padding-top:1.5rem}:target{background:#fff3cd}"
    "pre,code{background:#eef1f6;border-radius:4px}code{padding:0 .25em}pre{padding:.75rem;overflow:auto}"
)

Language = Literal["en", "zh"]


def text_of(language: Language) -> str:
    """The runbook as Markdown: from the installed package, or from the folder `docs` of a checkout."""
    inside = files("sinks.http").joinpath(f"runbook.{language}.md")
    if inside.is_file():
        return inside.read_text(encoding="utf-8")
    docs = Path(__file__).parents[2] / "docs"
    return (docs / "zh" / "runbook.md" if language == "zh" else docs / "runbook.md").read_text(
        encoding="utf-8"
    )


def html_of(markdown: str, language: Language) -> str:
    """A page whose headings of the second level can be linked to by their text in small letters. Links lead nowhere else."""
    parser = MarkdownIt("js-default")
    tokens = parser.parse(markdown)
    for token, inside in zip(tokens, tokens[1:], strict=False):
        if inside.children:  # other pages are not served: their names stay as text
            inside.children = [one for one in inside.children if not one.type.startswith("link_")]
        if token.type == "heading_open" and token.tag == "h2":
            token.attrSet("id", inside.content.lower())
    body = parser.renderer.render(tokens, parser.options, {})
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>QunPulse runbook</title>'
        f"<style>{STYLE}</style>{body}</html>"
    )


def runbook() -> APIRouter:
    """The route of the runbook."""
    router = APIRouter(include_in_schema=False)
    pages = {language: html_of(text_of(language), language) for language in ("en", "zh")}

    @router.get("/runbook")
    async def shown(lang: Language = "en") -> HTMLResponse:
        html = pages[lang]
        return HTMLResponse(
            html, headers={"Content-Security-Policy": policy(html), "Cache-Control": "no-cache"}
        )

    return router
