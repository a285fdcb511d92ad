"""Workload W as the documentation of Faust shows how to write it: an agent, a record type, a table.

Run by `benchmarks.one_table`: ``faust -A benchmarks.plain_faust worker -l warn``. The environment says where the broker
is (``BENCH_KAFKA``), how many events come (``BENCH_EVENTS``) and where to report (``BENCH_REPORT``).
"""

import asyncio
import json
import logging
import os
import time
from pathlib import Path
from typing import Any

import faust

from benchmarks.meter import cpu_seconds
from benchmarks.workload import State, fresh, update

PARTITIONS = 4
APP, EVENTS, TAGS, TABLE = "plain-faust", "events", "tags", "members"
CHANGELOG = f"{APP}-{TABLE}-changelog"

SETTLE_SECONDS = 1.0
"""Producers that were flushed may still be at it; outside the measured time."""


class Event(faust.Record, serializer="json", validation=True):
    """What is used of an event."""

    event_id: str
    kind: str
    type: str
    ts: int
    member_id: str
    group_id: str
    text: str | None = None
    paid_fen: int | None = None


app = faust.App(
    APP,
    broker=f"kafka://{os.environ.get('BENCH_KAFKA', '127.0.0.1:9092')}",
    store="memory://",
    value_serializer="json",
    topic_partitions=PARTITIONS,
    topic_disable_leader=True,
    topic_allow_declare=False,  # the bench has created them
    consumer_auto_offset_reset="earliest",
    broker_session_timeout=8.0,
    broker_heartbeat_interval=2.0,
    producer_linger=0.02,
    datadir=os.environ.get("BENCH_DATA", "plain-faust-data"),
    web_enabled=False,
)
events = app.topic(EVENTS, key_type=bytes, value_type=Event, partitions=PARTITIONS)
tags = app.topic(TAGS, partitions=PARTITIONS)
members = app.Table(TABLE, default=fresh, partitions=PARTITIONS)

expected = int(os.environ.get("BENCH_EVENTS", "0"))
report: dict[str, float] = {}


@app.agent(events)
async def fold(stream: Any) -> None:
    """One event at a time: state from the table, update, state to the table."""
    seen = 0
    async for event in stream:
        if not seen:
            if os.environ.get("BENCH_ROOT_LOGGER"):  # here, since Faust sets its own at the start
                logging.root.setLevel(os.environ["BENCH_ROOT_LOGGER"])
            mark("first")
        state: State = members[event.member_id]
        if update(state, event.kind, event.ts, event.paid_fen or 0):
            await tags.send(
                key=event.member_id, value={"member_id": event.member_id, "tag": state["tag"], "at": event.ts}
            )
        members[event.member_id] = state
        seen += 1
        if seen == expected:
            asyncio.get_running_loop().create_task(finish())


def mark(name: str) -> None:
    """Note wall and CPU time."""
    report[f"{name}_wall"] = time.monotonic()
    report[f"{name}_cpu"] = cpu_seconds(os.getpid())


async def finish() -> None:
    """State and output flushed: the end."""
    await app.producer.flush()
    mark("last")
    await asyncio.sleep(SETTLE_SECONDS)
    report["root_level"] = logging.root.level
    target = Path(os.environ["BENCH_REPORT"])
    target.with_suffix(".part").write_text(json.dumps(report))
    target.with_suffix(".part").rename(target)
