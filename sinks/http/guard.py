"""Who may ask: a bearer token, or loopback only.

With a token, everything but `OPEN` wants it. The live page itself is open because it holds no data: it asks
for the token and sends it with each request. Without a token the server binds to loopback only
(`check_bind`), and requests must name a loopback host, so that no web site can reach the data through a
visitor's browser by pointing its own name at 127.0.0.1.
"""

import hmac
from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sinks.http.problems import problem

OPEN: Final = frozenset({"/", "/healthz", "/readyz", "/metrics"})
"""Paths that need no token."""


class UnsafeBind(ValueError):
    """The server would offer data to the network with no token."""


def check_bind(host: str, token: str | None) -> None:
    """Refuse to serve an address that others can reach when there is no token.

    Raises:
        UnsafeBind: `host` is not loopback and `token` is empty or missing.
    """
    if not token and not is_loopback(host):
        raise UnsafeBind(
            f"the HTTP API would listen on {host or 'every address'} with no token: set QUNPULSE_API_TOKEN "
            "(or QUNPULSE_API_TOKEN_FILE), or let QUNPULSE_API_HOST be 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """Middleware that lets a request pass, or answers 401 or 403 in its place."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token.encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self._token is None and not is_loopback(_host(headers)):
            detail = "no token is set, so only loopback hosts such as 127.0.0.1 or localhost may be asked for"
            await problem(403, detail)(scope, receive, send)
        elif self._token is not None and scope["path"] not in OPEN and not self._knows(headers):
            refusal = problem(401, "a bearer token is needed: Authorization: Bearer <token>")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _knows(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        assert self._token is not None
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode("latin-1"), self._token
        )


def _host(headers: Headers) -> str:
    host = headers.get("host", "")
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
