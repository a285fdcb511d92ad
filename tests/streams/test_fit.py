"""The days that a fit is made of are the same from files and from the store; the file it writes is read back."""

import json
from pathlib import Path

import pytest

from models.calendar import Calendar, day_number
from models.fitting import History
from models.palive import Spread
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from streams.decisions import member_params
from streams.fit import days_in_files, days_in_store, histories
from streams.population import Population, PopulationWrong
from streams.settings import Settings

ZONE = "Asia/Shanghai"
NOON = 1_767_585_600_000
"""2026-01-05T12:00 in Shanghai."""
DAY = 86_400_000


def event(number: int, **fields: object) -> dict[str, object]:
    return {
        "event_id": f"e{number}",
        "kind": "chat",
        "type": "message",
        "group_id": "g",
        "role": "customer",
    } | fields


EVENTS = [
    event(1, member_id="m1", ts=NOON),
    event(2, member_id="m1", ts=NOON + 10 * 3_600_000),
    event(3, member_id="m1", ts=NOON + 13 * 3_600_000),
    event(4, member_id="m1", ts=NOON + 30 * DAY, role="staff"),
    event(5, member_id="m2", ts=NOON - 400 * DAY, brand_id="b2"),
    event(6, member_id="m3", ts=NOON, type="push_delivered", push_channel="sms"),
    event(7, member_id="m2", ts=NOON + 7 * DAY, brand_id="b2", kind="order", type="paid", order_id="o", paid_fen=1),
]  # fmt: skip


def test_days_from_files_and_from_the_store_are_the_same(tmp_path: Path) -> None:
    lines = [json.dumps(one) for one in EVENTS]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join([*lines, "no event"]))
    engine = EmbeddedEngine(str(tmp_path / "store"))
    try:
        migrate(engine)
        rows = [(line, "t", 0, number, int(str(EVENTS[number]["ts"]))) for number, line in enumerate(lines)]
        Writer(engine).write("events", "t", 0, 0, len(rows) - 1, rows)
        stored = {acts: days_in_store(engine, acts, ZONE) for acts in ("activity", "orders")}
    finally:
        engine.close()
    now, first = NOON + 40 * DAY, day_number("2026-01-05")
    for acts, found in stored.items():
        assert found == days_in_files([file], acts, Calendar(ZONE), now)
    assert stored["activity"] == {
        ("default", "m1"): {first, first + 1},
        ("b2", "m2"): {first - 400, first + 7},
    }
    assert stored["orders"] == {("b2", "m2"): {first + 7}}


def test_a_history_ends_at_the_day_that_is_asked_for() -> None:
    days = {("b", "m"): {100, 107, 121}, ("c", "n"): {200}}
    assert list(histories(days, until=114)) == [History(1, 1.0, 2.0)]
    assert list(histories(days, until=200, brand_id="c")) == [History(0, 0.0, 0.0)]


def test_the_workers_use_the_population_that_a_fit_wrote(tmp_path: Path) -> None:
    path = tmp_path / "population.json"
    Population(
        r=0.5, alpha=6.0, a=0.9, b=1.6, acts="activity", until="2026-01-05", members=99, log_likelihood=-1.0
    ).write(path)
    assert member_params(Settings(population=path)).spread == Spread(0.5, 6.0, 0.9, 1.6)
    assert member_params(Settings()).spread == Spread()
    path.write_text(path.read_text().replace("0.9", "-0.9"))
    with pytest.raises(PopulationWrong, match=r"population.json: a: .*greater than 0"):
        member_params(Settings(population=path))
