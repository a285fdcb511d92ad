"""What the whole worker takes to apply events that wait on the broker."""

import asyncio
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.bench import Bench, NotVerified, same
from benchmarks.meter import Run, cpu_seconds
from benchmarks.rules import rule_file
from benchmarks.workload import Expected, Made
from schemas.rows import KINDS
from streams.drained import wait_until_drained
from streams.processes import Part, free_port
from streams.replay import Loader, Sent, read_line
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import Layout, checked_layout

GENERATED, GENERATED_RULES = "generated", 500
START_SECONDS = 60.0
"""Longest time from the start of a process to its first event."""


def measure_worker(bench: Bench, events: list[Made], clock: str, rules: str = "default") -> Run:
    """The whole worker, default settings but for the addresses and the rule file."""
    settings = Settings(kafka=bench.address, clock=clock)
    layout = checked_layout(settings)
    sent = _load(bench, events, settings, layout)
    port = free_port()
    env = {"QUNPULSE_KAFKA": bench.address, "QUNPULSE_CLOCK": clock, "QUNPULSE_WORKER_PORT": str(port),
           "QUNPULSE_RULES": _rule_file(bench, rules), "QUNPULSE_ENV_FILE": os.devnull}  # fmt: skip
    part = bench.start("worker", [sys.executable, "-m", "streams.cli", "worker"], env)
    first = _before_first_event(bench, part, port)
    asyncio.run(wait_until_drained(settings, layout, sent.ends, bench.check, sink=False))
    wall, cpu = time.monotonic(), cpu_seconds(part.process.pid)
    _verify_worker(bench, settings, layout, events, _metrics(port))
    return Run(len(events), wall - first[0], cpu - first[1])


def _rule_file(bench: Bench, rules: str) -> str:
    """Name or path of a rule file; the generated one is written first."""
    if rules != GENERATED:
        return rules
    path = bench.folder / "generated.yaml"
    path.write_text(rule_file(GENERATED_RULES), "utf-8")
    return str(path)


def _load(bench: Bench, events: list[Made], settings: Settings, layout: Layout) -> Sent:
    """Each record has its event's time, as if it had been produced then and waited since."""
    producer = bench.producer()
    topics = {kind: settings.topic(kind) for kind in KINDS}
    loader = Loader(producer, topics, {kind: layout.partitions[kind] for kind in KINDS}, now=wall_ms())
    for event in events:
        loader.send(read_line(event.raw))
    if settings.clock == "stream":
        loader.end()
    sent = loader.flush()
    producer.close(timeout=5)
    return sent


def _before_first_event(bench: Bench, part: Part, port: int) -> tuple[float, float]:
    """Wall and CPU time when the worker last said that it had taken nothing."""
    before, deadline = None, time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        bench.check()
        at = time.monotonic(), cpu_seconds(part.process.pid)
        metrics = _metrics(port)
        if metrics is not None and _sum(metrics, "qunpulse_events_consumed_total") > 0:
            return before or at
        if metrics is not None:
            before = at
        time.sleep(0.03)
    raise TimeoutError(f"no event was taken in {START_SECONDS:.0f} s; last words:\n{part.last_words()}")


def _metrics(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise NotVerified(f"/metrics of the worker answers {error.code}") from None
    except OSError:
        return None


def _sum(metrics: str, name: str) -> int:
    """Sum of the samples whose names and labels begin with `name`."""
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in metrics.splitlines() if line.startswith(name)))


def _verify_worker(
    bench: Bench, settings: Settings, layout: Layout, events: list[Made], metrics: str | None
) -> None:
    expected = Expected.of(events)
    same("metrics", metrics is not None, True)
    assert metrics is not None
    same(
        "events applied to members",
        _sum(metrics, 'qunpulse_events_applied_total{agent="members"}'),
        len(events),
    )
    same(
        "events applied to groups",
        _sum(metrics, 'qunpulse_events_applied_total{agent="groups"}'),
        len(events),
    )

    def facts(name: str) -> Iterable[dict[str, Any]]:
        return (
            json.loads(value or b"null")
            for _, value in bench.read(settings.topic(name), layout.partitions[name])
        )

    stats = _latest(facts("group-stats"), lambda one: (one["group_id"], one["window_start"], one["part"]))
    same("messages in group-stats", sum(one["messages"] for one in stats.values()), expected.messages)
    profiles = _latest(facts("member-profiles"), lambda one: one["member_id"])
    revenue = {member: one["revenue_fen"] for member, one in profiles.items()}
    wrong = [member for member, fen in expected.revenue.items() if revenue.get(member) != fen]
    same("members whose revenue is wrong", wrong[:5], [])
    same("members with a profile", len(profiles), len(expected.revenue))


def _latest(
    facts: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Any]
) -> dict[Any, dict[str, Any]]:
    held: dict[Any, dict[str, Any]] = {}
    for fact in facts:
        name = key(fact)
        if name not in held or fact["version"] >= held[name]["version"]:
            held[name] = fact
    return held
