"""Rules are activated while workers run: every member is judged anew, through a kill in the middle, and no event is lost."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.harness import Pipeline, pipeline

pytestmark = pytest.mark.timeout(240)

START = 1_767_600_000_000
MEMBERS = 400

NEWER = """\
version: 7
rules:
  - {id: talks, name: {zh: 发言, en: Talks}, class: c, source: own, when: {count: message, at_least: 2}}
  - {id: value.buyer, name: {zh: 已购, en: Buyer}, class: c, source: own, when: {feature: orders, at_least: 1}}
"""


def events(first: int, count: int) -> list[dict[str, Any]]:
    """Every member in turn: talk, talk, an order."""
    found = []
    for number in range(first, first + count):
        event: dict[str, Any] = {
            "event_id": f"e{number}",
            "ts": START + number * 1000,
            "member_id": f"m{number % MEMBERS}",
        }
        if number // MEMBERS % 3 < 2:
            event |= {"kind": "chat", "type": "message", "group_id": "g"}
        else:
            event |= {"kind": "order", "type": "paid", "order_id": f"o{number}", "paid_fen": 100}
        found.append(event)
    return found


def of_half(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events of every second member: the others are judged anew with no event of their own."""
    return [event for event in found if int(event["member_id"][1:]) % 2]


def command(running: Pipeline, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", "rules", *arguments],
        env={**running.env, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_member_is_judged_anew_through_a_kill(broker: str, tmp_path: Path) -> None:
    file = tmp_path / "newer.yaml"
    file.write_text(NEWER, "utf-8")
    with pipeline(broker, tmp_path) as running:
        worker = running.start_worker()
        running.send(events(0, 3 * MEMBERS))
        running.drain()
        done = command(running, "activate", str(file))
        assert done.returncode == 0, done.stderr
        running.send(of_half(events(3 * MEMBERS, MEMBERS)))
        time.sleep(0.2)
        running.kill(worker)
        running.start_worker()
        running.send(of_half(events(4 * MEMBERS, 2 * MEMBERS)))
        running.drain()
        deadline = time.monotonic() + 60
        while any("stage.lost" in profile["tags"] for profile in running.profiles().values()):
            assert time.monotonic() < deadline, "some members keep their old tags"
            time.sleep(0.5)
        again = command(running, "activate", str(file))
        assert (again.returncode, "version 7 is in use or older" in again.stderr) == (78, True)
        profiles, changes = running.profiles(), running.facts("tag-changes")
    assert {member: profile["tags"] for member, profile in profiles.items()} == {
        f"m{number}": ["talks", "value.buyer"] for number in range(MEMBERS)
    }
    revenue = Counter(profile["revenue_fen"] for profile in profiles.values())
    assert revenue == {200: MEMBERS // 2, 100: MEMBERS // 2}
    told = {(c["member_id"], c["tag"], c["at"], c["change"]): c for c in changes}
    by_rule = [c for c in told.values() if c["cause"] == "rule"]
    entered = Counter(c["tag"] for c in by_rule if c["change"] == "entered")
    left = Counter(c["tag"] for c in by_rule if c["change"] == "left")
    assert entered["talks"] == MEMBERS
    assert left["stage.lost"] == MEMBERS
    assert left["value.buyer"] == 0
    assert {c["evidence"]["rules"] for c in by_rule} == {"v1 -> v7"}
    assert {c["rule_version"] for c in by_rule} == {7}


def test_a_file_with_an_error_is_not_activated(broker: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(NEWER.replace("message", "mesage"), "utf-8")
    with pipeline(broker, tmp_path) as running:
        done = command(running, "activate", str(file))
    assert done.returncode == 78
    assert "did you mean 'message'?" in json.dumps(done.stderr)
