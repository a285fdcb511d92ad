"""The HTTP API and the live page.

`build_api` makes the app from a `Store` (what to read), a `FactFeed` (what happens now) and a `Health` (how
fresh that is); `check_bind` refuses to offer it to a network with no token; `build_server` serves it inside
another service.
"""

from sinks.http.api import build_api
from sinks.http.feed import KINDS, Fact, FactFeed, FactKind
from sinks.http.guard import UnsafeBind, check_bind
from sinks.http.health import Board, Check, Freshness, Health
from sinks.http.memory import MemoryStore
from sinks.http.server import QuietServer, build_server, serving
from sinks.http.store import Row, Store, StoreUnavailable
from sinks.http.tokens import Tokens, TokensWrong

__all__ = [
    "KINDS",
    "Board",
    "Check",
    "Fact",
    "FactFeed",
    "FactKind",
    "Freshness",
    "Health",
    "MemoryStore",
    "QuietServer",
    "Row",
    "Store",
    "StoreUnavailable",
    "Tokens",
    "TokensWrong",
    "UnsafeBind",
    "build_api",
    "build_server",
    "check_bind",
    "serving",
]
