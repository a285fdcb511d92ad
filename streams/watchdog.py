"""Ends a worker that has stopped working without knowing it.

Faust's fetcher can crash in a rebalance and leave the process idle; partitions can stop being fetched (reliability 2.1, defects
9, 10, 18; design section 3). A process that has lag and makes no progress is worth less than its restart.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import structlog

from streams.fatal import end_process
from streams.flow import Flow
from streams.transport import ChunkConsumer

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0

CRASH_GRACE_SECONDS = 10.0
"""Faust restarts its fetcher through a crash in each rebalance; one that is still down after this has not come back."""

GONE_SECONDS = 10.0
"""A broker that starts, or moves a leader, may not name a topic for a moment; one that does not for so long has lost it."""


async def watch(app: Any, stall_seconds: float) -> None:
    """Look every second; never returns."""
    crashed_since: dict[str, float] = {}
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for name, service in _services(app).items():
            if not service.crashed:
                crashed_since.pop(name, None)
            elif time.monotonic() - crashed_since.setdefault(name, time.monotonic()) > CRASH_GRACE_SECONDS:
                end_process(
                    f"Faust's {name} has crashed and did not come back: {service.crash_reason!r}",
                    service.crash_reason,
                )
        for flow in app.runtime.flows if app.runtime is not None else ():
            why = stalled(flow, stall_seconds, time.monotonic())
            if why:
                end_process(why)


async def watch_topics(consumer: ChunkConsumer, flows: Sequence[Flow]) -> None:
    """End a worker whose topics the broker does not know any more, or has begun anew: it would wait for records for ever, or
    pass over those below its positions. Never returns."""
    since = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        gone = consumer.gone({partition.topic for flow in flows for partition in flow.partitions})
        why = f"it does not know {', '.join(sorted(gone))} any more" if gone else short(flows)
        if not why:
            since = time.monotonic()
        elif time.monotonic() - since > GONE_SECONDS:
            end_process(f"broker lost its log: {why}")


def short(flows: Sequence[Flow]) -> str:
    """Which log ends before what was read of it, or ''."""
    for flow in flows:
        for partition in flow.partitions:
            end, position = flow.offsets.end_offset(partition), flow.position(partition)
            if end is not None and end < position:
                return f"{partition.topic}[{partition.partition}] ends at {end}, {position} was to be read"
    return ""


async def watch_place(flows: Sequence[Flow], seconds: float) -> None:
    """End a worker that the group gives no place for so long; an assignment of nothing is a place. Never returns.

    A join that meets another member's leaving can be forgotten by the broker, and the client then waits for its answer for ever
    (`streams.leaving` is one way in which that came about).
    Faust starts its tasks only behind the first assignment, so this one is not among them.
    """
    since = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if all(flow.placed for flow in flows):
            since = time.monotonic()
        elif time.monotonic() - since > seconds:
            end_process(f"the group has given this worker no place for {seconds:.0f} s")


def stalled(flow: Flow, stall_seconds: float, now: float) -> str | None:
    """Why `flow` must be restarted, or None."""
    lag = flow.lag()
    if lag > 0 and now - flow.progress_at > stall_seconds:
        return f"{flow.name} has {lag} records to read and made no progress for {stall_seconds:.0f} s"
    return None


def _services(app: Any) -> dict[str, Any]:
    found = {"consumer": app.consumer, "producer": app.producer, "fetcher": getattr(app, "_fetcher", None)}
    return {name: service for name, service in found.items() if service is not None}
