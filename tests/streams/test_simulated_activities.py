"""What the demo has on keeps the contract, and every view of announced activities shows something of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.accept import accept
from sinks.clickhouse.announced_views import ANNOUNCED_VIEWS
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from streams.simulated_activities import Activities
from streams.simulator import Simulator, encode

START = 1_767_600_000_000
MINUTES = 3


def simulated(seed: int) -> list[dict[str, Any]]:
    """Some minutes of the demo."""
    simulator, activities = Simulator(seed, groups=6, size=20, speed=30), Activities(seed)
    opening = [*simulator.opening(START), *activities.announcements(START)]
    return [*opening, *activities.among(simulator.between(START, START + MINUTES * 60_000))]


def test_a_seed_decides_everything_and_all_is_accepted() -> None:
    events = simulated(1)
    assert events == simulated(1)
    assert events != simulated(2)
    assert len({event["event_id"] for event in events}) == len(events)
    for event in events:
        accept(encode(event), START + 86_400_000, event["kind"])


def test_every_view_shows_something(tmp_path: Path) -> None:
    pytest.importorskip("chdb")
    engine = EmbeddedEngine(tmp_path, "demo")
    migrate(engine)
    rows = [(json.dumps(event), "t", 0, n, event["ts"]) for n, event in enumerate(simulated(1))]
    Writer(engine, "w").write("events", "t", 0, 0, len(rows) - 1, rows)
    names = [
        *(view.name for view in ANNOUNCED_VIEWS),
        "contest_places",
        "quizzes",
        "flash_minutes",
        "group_purchases",
    ]
    shown = {name: engine.query(f"SELECT count() AS n FROM demo.{name}")[0]["n"] for name in names}
    assert min(shown.values()) > 0, shown
    phases = engine.query("SELECT phase FROM demo.live_phases ORDER BY phase")
    assert [row["phase"] for row in phases] == ["直播中", "直播前", "直播后"]
    engine.close()
