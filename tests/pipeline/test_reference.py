"""The reference model and the whole pipeline say the same of the same file: tags, profiles, figures, alerts, dead letters."""

import json
import random
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse.embedded import EmbeddedEngine
from streams.simulator import Simulator

pytestmark = pytest.mark.timeout(300)

BAD = [b"not json", b'{"kind":"chat"}', b"\xff\xfe", b"[]", b'{"kind":"dance","event_id":"x"}']
MS = {
    "at",
    "as_of",
    "first_seen",
    "last_seen",
    "last_paid_at",
    "next_at",
    "opened_at",
    "closed_at",
    "window_start",
}


def replay(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "streams.cli", "replay", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def stored(
    folder: Path, table: str, columns: str = "* EXCEPT (_ingested_at, _offset, _partition, _topic)"
) -> list[dict[str, Any]]:
    with closing(EmbeddedEngine(folder)) as store:
        rows = store.query(f"SELECT {columns} FROM qunpulse.{table} FINAL")
    return [
        {name: round(value.timestamp() * 1000) if name in MS and value is not None else value for name, value in row.items()}
        for row in rows
    ]  # fmt: skip


def told(folder: Path, topic: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{topic}.jsonl").read_bytes().splitlines()]


def test_the_pipeline_says_what_the_reference_says(tmp_path: Path) -> None:
    start = 1_767_600_000_000
    simulator = Simulator(11, groups=6, size=25, speed=0.0008)
    events = [*simulator.opening(start), *simulator.between(start, start + 20 * 86_400_000)]
    lines = [json.dumps(event, ensure_ascii=False).encode() for event in events]
    for line in random.Random(3).sample(lines, 40):  # a producer's own repeats, and late ones
        lines.insert(min(len(lines), lines.index(line) + 500), line)
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join([*lines[:100], *BAD, *lines[100:]]) + b"\n")

    reference = replay(str(file), "--reference", "--out", str(tmp_path / "said"))
    pipeline = replay(str(file), "--embedded", "--data", str(tmp_path / "store"))
    assert reference["stored"] | {"group_stats": 0} == pipeline["stored"] | {"group_stats": 0}
    assert reference["alerts"] == pipeline["alerts"]

    changes = Counter(_change(row) for row in told(tmp_path / "said", "tag-changes"))
    assert changes.total() == len(changes) > 300
    assert Counter(_change(row) for row in stored(tmp_path / "store", "tag_changes")) == changes

    profiles = {row["member_id"]: row for row in told(tmp_path / "said", "member-profiles")}
    for row in stored(tmp_path / "store", "member_profiles"):
        said = profiles.pop(row["member_id"])
        row["features"] = json.loads(row["features"] or "null")
        assert {name: row[name] for name in said} | {"version": 0} == said | {"version": 0}
    assert not profiles

    assert _windows(stored(tmp_path / "store", "group_stats")) == _windows(
        told(tmp_path / "said", "group-stats")
    )
    alerts = {row["alert_id"]: row for row in told(tmp_path / "said", "alerts")}  # the last version holds
    assert {row["alert_id"]: _alert(row) for row in stored(tmp_path / "store", "alerts")} == {
        name: _alert(row) for name, row in alerts.items()
    }
    letters = sorted((row["reason"], row["value_sha256"]) for row in told(tmp_path / "said", "dead-letters"))
    assert len(letters) == len(BAD)
    buried = stored(tmp_path / "store", "dead_letters", "reason, value_sha256")
    assert sorted((row["reason"], row["value_sha256"]) for row in buried) == letters


def _change(row: dict[str, Any]) -> tuple[Any, ...]:
    evidence = row["evidence"] if isinstance(row["evidence"], dict) else json.loads(row["evidence"])
    identity = (row["brand_id"], row["member_id"], row["tag"], row["at"], row["change"])
    return (
        *identity,
        row["cause"],
        row["event_id"] or None,
        row["next_at"],
        json.dumps(evidence, sort_keys=True),
    )


def _windows(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Figures of each part of each window; its version and time are those of the flush that told it."""
    apart = ("group_id", "window_start", "part", "version", "as_of", "schema_version")
    return {
        (row["group_id"], row["window_start"], row["part"]): {
            name: value for name, value in row.items() if name not in apart
        }
        for row in rows
    }


def _alert(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["state"], row["opened_at"], row["closed_at"], row["observed"], row["version"], row["severity"]
