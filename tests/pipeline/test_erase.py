"""A member's erasure through everything: state, changelog, facts, groups, tables; it holds over restarts and repeats."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse.embedded import EmbeddedEngine
from streams.fatal import EXIT_UNAVAILABLE
from streams.held import held
from streams.whole_topic import read_topic
from tests.brokers import tansu
from tests.pipeline.harness import Pipeline, pipeline
from tests.pipeline.test_worker import START

pytestmark = pytest.mark.timeout(240)

MEMBER = "wm-erase-me"
NOTHING = {"members": 0, "groups": 0, "profiles": 0}


def event(number: int, kind: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"event_id": f"e{number}", "kind": kind, "type": type_, "ts": START + number * 1000} | more


def history() -> list[dict[str, Any] | bytes]:
    """The member talks in two groups, buys, is named by another, and leaves one group in a wave that raises an alert."""
    joins = [
        event(n, "join", "group.joined", member_id=member, group_id="g1", inviter_id=MEMBER)
        for n, member in enumerate([MEMBER, *(f"m{k}" for k in range(40))])
    ]
    talk = [event(100 + n, "chat", "message", member_id=MEMBER, group_id=f"g{1 + n % 2}") for n in range(6)]
    talk += [event(120, "chat", "message", member_id="m1", group_id="g1", mentions=["m2", MEMBER])]
    bought = [event(130, "order", "paid", member_id=MEMBER, order_id="o1", paid_fen=1990)]
    elsewhere = [event(131, "order", "paid", member_id=MEMBER, order_id="o2", paid_fen=500, brand_id="b2")]
    wave = [
        event(4000 + n, "join", "group.left", member_id=member, group_id="g1")
        for n, member in enumerate([MEMBER, *(f"m{k}" for k in range(12))])
    ]
    wrong = json.dumps(event(5000, "order", "paid", member_id=MEMBER, paid_fen=1)).encode()
    return [*joins, *talk, *bought, *elsewhere, *wave, wrong]


def erase(running: Pipeline, *words: str, code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "erase", MEMBER, *words],
        env={**os.environ, **running.env}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


async def last_values(running: Pipeline, topic: str) -> dict[bytes | None, bytes | None]:
    found = {}
    async for record in read_topic(running.settings, running.layout, topic):
        found[record.key] = record.value
    return found


def naming(running: Pipeline, topic: str) -> list[bytes | None]:
    """Keys of what a compaction of `topic` would keep and that holds the member's id, in the brand `default`."""
    values = asyncio.run(last_values(running, topic))
    return [
        key
        for key, value in values.items()
        if value is not None and MEMBER.encode() in (key or b"") + value and b"b2" not in (key or b"")
    ]


def test_a_member_is_forgotten_everywhere_and_stays_so(broker: str, tmp_path: Path) -> None:
    with pipeline(broker, tmp_path, partitions="1") as running:
        worker = running.start_worker()
        running.start_sink()
        running.send(history())
        running.drain(sink=True)
        assert naming(running, "members-state") and naming(running, "groups-state")
        assert naming(running, "member-profiles")

        looked = erase(running, "--dry-run", "--json")
        assert looked["state"] == {"members": 1, "groups": 2, "profiles": 1}
        assert looked["tables"]["events"] == 9 and looked["tables"]["events_of_others"] == 41
        assert looked["tables"]["dead_letters"] == looked["tables"]["alerts_of_others"] == 1
        assert looked["tables"]["alerts"] == 0, "no tag of the member's own raised one"
        assert naming(running, "members-state"), "a dry run changes nothing"

        receipt = erase(running, "--json")
        assert receipt["state"] == looked["state"] and receipt["tables"] == looked["tables"]
        assert receipt["left"] == {"state": NOTHING, "tables": dict.fromkeys(receipt["tables"], 0)}
        assert MEMBER not in json.dumps(receipt) and len(receipt["member_sha256"]) == 64
        assert receipt["kept_by_retention_days"]["chat"] == 30
        for topic in ("members-state", "groups-state", "member-profiles"):
            assert naming(running, topic) == [], topic
        size = running_size(running)

        again = erase(running, "--json")
        assert again["state"] == NOTHING and set(again["tables"].values()) == {0}

        running.kill(worker)
        worker = running.start_worker()
        running.send([event(6000, "chat", "message", member_id="m30", group_id="g1")])
        running.drain(sink=True)
        assert asyncio.run(held(running.settings, running.layout, "default", MEMBER)).plain() == NOTHING
        assert running_size(running) == size, "the person has not left: the size of the groups stays"

        running.send([event(7000, "order", "paid", member_id=MEMBER, order_id="o9", paid_fen=7)])
        running.drain(sink=True)
        profiles = asyncio.run(last_values(running, "member-profiles"))
        fresh, other = (
            json.loads(profiles[f"{brand}|{MEMBER}".encode()] or b"") for brand in ("default", "b2")
        )
        assert (fresh["orders"], fresh["revenue_fen"], fresh["first_seen"]) == (1, 7, START + 7_000_000)
        assert other["revenue_fen"] == 500, "another brand's member of that name"
        running.parts.stop()
    with closing(EmbeddedEngine(tmp_path / "store")) as store:
        (own,) = store.query(
            "SELECT count() AS n, min(event_id) AS id FROM qunpulse.events FINAL "
            f"WHERE member_id = '{MEMBER}' AND brand_id = 'default'"
        )
        (named,) = store.query(
            f"SELECT count() AS n FROM qunpulse.events WHERE member_id != '{MEMBER}' AND position(raw, '{MEMBER}') > 0"
        )
        (alerts,) = store.query(
            f"SELECT count() AS n, countIf(position(evidence, '{MEMBER}') > 0) AS naming FROM qunpulse.alerts"
        )
        (letters,) = store.query("SELECT count() AS n FROM qunpulse.dead_letters")
    assert (own["n"], own["id"], named["n"]) == (1, "e7000", 0)
    assert alerts["n"] > 0 and alerts["naming"] == 0 and letters["n"] == 0


def running_size(running: Pipeline) -> int:
    """Members of g1 by its newest figures."""
    stats = [one for one in running.facts("group-stats") if one["group_id"] == "g1" and one["part"] == 0]
    return int(max(stats, key=lambda one: (one["window_start"], one["version"]))["members"])


@pytest.fixture
def light(tmp_path: Path) -> Iterator[str]:
    """The embedded broker alone: what is asked below is not the broker's doing."""
    with tansu(tmp_path / "broker") as address:
        yield address


def test_the_same_log_read_again_does_not_bring_a_member_back(light: str, tmp_path: Path) -> None:
    """Every group's offsets are set back to the beginning, as after a mistake of an operator."""
    with pipeline(light, tmp_path, partitions="2") as running:
        worker = running.start_worker()
        running.start_sink()
        running.send([event(1, "order", "paid", member_id=MEMBER, order_id="o1", paid_fen=1990)])
        running.drain(sink=True)
        erase(running, "--json")
        running.kill(worker)
        running.env["QUNPULSE_APP_ID"] = "another-group"
        running.settings = running.settings.model_copy(update={"app_id": "another-group"})
        running.start_worker()
        running.drain()
        assert asyncio.run(held(running.settings, running.layout, "default", MEMBER)).plain() == NOTHING


def test_without_workers_nothing_is_done(light: str, tmp_path: Path) -> None:
    with pipeline(light, tmp_path) as running:
        running.send([event(1, "chat", "message", member_id=MEMBER, group_id="g1")])
        assert "nothing was done" in erase(running, "--seconds", "3", code=EXIT_UNAVAILABLE)
