"""``qunpulse replay --embedded``: the whole pipeline over files, as a user runs it."""

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse.embedded import EmbeddedEngine
from streams.simulator import Simulator

pytestmark = pytest.mark.timeout(400)

TABLES = ("events", "tag_changes", "member_profiles", "group_stats", "alerts", "dead_letters")


def replay(data: Path, *files: Path, worker_killed: bool = False) -> dict[str, Any]:
    """Run the command; returns its summary."""
    command = [
        sys.executable,
        "-m",
        "streams.cli",
        "replay",
        *map(str, files),
        "--embedded",
        "--data",
        str(data),
        "--json",
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if worker_killed:
        kill_worker(running)
    said, complained = running.communicate(timeout=300)
    assert running.returncode == 0, complained[-3000:]
    assert ("worker has ended (exit -9) and is started again" in complained) == worker_killed
    summary: dict[str, Any] = json.loads(said)
    return summary


def kill_worker(replaying: subprocess.Popen[str]) -> None:
    """kill -9 of the worker that a replay has started, some seconds into its work."""
    children = Path(f"/proc/{replaying.pid}/task/{replaying.pid}/children")
    while replaying.poll() is None:
        for child in children.read_text().split():
            if b"\0worker\0" in Path(f"/proc/{child}/cmdline").read_bytes():
                time.sleep(4)
                os.kill(int(child), signal.SIGKILL)
                return
        time.sleep(0.05)
    raise AssertionError("the replay has ended before it had a worker")


def contents(data: Path, drop: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Everything that can be read, but for when and from where it was stored."""
    with closing(EmbeddedEngine(data)) as store:
        found = {}
        for table in TABLES:
            rows = store.query(
                f"SELECT * EXCEPT (_ingested_at, _offset, _partition, _topic) FROM qunpulse.{table} FINAL"
            )
            kept = [{name: value for name, value in row.items() if name not in drop} for row in rows]
            found[table] = sorted(json.dumps(row, default=str, sort_keys=True) for row in kept)
    return found


def write(path: Path, lines: list[bytes]) -> Path:
    """A file of lines, compressed when its name says so."""
    data = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def simulated(seed: int, days: int = 20) -> list[bytes]:
    """A small community over some weeks, in time order."""
    start = 1_767_600_000_000
    simulator = Simulator(seed, groups=4, size=20, speed=0.0008)
    events = [*simulator.opening(start), *simulator.between(start, start + days * 86_400_000)]
    return [json.dumps(event, ensure_ascii=False).encode() for event in events]


def test_again_changes_nothing_and_another_file_adds_to_it(tmp_path: Path) -> None:
    lines = simulated(1)
    bad = [b"not json", b'{"kind":"chat"}', b'{"kind":"dance","event_id":"x"}']
    half = len(lines) // 2
    first = write(tmp_path / "first.jsonl", lines[:half] + bad)
    second = write(tmp_path / "second.jsonl.gz", lines[half:])
    summary = replay(tmp_path / "store", first)
    assert summary["lines"] == half + 3
    assert summary["stored"]["events"] == half
    assert summary["stored"]["dead_letters"] == 3
    before = contents(tmp_path / "store", drop=("failed_at",))
    replay(tmp_path / "store", first)
    assert contents(tmp_path / "store", drop=("failed_at",)) == before
    replay(tmp_path / "store", second)
    replay(tmp_path / "whole", first, second, worker_killed=True)
    apart, whole = (contents(tmp_path / name, ("source", "version")) for name in ("store", "whole"))
    assert apart["member_profiles"] == whole["member_profiles"]
    assert apart["events"] == whole["events"]


def test_shuffled_and_repeated_lines_give_the_same_profiles(tmp_path: Path) -> None:
    lines = simulated(2, days=12)
    replay(tmp_path / "plain", write(tmp_path / "plain.jsonl", lines))
    twice = lines * 2
    random.Random(5).shuffle(twice)
    replay(tmp_path / "shuffled", write(tmp_path / "shuffled.jsonl", twice))
    plain, shuffled = (
        contents(tmp_path / "plain", ("version",)),
        contents(tmp_path / "shuffled", ("version",)),
    )
    assert shuffled["member_profiles"] == plain["member_profiles"]
    assert shuffled["events"] == plain["events"]


def test_every_tag_held_is_explained_and_counts_agree(tmp_path: Path) -> None:
    lines = simulated(3)
    replay(tmp_path / "store", write(tmp_path / "file.jsonl", lines))
    events = [json.loads(line) for line in lines]
    with closing(EmbeddedEngine(tmp_path / "store")) as store:
        held = store.query(
            "SELECT member_id, arrayJoin(tags) AS tag FROM qunpulse.member_profiles FINAL ORDER BY 1, 2"
        )
        explained = store.query(
            "SELECT member_id, tag FROM qunpulse.tag_changes FINAL GROUP BY member_id, tag "
            "HAVING argMax(change, (at, change = 'entered')) = 'entered' ORDER BY 1, 2"
        )
        counted = store.query(
            "SELECT group_id, sum(joins) AS joins, sum(leaves) AS leaves, sum(messages) AS messages "
            "FROM qunpulse.group_stats FINAL GROUP BY group_id"
        )
    assert held == explained
    expected = {"joins": Counter[str](), "leaves": Counter[str](), "messages": Counter[str]()}
    names = {"group.joined": "joins", "group.left": "leaves", "message": "messages"}
    for event in events:
        if event["type"] in names:
            expected[names[event["type"]]][event["group_id"]] += 1
    for name, count in expected.items():
        assert Counter({row["group_id"]: row[name] for row in counted}) == count


@pytest.fixture
def kept_apart() -> Path:
    """Folder of the data that is kept apart from the project."""
    folder = os.environ.get("QUNPULSE_TEST_DATA")
    if not folder:
        pytest.skip("QUNPULSE_TEST_DATA: the data kept apart is not here")
    return Path(folder)


@pytest.mark.parametrize("shuffled", [False, True], ids=["in order", "shuffled and twice"])
def test_orders_of_eighteen_months(kept_apart: Path, tmp_path: Path, shuffled: bool) -> None:
    file = kept_apart / "orders.jsonl.gz"
    if shuffled:
        lines = gzip.decompress(file.read_bytes()).splitlines() * 2
        random.Random(6).shuffle(lines)
        file = write(tmp_path / "orders.jsonl", lines)
    replay(tmp_path / "store", file)
    with closing(EmbeddedEngine(tmp_path / "store")) as store:
        rows = store.query(
            "SELECT member_id, orders, revenue_fen, last_paid_at FROM qunpulse.member_profiles FINAL"
        )
    with (kept_apart / "orders_expected.csv").open() as table:
        expected = {row["member_id"]: row for row in csv.DictReader(table)}
    assert len(rows) == len(expected) == 2357
    for row in rows:
        member = expected[row["member_id"]]
        day = "" if row["last_paid_at"] is None else row["last_paid_at"].strftime("%Y-%m-%d")
        assert (row["orders"], row["revenue_fen"]) == (int(member["orders"]), int(member["revenue_fen"]))
        assert day == member["last_paid_day"]


def test_a_year_of_chat(kept_apart: Path, tmp_path: Path) -> None:
    file = kept_apart / "community.jsonl.gz"
    replay(tmp_path / "store", file)
    told: dict[str, Counter[str]] = {"group.joined": Counter(), "group.left": Counter(), "message": Counter()}
    with gzip.open(file) as lines:
        for line in lines:
            event = json.loads(line)
            told[event["type"]][event["group_id"]] += 1
    with closing(EmbeddedEngine(tmp_path / "store")) as store:
        (stored,) = store.query("SELECT count() AS n FROM qunpulse.events FINAL")
        rows = store.query(
            "SELECT group_id, sum(joins) AS joins, sum(leaves) AS leaves, sum(messages) AS messages "
            "FROM qunpulse.group_stats FINAL GROUP BY group_id"
        )
    assert stored == {"n": sum(count.total() for count in told.values())}
    for name, kind in (("joins", "group.joined"), ("leaves", "group.left"), ("messages", "message")):
        assert Counter({row["group_id"]: row[name] for row in rows}) == told[kind]
