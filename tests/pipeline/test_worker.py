"""The worker on a real broker over the wire: what goes in comes out once, through kills and rebalances."""

import json
import random
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from schemas import example_files
from schemas.events import MAX_BYTES
from streams.processes import free_port
from tests.pipeline.harness import latest, pipeline

pytestmark = pytest.mark.timeout(240)

MEMBERS, GROUPS = 60, 6
START = 1_767_600_000_000


def community(seed: int, count: int) -> list[dict[str, Any]]:
    """Events of members who join, talk, buy and give back, a minute apart."""
    rng = random.Random(seed)
    events: list[dict[str, Any]] = []
    for number in range(count):
        member = f"m{rng.randrange(MEMBERS)}"
        event: dict[str, Any] = {"event_id": f"e{number}", "ts": START + number * 60_000, "member_id": member}
        dice = rng.random()
        if dice < 0.7:
            event |= {"kind": "chat", "type": "message", "group_id": f"g{rng.randrange(GROUPS)}"}
        elif dice < 0.8:
            event |= {"kind": "join", "type": "group.joined", "group_id": f"g{rng.randrange(GROUPS)}"}
        elif dice < 0.9:
            event |= {"kind": "order", "type": "paid", "order_id": f"o{number}", "paid_fen": 100 + number}
        else:
            event |= {
                "kind": "order",
                "type": "refunded",
                "order_id": f"o{number - rng.randrange(40)}",
                "refund_fen": 50,
            }
        events.append(event)
    return events


def revenue(events: list[dict[str, Any]]) -> Counter[str]:
    """Net revenue by member, counted by hand."""
    total: Counter[str] = Counter()
    for event in events:
        total[event["member_id"]] += event.get("paid_fen", 0) - event.get("refund_fen", 0)
    return total


def messages(events: list[dict[str, Any]]) -> Counter[str]:
    """Messages by group, counted by hand."""
    return Counter(event["group_id"] for event in events if event["kind"] == "chat")


def told_messages(stats: list[dict[str, Any]]) -> Counter[str]:
    """Messages by group, from the statistics that hold."""
    held = latest(stats, lambda fact: (fact["group_id"], fact["window_start"], fact["part"]))
    total: Counter[str] = Counter()
    for fact in held.values():
        total[fact["group_id"]] += fact["messages"]
    return +total


def page(port: str, name: str) -> str:
    """A page of the worker."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def test_events_become_profiles_and_statistics(broker: str, tmp_path: Path) -> None:
    events = community(1, 1500)
    with pipeline(broker, tmp_path) as running:
        port = str(free_port())
        running.start_worker(QUNPULSE_WORKER_PORT=port)
        running.send(events)
        running.drain()
        pages = {name: page(port, name) for name in ("healthz", "readyz", "metrics")}
        profiles, stats = running.profiles(), running.facts("group-stats")
    assert all(json.loads(pages["readyz"])["checks"].values())
    assert f'qunpulse_events_applied_total{{agent="members"}} {len(events)}.0' in pages["metrics"]
    assert json.loads(pages["healthz"]) == {"status": "ok"}
    expected = revenue(events)
    assert {m: p["revenue_fen"] for m, p in profiles.items()} == {m: expected[m] for m in profiles}
    assert set(profiles) == {event["member_id"] for event in events}
    assert told_messages(stats) == messages(events)


def test_kill_9_again_and_again_neither_loses_nor_doubles(broker: str, tmp_path: Path) -> None:
    events, rng = community(2, 6000), random.Random(3)
    with pipeline(broker, tmp_path) as running:
        worker = running.start_worker()
        for start in range(0, len(events), 750):
            running.send(events[start : start + 750])
            time.sleep(rng.uniform(0.3, 2.5))
            running.kill(worker)
            worker = running.start_worker()
        running.drain()
        profiles, stats, changes = (
            running.profiles(),
            running.facts("group-stats"),
            running.facts("tag-changes"),
        )
    assert {m: p["revenue_fen"] for m, p in profiles.items()} == {m: revenue(events)[m] for m in profiles}
    assert len(profiles) == MEMBERS
    assert told_messages(stats) == messages(events)
    explained(profiles, changes)


def test_workers_come_and_go(broker: str, tmp_path: Path) -> None:
    events = community(4, 4000)
    with pipeline(broker, tmp_path) as running:
        first = running.start_worker()
        running.send(events[:1000])
        second = running.start_worker()
        time.sleep(3)
        running.send(events[1000:2000])
        running.kill(first)
        third = running.start_worker()
        running.send(events[2000:3000])
        time.sleep(4)
        running.parts.stop(second.name, 20)
        assert second.process.returncode == 0, second.last_words()
        running.send(events[3000:])
        running.drain()
        assert third.process.poll() is None
        profiles, stats = running.profiles(), running.facts("group-stats")
    assert {m: p["revenue_fen"] for m, p in profiles.items()} == {m: revenue(events)[m] for m in profiles}
    assert told_messages(stats) == messages(events)


def explained(profiles: dict[str, dict[str, Any]], changes: list[dict[str, Any]]) -> None:
    """Every tag that a member has is explained by its last change, and no other is open."""
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for change in changes:
        key = change["member_id"], change["tag"]
        last[key] = max(
            last.get(key, (0, "")), (change["at"], "entered" if change["change"] == "entered" else "aleft")
        )
    held = {key for key, (_, change) in last.items() if change == "entered"}
    assert held == {(m, tag) for m, p in profiles.items() for tag in p["tags"]}


def test_every_example_passes_and_every_refused_one_becomes_a_dead_letter(
    broker: str, tmp_path: Path
) -> None:
    accepted = [example.raw for example in example_files.accepted()]
    refused = [example for example in example_files.refused() if example.max_bytes == MAX_BYTES]
    with pipeline(broker, tmp_path) as running:
        running.start_worker()
        running.send([json.loads(raw) for raw in accepted])
        for example in refused:
            topic = running.settings.topic(example.topic_kind or "chat")
            running._producer.send(topic, value=example.raw, partition=0).get(10)
        running.drain()
        time.sleep(1)
        letters = running.facts("dead-letters")
    reasons = Counter(letter["reason"] for letter in letters)
    assert reasons == Counter(str(example.reason) for example in refused)
    assert all(letter["value_base64"] is not None or letter["value_size"] == 0 for letter in letters)


def test_a_rebuilt_worker_reads_its_state_back(broker: str, tmp_path: Path) -> None:
    events = community(5, 800)
    with pipeline(broker, tmp_path, state="rocksdict", state_dir=str(tmp_path / "state")) as running:
        worker = running.start_worker()
        running.send(events)
        running.drain()
        before = running.profiles()
        running.kill(worker)
        running.start_worker()
        extra = {"event_id": "x", "kind": "order", "type": "paid", "ts": START + 10**8, "member_id": "m1",
                 "order_id": "ox", "paid_fen": 7}  # fmt: skip
        running.send([extra])
        running.drain()
        after = running.profiles()
    assert after["m1"]["revenue_fen"] == before["m1"]["revenue_fen"] + 7
    assert after["m1"]["orders"] == before["m1"]["orders"] + 1
