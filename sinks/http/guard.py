"""Who may ask, how much and how often.

With tokens, everything but `OPEN` wants one, and what it covers goes with the request (`sinks.http.access`). The live page itself
is open because it holds no data: it asks for the token and sends it with each request. Without tokens the server binds to
loopback only (`check_bind`), and requests must name a loopback host, so that no web site can reach the data through a visitor's
browser by pointing its own name at 127.0.0.1.
"""

from ipaddress import ip_address
from math import ceil
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sinks.http.access import GRANT
from sinks.http.problems import ProblemResponse, problem
from sinks.http.rate import Buckets
from sinks.http.tokens import ANYBODY, Grant, Tokens
from sinks.metrics import Metrics

OPEN: Final = frozenset({"/", "/runbook", "/healthz", "/readyz", "/metrics"})
"""Paths that need no token."""

PROBES: Final = OPEN - {"/"}
"""Paths that are never refused for being asked too often: they do no IO, and whoever watches must not go blind."""

TARGET_BYTES: Final = 8_192
HEADER_BYTES: Final = 16_384
BODY_BYTES: Final = 65_536
"""Largest path with query, headers and body."""

FAILURES_A_SECOND: Final = 0.2
FAILURES: Final = 20
"""Wrong tokens from one address: so many at once, then one every five seconds; beyond, 429 instead of 401."""


class UnsafeBind(ValueError):
    """The server would offer data to the network with no token."""


def check_bind(host: str, token: object) -> None:
    """Refuse to serve an address that others can reach when there is no token, nor a file of them.

    Raises:
        UnsafeBind: `host` is not loopback and `token` is empty or missing.
    """
    if not token and not is_loopback(host):
        raise UnsafeBind(
            f"the HTTP API would listen on {host or 'every address'} with no token: set QUNPULSE_API_TOKEN "
            "(or QUNPULSE_API_TOKEN_FILE, or QUNPULSE_API_TOKENS_FILE), or let QUNPULSE_API_HOST be 127.0.0.1"
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
    """Middleware that lets a request pass with what was granted, or answers in its place."""

    def __init__(self, app: ASGIApp, tokens: Tokens, rate: float, metrics: Metrics) -> None:
        """`rate` is requests a second of one token or address, twice as many at once; 0 is no limit."""
        self._app = app
        self._tokens = tokens
        self._asked = Buckets(rate, max(2 * rate, 1))
        self._failed = Buckets(FAILURES_A_SECOND, FAILURES)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = _too_large(scope, headers)
        grant: Grant | None = None
        if refusal is None:
            grant, refusal = self._known(scope, headers)
        if refusal is None and scope["path"] not in PROBES:
            refusal = self._too_often(grant.name if grant not in (None, ANYBODY) else f"at {_address(scope)}")
        if refusal is None:
            await self._app({**scope, GRANT: grant}, receive, send)
        else:
            await self._refuse(refusal, scope, receive, send)

    async def _refuse(self, refusal: ProblemResponse, scope: Scope, receive: Receive, send: Send) -> None:
        self._metrics.http_refused.labels(status=str(refusal.status_code)).inc()
        await refusal(scope, receive, send)

    def _known(self, scope: Scope, headers: Headers) -> tuple[Grant | None, ProblemResponse | None]:
        """Whose request it is, or why it goes no further; nobody in particular on an open path."""
        if not self._tokens.guarded:
            if is_loopback(_host(headers)):
                return ANYBODY, None
            detail = "no token is set, so only loopback hosts such as 127.0.0.1 or localhost may be asked for"
            return None, problem(403, detail)
        if scope["path"] in OPEN:
            return None, None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        grant = self._tokens.find(given.strip().encode("latin-1")) if scheme.lower() == "bearer" else None
        if grant is not None:
            return grant, None
        wait = self._failed.wait(_address(scope)) if given else 0.0
        if wait:
            return None, _later(wait, "too many wrong tokens from this address")
        refusal = problem(401, "a bearer token is needed: Authorization: Bearer <token>")
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return None, refusal

    def _too_often(self, name: str) -> ProblemResponse | None:
        wait = self._asked.wait(name)
        return _later(wait, "more requests a second than QUNPULSE_API_RATE allows") if wait else None


def _too_large(scope: Scope, headers: Headers) -> ProblemResponse | None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > TARGET_BYTES:
        return problem(414, f"a path with its query has at most {TARGET_BYTES} bytes")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
        return problem(431, f"headers have at most {HEADER_BYTES} bytes")
    if "transfer-encoding" in headers:
        return problem(411, "a body must say its length")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length[:10]) > BODY_BYTES:
        return problem(413, f"a body has at most {BODY_BYTES} bytes")
    return None


def _later(wait: float, why: str) -> ProblemResponse:
    refusal = problem(429, f"{why}; ask again in {ceil(wait)} s")
    refusal.headers["Retry-After"] = str(ceil(wait))
    return refusal


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _host(headers: Headers) -> str:
    host = headers.get("host", "")
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
