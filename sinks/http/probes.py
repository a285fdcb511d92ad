"""``/healthz``, ``/readyz`` and ``/metrics``: for whoever runs the process. They do no IO."""

from fastapi import APIRouter, Response

from sinks.http.answers import Alive, CheckAnswer, Ready
from sinks.http.health import Health
from sinks.metrics import CONTENT_TYPE, Metrics


def probes(health: Health, metrics: Metrics) -> APIRouter:
    """Routes that need no token."""
    router = APIRouter(tags=["probes"])

    @router.get("/healthz", summary="Whether the process is alive")
    async def healthz() -> Alive:
        return Alive(status="ok")

    @router.get(
        "/readyz",
        summary="Whether the process should be asked",
        responses={503: {"model": Ready, "description": "Not ready; the checks say why."}},
    )
    async def readyz(response: Response) -> Ready:
        checks = health.checks()
        ready = bool(checks) and all(check.ok for check in checks.values())
        response.status_code = 200 if ready else 503
        told = {name: CheckAnswer(ok=check.ok, detail=check.detail) for name, check in checks.items()}
        return Ready(ready=ready, checks=told)

    @router.get("/metrics", summary="Metrics in Prometheus's text format", response_class=Response)
    async def metrics_text() -> Response:
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return router
