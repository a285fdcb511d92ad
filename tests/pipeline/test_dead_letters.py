"""Dead letters over the wire: listed, repaired, sent again once, dropped; too many, or none to be written, ends the worker."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from streams.fatal import EXIT_BUG, EXIT_CONFIG
from tests.pipeline.harness import Pipeline, pipeline
from tests.pipeline.test_worker import START

pytestmark = pytest.mark.timeout(240)


def qunpulse(running: Pipeline, *words: str, code: int = 0) -> str:
    """Output of a command against the pipeline's broker."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *words],
        env={**os.environ, **running.env}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout + (done.stderr if code else "")


def dlq(running: Pipeline, *words: str) -> Any:
    return json.loads(qunpulse(running, "dlq", *words, "--json"))


def paid(number: int, **more: Any) -> dict[str, Any]:
    return {"event_id": f"e{number}", "kind": "order", "type": "paid", "ts": START + number, "member_id": "m1",
            "order_id": f"o{number}", "paid_fen": 100} | more  # fmt: skip


def test_letters_are_listed_repaired_sent_again_once_and_dropped(broker: str, tmp_path: Path) -> None:
    no_zone = paid(2, ts="2026-01-05T17:00:00")
    with pipeline(broker, tmp_path) as running:
        running.start_worker()
        misplaced = json.dumps(paid(4, member_id="m4")).encode()
        running._producer.send(running.settings.topic("chat"), misplaced).get(10)
        running.send([paid(1), no_zone, paid(3, paid_fen="1.00"), b'{"member_id": "m1"', b"x" * 300_000])
        running.drain()
        time.sleep(1)
        listed = {one["reason"]: one for one in dlq(running, "list")}
        assert set(listed) == {"bad_time", "wrong_type", "not_json", "too_large", "wrong_topic"}
        of_m1 = {one["reason"] for one in dlq(running, "list", "--member", "m1")}
        assert of_m1 == {"bad_time", "wrong_type", "not_json"}
        shown = json.loads(qunpulse(running, "dlq", "show", listed["bad_time"]["id"]))
        assert json.loads(shown["text"]) == no_zone
        assert "narrow them down" in qunpulse(running, "dlq", "replay", code=2)

        tried = dlq(running, "replay", "--all", "--zone", "Asia/Shanghai", "--dry-run")
        assert (tried["matched"], tried["replayed"]) == (5, 1)
        assert tried["why"] == {"would be refused again": 2, "the bytes are no JSON": 1, "not whole": 1}
        assert {one["status"] for one in dlq(running, "list")} == {"new"}
        before = running.profiles()["m1"]["revenue_fen"]

        mended = dlq(running, "replay", "--reason", "bad_time", "--zone", "Asia/Shanghai")
        assert mended["replayed"] == 1
        once_more = dlq(running, "replay", "--id", listed["bad_time"]["id"], "--zone", "Asia/Shanghai")
        assert "replayed already" in once_more["letters"][0]["why"]
        again = dlq(running, "replay", "--id", listed["bad_time"]["id"], "--zone", "Asia/Shanghai", "--again")
        assert again["replayed"] == 1, "sent twice, but its event_id is applied once"
        # one that goes on being wrong comes back as another letter, which says where it comes from
        assert dlq(running, "replay", "--reason", "wrong_type", "--force")["replayed"] == 1
        assert dlq(running, "drop", "--reason", "not_json")["dropped"] == 1
        assert dlq(running, "replay", "--reason", "wrong_topic", "--reroute")["replayed"] == 1
        time.sleep(3)
        assert running.profiles()["m4"]["revenue_fen"] == 100
        assert (before, running.profiles()["m1"]["revenue_fen"]) == (100, 200)
        came_back = [one for one in dlq(running, "list") if one["replays"] == 1]
        assert [one["replay_of"].replace("|", ":") for one in came_back] == [listed["wrong_type"]["id"]]
        status = {one["id"]: one["status"] for one in dlq(running, "list")}
        assert status[listed["bad_time"]["id"]] == status[listed["wrong_type"]["id"]] == "replayed"
        assert status[listed["not_json"]["id"]] == "dropped"
        assert dlq(running, "list", "--status", "dropped")[0]["id"] == listed["not_json"]["id"]


def test_a_producer_of_another_format_stops_the_worker(broker: str, tmp_path: Path) -> None:
    with pipeline(broker, tmp_path, max_dead_letters="50") as running:
        worker = running.start_worker()
        running.send([paid(number) for number in range(20)])
        running.drain()
        running.send([f"<order>{number}</order>".encode() for number in range(400)])
        assert worker.process.wait(60) == EXIT_CONFIG
        running.parts.running.remove(worker)
        words = worker.last_words(3)
        assert "QUNPULSE_MAX_DEAD_LETTERS=50" in words
        assert "Traceback" not in words
        first = len(running.facts("dead-letters"))
        assert first < 400
        # raised on purpose, the same records pass, none lost
        running.start_worker(QUNPULSE_MAX_DEAD_LETTERS="0")
        running.drain()
        time.sleep(1)
        assert len({letter["offset"] for letter in running.facts("dead-letters")}) >= 400 // 4
        letters = {
            (letter["topic"], letter["partition"], letter["offset"])
            for letter in running.facts("dead-letters")
        }
        assert len(letters) == 400


def test_no_place_for_dead_letters_stops_the_worker_and_nothing_is_skipped(
    broker: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["broker"] == "tansu":
        pytest.skip("Tansu confirms what it is sent for a topic that it does not have, and forgets it")
    with pipeline(broker, tmp_path) as running:
        worker = running.start_worker()
        running.send([paid(1)])
        running.drain()
        admin = KafkaAdminClient(bootstrap_servers=running.settings.servers)
        admin.delete_topics([running.settings.topic("dead-letters")])
        admin.close()
        sent = running.send([b"not an event"])
        code = worker.process.wait(120)
        running.parts.running.remove(worker)
        assert code == EXIT_BUG, worker.last_words()
        assert sent.lines == 2
        assert "broker lost its log: it does not know" in worker.last_words(2)
        # the topic is made again at the next start, and the record that was not skipped is put there
        running.start_worker()
        running.drain()
        time.sleep(1)
        assert [letter["reason"] for letter in running.facts("dead-letters")] == ["not_json"]
