"""``/v1/stream``: facts as they happen, as server-sent events.

Delivery is at most once for each client: what happens while a client is away is not repeated. A comment is
sent when nothing else is, so that a client and the proxies on its way can tell silence from a lost
connection.
"""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import StreamingResponse

from sinks.http.access import BrandId, granted
from sinks.http.feed import KINDS, Client, Fact, FactFeed, FactKind, TooManyClients
from sinks.http.problems import PROBLEMS
from sinks.http.tokens import Tokens

HEARTBEAT_SECONDS: Final = 10.0
"""Proxies commonly cut a connection that is silent for 30 to 60 seconds."""

HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Keep caches and proxies from holding events back."""

Kinds = Annotated[
    str | None, Query(max_length=200, description=f"Kinds to send, comma separated, of: {', '.join(KINDS)}.")
]


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


def stream(facts: FactFeed, tokens: Tokens, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> APIRouter:
    """The route of the stream; it ends when its token does not hold any more."""
    router = APIRouter(prefix="/v1", tags=["stream"], responses=PROBLEMS)

    @router.get("/stream", summary="Facts as server-sent events", response_class=EventStream)
    async def follow(request: Request, brand_id: BrandId, kinds: Kinds = None) -> EventStream:
        grant = granted(request)
        try:
            client = facts.join(brand_id, wanted(kinds))
        except TooManyClients as error:
            raise HTTPException(503, str(error)) from None
        holds = partial(tokens.holds, grant)
        return EventStream(events(facts, client, heartbeat_seconds, holds), headers=HEADERS)

    return router


def wanted(kinds: str | None) -> list[FactKind]:
    """The kinds that a client asks for; all if it names none.

    Raises:
        HTTPException: 422 for a kind that there is not.
    """
    if kinds is None:
        return list(KINDS)
    names = {name.strip() for name in kinds.split(",")}
    unknown = sorted(names.difference(KINDS))
    if unknown:
        raise HTTPException(422, f"no such kind: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    return [kind for kind in KINDS if kind in names]


async def events(
    facts: FactFeed, client: Client, heartbeat_seconds: float, holds: Callable[[], bool] = lambda: True
) -> AsyncIterator[bytes]:
    """The bytes of one client's stream, until it goes, falls behind, or the feed closes."""
    try:
        yield b": connected\n\n"
        while True:
            batch = await client.take(heartbeat_seconds)
            if not holds():
                yield last("closed", reason="this token does not hold any more")
                return
            elif batch:
                yield b"".join(map(encoded, batch))
            elif client.missed:
                yield last("dropped", reason="this client did not keep up", missed=client.missed)
                return
            elif client.ended:
                yield last("closed", reason="the server is stopping")
                return
            else:
                yield b": heartbeat\n\n"
    finally:
        facts.leave(client)


def encoded(fact: Fact) -> bytes:
    """A fact as an event. JSON over several lines becomes as many data lines, which clients join again."""
    data = b"\n".join(b"data: " + line for line in fact.data.splitlines())
    return b"event: " + fact.kind.encode() + b"\n" + data + b"\n\n"


def last(event: str, **said: object) -> bytes:
    """The message before a stream ends."""
    return f"event: {event}\ndata: {json.dumps(said)}\n\n".encode()
