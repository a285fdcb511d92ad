"""An alert about a member out of the pipeline to a receiver: once, though a worker dies between the alert and its state."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import tansu
from tests.pipeline.harness import pipeline
from tests.pipeline.test_notify import Notify, ids, wall
from tests.sinks.notices import endpoint
from tests.watchers import until

pytestmark = pytest.mark.timeout(90)


def event(number: int, type_: str, group: str, at: int) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "kind": "join",
        "type": type_,
        "ts": at,
        "member_id": "m1",
        "group_id": group,
    }


def test_a_banned_member_who_comes_back_is_told_once(tmp_path: Path) -> None:
    start = wall() - 60_000
    with (
        endpoint() as crm,
        tansu(tmp_path / "broker") as broker,
        pipeline(broker, tmp_path, rules="full") as running,
    ):
        Notify(running, QUNPULSE_WEBHOOKS=f"crm={crm.url}/").start()
        dying = running.start_worker(QUNPULSE_FAILPOINT="facts_delivered:crash")
        steps = [("group.joined", "g1"), ("group.banned", "g1"), ("group.joined", "g2")]
        running.send(event(n, type_, group, start + n) for n, (type_, group) in enumerate(steps))
        assert dying.process.wait(40) == 137
        running.parts.running.remove(dying)
        running.start_worker()
        until(lambda: crm.got, 40)
        running.drain()
        running.send([event(3, "group.kicked", "g2", start + 3)])
        until(lambda: len(crm.got) >= 2, 40)
        time.sleep(0.5)
        told = running.facts("alerts")
        (alert_id,) = {one["alert_id"] for one in told}
        assert ids(crm) == [f"{alert_id}.1", f"{alert_id}.2"]
        opened, closed = (body["data"] for body in crm.bodies())
        assert (opened["kind"], opened["member_id"], opened["tag"]) == (
            "member_tag",
            "m1",
            "risk.banned_again",
        )
        assert opened["text_en"] == "Member m1 (group g2): banned and in a group again."
        assert (opened["opened_at"], closed["closed_at"]) == (start + 2, start + 3)
        assert [change["at"] for change in running.facts("tag-changes") if change["tag"] == opened["tag"]]
