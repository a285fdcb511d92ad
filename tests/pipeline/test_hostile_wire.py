"""Two thousand hostile inputs over the wire, among good ones: each is told of once, and the good ones' results are as without."""

import itertools
import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from schemas.accept import accept
from schemas.errors import ContractError, Reason
from sinks.clickhouse.embedded import EmbeddedEngine
from streams.runtime import wall_ms
from tests.hostile.inputs import GOOD, hostile
from tests.hostile.mixed import good_stream, mixed
from tests.hostile.worker import Given
from tests.pipeline.harness import Pipeline, latest, pipeline

pytestmark = pytest.mark.timeout(240)

HOSTILE, GOODS = 2_000, 3_000
ON_THE_WIRE = 1_000_000
"""Most bytes of a record that brokers take as they come."""
SUMS = ("joins", "leaves", "left_self", "kicked", "banned", "planned", "messages")


def send(running: Pipeline, arrivals: list[tuple[str, Given]]) -> None:
    """Send records as they stand, by the time that they carry, and end every partition."""
    for number, (kind, record) in enumerate(arrivals):
        partition = number % running.layout.partitions[kind]
        if GOOD.encode() in (record.value or b""):
            member = json.loads(record.value or b"").get("member_id", "")
            partition = sum(member.encode()) % running.layout.partitions[kind]
        key = b"k" if record.value is None else record.key  # this client sends no tombstone of no key
        running.loader._post(kind, partition, key, record.value, record.timestamp, [])  # type: ignore[arg-type]
        running.loader._latest = record.timestamp
    running.loader.end()
    running.loader.flush()


def told(running: Pipeline) -> dict[str, Any]:
    """Facts of the good brand, by what they say: without offsets and versions, which tell of flushes and of neighbours."""
    facts = {
        name: [fact for fact in running.facts(name) if fact["brand_id"] == GOOD]
        for name in ("tag-changes", "member-profiles", "group-stats", "alerts")
    }
    windows: dict[tuple[str, int], Counter[str]] = {}
    held = latest(facts["group-stats"], lambda fact: (fact["group_id"], fact["window_start"], fact["part"]))
    for (group, start, _), fact in held.items():
        windows.setdefault((group, start), Counter()).update({name: fact[name] for name in SUMS})
    profiles = latest(facts["member-profiles"], lambda fact: fact["member_id"])
    return {
        "changes": {json.dumps(fact | {"source": None}, sort_keys=True) for fact in facts["tag-changes"]},
        "profiles": {name: fact | {"version": 0} for name, fact in profiles.items()},
        "windows": windows,
        "alerts": latest(facts["alerts"], lambda fact: fact["alert_id"]),
    }


def is_event(raw: bytes | None, kind: str) -> bool:
    try:
        accept(raw, wall_ms(), kind)
    except ContractError:
        return False
    return True


def test_hostile_inputs_end_as_dead_letters_or_events_and_harm_no_other(broker: str, tmp_path: Path) -> None:
    good = good_stream(5, GOODS)
    bad = [one for one in itertools.islice(hostile(99), HOSTILE + 50) if len(one.raw or b"") < ON_THE_WIRE][
        :HOSTILE
    ]
    runs = {}
    for name, some in (("without", []), ("with", bad)):
        names = {"topic_prefix": f"{name}.", "app_id": name, "clock": "stream", "max_dead_letters": "0"}
        with pipeline(broker, tmp_path / name, **names) as running:
            running.start_worker()
            running.start_sink()
            send(running, mixed(good, some, 4))
            running.drain(sink=True)
            runs[name] = told(running)
            letters = running.facts("dead-letters")
            running.parts.stop()
            said = "".join(path.read_text() for path in running.parts.folder.iterdir())
        assert "Traceback" not in said and "ends itself" not in said
    assert runs["with"] == runs["without"]
    assert runs["with"]["alerts"] and len(runs["with"]["changes"]) > 300

    with closing(EmbeddedEngine(tmp_path / "with" / "store")) as store:
        (events,) = store.query("SELECT count() AS n FROM qunpulse.events WHERE brand_id = 'good'")
        buried = store.query(
            "SELECT stage, reason, count() AS n FROM qunpulse.dead_letters FINAL GROUP BY ALL"
        )
        accepted = store.query("SELECT DISTINCT event_id FROM qunpulse.events WHERE brand_id <> 'good'")
    assert events["n"] == GOODS
    assert {row["stage"] for row in buried} == {"contract"}, "the store refuses nothing that intake accepted"
    assert {row["reason"] for row in buried} <= set(Reason)
    assert len(letters) == len({(one["topic"], one["partition"], one["offset"]) for one in letters})
    assert sum(row["n"] for row in buried) == len(letters)
    refused = sum(not is_event(one.raw, one.kind) for one in bad)
    assert len(letters) == refused > len(bad) // 2
    assert (
        20 < len(accepted) <= len(bad) - refused
    )  # one row an event_id, and most mutations share theirs with others
