"""``/``: the live page, one file with its style and script inside. It holds no data and loads nothing."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse


def page() -> APIRouter:
    """The route of the live page."""
    html = files("sinks.http").joinpath("page.html").read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": policy(html), "Cache-Control": "no-cache"}
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def live() -> HTMLResponse:
        return HTMLResponse(html, headers=headers)

    return router


def policy(html: str) -> str:
    """A content security policy under which exactly the page's own script and style run."""
    allowed = {"script": "", "style": ""}
    for tag in allowed:
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL):
            allowed[tag] += f" 'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'"
    return (
        f"default-src 'none'; script-src{allowed['script']}; style-src{allowed['style']}; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
