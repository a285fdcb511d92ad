"""Health, readiness and metrics of a worker, on Faust's web server."""

import json
from typing import Any

from faust.web import Request, Response, View

from sinks.metrics import CONTENT_TYPE, METRICS
from streams.letters import APP_VERSION
from streams.runtime import Runtime, wall_ms


def checks(runtime: Runtime | None) -> dict[str, bool]:
    """Named checks; all must hold for the worker to be ready."""
    if runtime is None:
        return {"topics": False}
    return {"topics": True} | {flow.name: flow.ready for flow in runtime.flows}


def status(runtime: Runtime | None) -> dict[str, Any]:
    """What a person or a probe wants to know of a worker."""
    if runtime is None:
        return {"checks": checks(runtime)}
    now = wall_ms()
    return {
        "checks": checks(runtime),
        "partitions": {flow.name: len(flow.partitions) for flow in runtime.flows},
        "lag_records": {flow.name: flow.lag() for flow in runtime.flows},
        "frontier_lag_seconds": {
            "members": runtime.members.lag_seconds(now),
            "groups": runtime.groups.lag_seconds(now),
        },
    }


def _json(view: View, body: dict[str, Any], code: int) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return view.text(text, content_type="application/json", status=code)


def add_pages(app: Any) -> None:
    """``/healthz`` (the process lives), ``/readyz`` (its partitions are open), ``/metrics``."""

    @app.page("/healthz")  # type: ignore[untyped-decorator]
    async def healthz(self: View, request: Request) -> Response:
        return _json(self, {"status": "ok"}, 200)

    @app.page("/readyz")  # type: ignore[untyped-decorator]
    async def readyz(self: View, request: Request) -> Response:
        body = status(app.runtime)
        return _json(self, body, 200 if all(body["checks"].values()) else 503)

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def metrics(self: View, request: Request) -> Response:
        if app.runtime is not None:
            _gauges(app.runtime)
        return self.bytes(METRICS.text(), headers={"Content-Type": CONTENT_TYPE})


def _gauges(runtime: Runtime) -> None:
    now = wall_ms()
    METRICS.build_info.info({"version": APP_VERSION})
    for flow in (runtime.members, runtime.groups):
        flow.measure()
        lag = flow.lag_seconds(now)
        if lag is not None:
            METRICS.frontier_lag.labels(agent=flow.name).set(lag)
