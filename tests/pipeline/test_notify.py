"""Alerts out of the pipeline to receivers: the real Alertmanager where it is installed, webhooks, and one that is down."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from streams.connection import connection
from streams.processes import Part, free_port
from tests.brokers import tansu
from tests.pipeline.harness import Pipeline, pipeline
from tests.sinks.notices import Endpoint, endpoint, fact
from tests.watchers import Alerts, alertmanager, until, with_alertmanager, with_amtool

pytestmark = pytest.mark.timeout(120)

SECRET = "0123456789abcdef0123456789abcdef"
MINUTE = 60_000


class Notify:
    """``qunpulse notify`` as a process, and alerts put on its topic."""

    def __init__(self, running: Pipeline, **env: str) -> None:
        self._running = running
        self._producer = KafkaProducer(**connection(running.settings), acks="all")
        self.port = free_port()
        self.env = {
            "QUNPULSE_NOTIFY_PORT": str(self.port),
            "QUNPULSE_WEBHOOK_SECRETS": SECRET,
            "QUNPULSE_ALERTMANAGER_REPEAT_SECONDS": "1",
        } | env

    def start(self, **env: str) -> Part:
        """Start it, with more settings."""
        command = [sys.executable, "-m", "streams.cli", "notify"]
        return self._running.parts.start("notify", command, self._running.env | self.env | env)

    def put(self, *alerts: dict[str, Any] | bytes) -> None:
        """Alerts onto their topic, as the groups agent would."""
        topic = self._running.settings.topic("alerts")
        for alert in alerts:
            raw = alert if isinstance(alert, bytes) else json.dumps(alert).encode()
            self._producer.send(topic, key=b"default|g1", value=raw, partition=0)
        self._producer.flush(10)

    def page(self, name: str) -> str:
        """A page of its HTTP server, whatever the status."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}", timeout=5) as answer:
                text: str = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
        return text


@contextmanager
def notifying(tmp_path: Path, **env: str) -> Iterator[tuple[Pipeline, Notify]]:
    """A broker and what is needed for ``qunpulse notify``; nothing is started."""
    with tansu(tmp_path / "broker") as broker, pipeline(broker, tmp_path) as running:
        yield running, Notify(running, **env)


def ids(crm: Endpoint) -> list[str]:
    """Identities of what a webhook was told."""
    return [headers["webhook-id"] for _, headers, _ in crm.got]


def wall() -> int:
    return time.time_ns() // 1_000_000


def test_each_receiver_is_told_once_and_one_that_is_down_delays_no_other(tmp_path: Path) -> None:
    down = free_port()
    with endpoint() as crm, endpoint() as manager, notifying(tmp_path) as (running, notify):
        notify.env |= {
            "QUNPULSE_ALERTMANAGER": manager.url,
            "QUNPULSE_WEBHOOKS": f"crm={crm.url}/hook,down=http://127.0.0.1:{down}/secret",
        }
        first = notify.start()
        old = fact(alert_id="old", version=2, state="closed", closed_at=wall() - MINUTE)
        opened = fact(opened_at=wall())
        notify.put(old, b"not json", opened, opened)
        until(lambda: ids(crm) and manager.got, 40)
        notify.put(fact(version=2, state="updated"))  # too soon after the first
        until(lambda: '"down":{"ok":false' in notify.page("readyz"))
        assert '"crm":{"ok":true' in notify.page("readyz")
        shown = 'notify_open_episodes{kind="churn_spike",receiver="crm",severity="warning"} 1.0'
        until(lambda: shown in notify.page("metrics"))
        metrics = notify.page("metrics")
        assert 'notify_retries_total{reason="connection",receiver="down"}' in metrics
        until(lambda: len(manager.got) >= 3)  # it is told again and again of what is open
        labels = {json.dumps(alert["labels"]) for body in manager.bodies() for alert in body}
        assert len(labels) == 1

        running.kill(first)
        notify.put(opened, fact(version=3, state="closed", closed_at=wall()))
        with endpoint() as now_up:
            notify.start(QUNPULSE_WEBHOOKS=f"crm={crm.url}/hook,down={now_up.url}/")
            until(lambda: len(crm.got) >= 2 and now_up.got, 40)
            time.sleep(1.5)
            assert ids(crm) == ["a1.1", "a1.3"]
            assert ids(now_up) == ["a1.3"], "over before it could be told: told once, as over"
        resolved = manager.bodies()[-1][0]
        assert resolved["endsAt"] < "2999" and resolved["startsAt"] <= resolved["endsAt"]
        letters = running.facts("dead-letters")
        assert {(one["stage"], one["reason"]) for one in letters} == {("read", "not_an_alert")}
        log = (tmp_path / "logs" / "notify.log").read_text()
        assert "secret" not in log and SECRET not in log


def test_of_two_processes_one_may_die(tmp_path: Path) -> None:
    """Whoever takes the partition over knows what the other one told: nothing is told twice, nothing stays open."""
    with endpoint() as crm, notifying(tmp_path) as (running, notify):
        notify.env["QUNPULSE_WEBHOOKS"] = f"crm={crm.url}/"
        both = [notify.start(QUNPULSE_NOTIFY_PORT=str(free_port())) for _ in range(2)]
        notify.put(fact(opened_at=wall()))
        until(lambda: crm.got, 40)
        for number, dying in enumerate(both):
            running.kill(dying)
            notify.put(
                fact(
                    version=2 + number,
                    state=("updated", "closed")[number],
                    severity="critical",
                    closed_at=(None, wall())[number],
                )
            )
            if number == 0:
                until(lambda: len(crm.got) >= 2, 40)
        notify.start()
        until(lambda: len(crm.got) >= 3, 40)
        time.sleep(1)
        assert ids(crm) == ["a1.1", "a1.2", "a1.3"]


def test_a_crash_after_telling_repeats_one_notice_with_its_identity(tmp_path: Path) -> None:
    with endpoint() as crm, notifying(tmp_path) as (running, notify):
        notify.env["QUNPULSE_WEBHOOKS"] = f"crm={crm.url}/"
        dying = notify.start(QUNPULSE_FAILPOINT="insert_done:crash")
        notify.put(fact(opened_at=wall()))
        assert dying.process.wait(40) == 137
        running.parts.running.remove(dying)
        notify.start()
        until(lambda: len(crm.got) >= 2, 40)
        notify.put(fact(version=2, state="closed", closed_at=wall()))
        until(lambda: len(crm.got) >= 3)
        assert ids(crm) == ["a1.1", "a1.1", "a1.2"]


def test_what_is_refused_is_a_dead_letter_and_holds_up_nothing(tmp_path: Path) -> None:
    with endpoint() as crm, notifying(tmp_path) as (running, notify):
        crm.answers = [(422, {}, b"group unknown"), (500, {}, b""), (500, {}, b""), (503, {}, b"")]
        notify.env |= {"QUNPULSE_WEBHOOKS": f"crm={crm.url}/", "QUNPULSE_NOTIFY_GIVE_UP_SECONDS": "0.3"}
        notify.start()
        notify.put(*(fact(alert_id=f"a{n}", opened_at=wall()) for n in (1, 2, 3)))
        until(lambda: len(crm.got) >= 5, 40)
        assert ids(crm) == ["a1.1", "a2.1", "a2.1", "a3.1", "a3.1"]
        letters = sorted(running.facts("dead-letters"), key=lambda one: int(one["offset"]))
        assert [(one["topic"], one["offset"], one["reason"]) for one in letters] == [
            ("qunpulse.alerts", 0, "refused"),
            ("qunpulse.alerts", 1, "refused"),
        ]
        assert "crm: " in letters[0]["detail"] and "422: group unknown" in letters[0]["detail"]
        assert "given up" in letters[1]["detail"]


def test_settings_that_cannot_be_used_end_it_at_once(tmp_path: Path) -> None:
    with notifying(tmp_path) as (running, notify):
        part = notify.start(QUNPULSE_WEBHOOKS="crm=ftp://secret-place/")
        assert part.process.wait(30) == 78
        running.parts.running.remove(part)
        said = part.log.read_text()
        assert said.splitlines()[-1].endswith(
            "the address of QUNPULSE_WEBHOOKS: crm is not http:// or https:// and a host"
        )
        assert "secret-place" not in said and SECRET not in said


GROUP, MEMBERS, LEAVES = "g1", 500, 200


def wave(start: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """A group of 500 comes together, 200 leave within 40 minutes, and others go on talking; event times from `start`."""

    def event(name: str, kind: str, what: str, member: int, ts: int) -> dict[str, Any]:
        return {"event_id": f"{name}{member}", "kind": kind, "type": what, "ts": ts,
                "member_id": f"m{member}", "group_id": GROUP}  # fmt: skip

    joins = [event("j", "join", "group.joined", n, start + n) for n in range(MEMBERS)]
    began = start + 30 * MINUTE
    leaves = [event("l", "join", "group.left", n, began + n * 40 * MINUTE // LEAVES) for n in range(LEAVES)]
    after = [event("c", "chat", "message", 300 + n, began + (41 + n) * MINUTE) for n in range(40)]
    return joins, leaves, after


def active(alerts: Alerts) -> list[dict[str, Any]]:
    """Waves of leaves that Alertmanager shows; never more than one."""
    known = [alert for alert in alerts.known() if alert["labels"]["kind"] == "churn_spike"]
    assert len(known) <= 1, known
    return known


@with_alertmanager
@with_amtool
def test_one_alert_for_an_episode_through_the_real_alertmanager(tmp_path: Path) -> None:
    """200 leaves in 40 minutes, the worker killed in the middle: one alert, one group, silenced, resolved."""
    joins, leaves, after = wave(wall() - 120 * MINUTE)
    with (
        endpoint() as hook,
        tansu(tmp_path / "broker") as broker,
        alertmanager(tmp_path / "alertmanager", hook.url) as alerts,
        pipeline(broker, tmp_path, clock="stream", idle_seconds="1") as running,
    ):
        notify = Notify(running, QUNPULSE_ALERTMANAGER=alerts.url, QUNPULSE_NOTIFY_UPDATE_SECONDS="0")
        worker = running.start_worker()
        notify.start()
        running.send(joins + leaves[:90])
        (first,) = until(lambda: active(alerts), 40)
        assert (
            first["labels"]["alertname"] == "QunPulseChurnSpike" and first["labels"]["severity"] == "warning"
        )
        until(lambda: hook.got)

        running.send(leaves[90:110])
        running.kill(worker)
        running.send(leaves[110:])
        running.start_worker()
        severe = until(lambda: [a for a in active(alerts) if a["labels"]["severity"] == "critical"], 40)
        until(lambda: active(alerts)[0]["annotations"]["observed"] >= "160")
        (same,) = active(alerts)
        assert same["labels"] | {"severity": "warning"} == first["labels"]
        assert same["startsAt"] == severe[0]["startsAt"] == first["startsAt"]
        assert json.loads(same["annotations"]["evidence_left"]) >= 160

        alerts.silence(f"group_id={GROUP}")
        until(lambda: active(alerts)[0]["status"]["state"] == "suppressed")

        running.send(after)
        until(lambda: not active(alerts))
        told = [alert for alert in running.facts("alerts") if alert["kind"] == "churn_spike"]
        assert len({alert["alert_id"] for alert in told}) == 1
        assert [alert["state"] for alert in told].count("closed") == 1
        assert told[-1]["observed"] == LEAVES
        groups = {json.dumps(body["groupLabels"], sort_keys=True) for body in hook.bodies()}
        assert groups == {'{"brand_id": "default", "group_id": "g1"}'}
