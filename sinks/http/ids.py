"""Ids in paths and queries, whatever characters they have.

Member and group ids are free text: they may hold ``#``, ``/`` or Chinese. A server decodes a path before it
is routed, and then ``a%2Fexplain`` (a member) looks like ``a/explain`` (a question about the member ``a``).
So requests below ``/v1/`` are routed by the path as it was sent, and the ids are decoded afterwards; every id
can be asked for.
"""

from typing import Annotated, Final
from urllib.parse import unquote_to_bytes

from fastapi import Depends, HTTPException, Path, Query
from starlette.types import ASGIApp, Receive, Scope, Send

ID_LENGTH: Final = 128
"""Longest id of a contract, characters."""


class RoutedAsSent:
    """Middleware that lets ``/v1/`` be routed by the path as it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw is not None and raw.startswith(b"/v1/"):
            scope = {**scope, "path": raw.partition(b"?")[0].decode("latin-1")}
        await self._app(scope, receive, send)


def decoded(sent: str) -> str:
    """An id from the path as it was sent.

    Raises:
        HTTPException: 422 when it is not UTF-8, empty, or longer than `ID_LENGTH`.
    """
    try:
        text = unquote_to_bytes(sent.encode("latin-1")).decode("utf-8")
    except UnicodeError:
        raise HTTPException(422, "the id is not UTF-8") from None
    if not 1 <= len(text) <= ID_LENGTH:
        raise HTTPException(422, f"an id has 1 to {ID_LENGTH} characters, not {len(text)}")
    return text


def member_path(
    member_id: Annotated[str, Path(description="Percent-encoded; `/` may stand as it is.")],
) -> str:
    return decoded(member_id)


def group_path(group_id: Annotated[str, Path(description="Percent-encoded; `/` may stand as it is.")]) -> str:
    return decoded(group_id)


MemberId = Annotated[str, Depends(member_path)]
GroupId = Annotated[str, Depends(group_path)]
Limit = Annotated[int, Query(ge=1, le=1000, description="Most rows of the answer.")]
