"""The HTTP API put together."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

from sinks.http.erasures import erasures
from sinks.http.feed import FactFeed
from sinks.http.groups import groups
from sinks.http.guard import Guard
from sinks.http.health import Health
from sinks.http.history import history
from sinks.http.ids import RoutedAsSent
from sinks.http.members import members
from sinks.http.operate import operate
from sinks.http.overview import overview
from sinks.http.page import page
from sinks.http.probes import probes
from sinks.http.problems import add_problems
from sinks.http.rulebook import NoRules, Rulebook
from sinks.http.runbook import runbook
from sinks.http.secure_headers import SecureHeaders
from sinks.http.sources import Sources
from sinks.http.store import Store
from sinks.http.stream import HEARTBEAT_SECONDS, stream
from sinks.http.tokens import Tokens
from sinks.metrics import METRICS, Metrics

ABOUT = """Live tags, activity scores and churn alerts of chat communities.

Every answer about data says as of when it holds (`as_of`) and how long ago that is (`behind_seconds`)."""

SCHEME = """Needed when the server has tokens. A token has a role: a `reader` asks about its brands, an `operator` also about
what was refused, an `admin` also about who holds tokens. Asked about a brand that it does not cover, it gets 403."""


def build_api(
    store: Store,
    facts: FactFeed,
    health: Health,
    tokens: Tokens | None = None,
    *,
    rules: Rulebook | None = None,
    rate: float = 0,
    metrics: Metrics = METRICS,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> FastAPI:
    """The API as an ASGI app. With no tokens, bind it to loopback only: ask `check_bind` first.

    `rules` tells what is missing for a tag; without, nobody is told. `rate` is the requests a second of one token or
    address; 0 is no limit.
    """
    tokens = tokens or Tokens()
    app = FastAPI(
        title="QunPulse",
        summary="Live tags, activity scores and churn alerts",
        description=ABOUT,
        version=_version(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    sources = Sources(store, facts, health, rules or NoRules())
    bearer = [Depends(HTTPBearer(auto_error=False, description=SCHEME))]
    for router in (
        history(sources),
        members(sources),
        groups(sources),
        overview(sources),
        stream(facts, tokens, heartbeat_seconds),
        operate(sources, tokens),
        erasures(sources),
    ):
        app.include_router(router, dependencies=bearer)
    app.include_router(probes(health, metrics))
    app.include_router(page())
    app.include_router(runbook())
    add_problems(app)
    app.add_middleware(RoutedAsSent)
    app.add_middleware(Guard, tokens=tokens, rate=rate, metrics=metrics)
    app.add_middleware(SecureHeaders)
    return app


def _version() -> str:
    try:
        return version("qunpulse")
    except PackageNotFoundError:
        return "0"
