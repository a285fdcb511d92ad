"""What Prometheus is told to read and to watch."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest
import yaml

from schemas.facts import Alert
from sinks.metrics import Metrics
from sinks.notify.notice import alert_name
from tests.watchers import alertmanager, exposing, prometheus, until, with_alertmanager

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "rules.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]

with_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def promtool(*arguments: str) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@with_promtool
def test_promtool_accepts_the_configuration() -> None:
    promtool("check", "config", str(FOLDER / "prometheus.yml"))


@with_promtool
def test_rules_fire_when_they_should() -> None:
    promtool("test", "rules", str(Path(__file__).with_name("rules_test.yml")))


def test_metrics_of_the_rules_exist() -> None:
    metrics = Metrics()
    known = {metric.name for metric in metrics.declared} | {
        family.name for family in metrics.registry.collect()
    }
    known |= {
        f"{metric.name}_{part}"
        for metric in metrics.declared
        if metric.kind == "histogram"
        for part in ("bucket", "count", "sum")
    }
    for rule in RULES:
        for name in re.findall(r"\b(?:qunpulse|process)_\w+", rule["expr"]):
            assert name in known, rule["alert"]


def test_every_rule_says_what_to_know() -> None:
    for rule in RULES:
        name = rule["alert"]
        assert re.fullmatch(r"QunPulse[A-Z]\w+", name)
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "description", "runbook_url"} == set(rule["annotations"])
        assert rule["annotations"]["runbook_url"] == "{{ $externalLabels.runbook }}#" + name.lower()


def test_every_alert_has_its_section_in_both_runbooks() -> None:
    kinds = get_args(Alert.model_fields["kind"].annotation)
    wanted = {alert_name(kind) for kind in kinds} | {rule["alert"] for rule in RULES}
    for page in ("docs/runbook.md", "docs/zh/runbook.md"):
        sections = (ROOT / page).read_text(encoding="utf-8").split("\n## ")[1:]
        found = {section.partition("\n")[0]: section for section in sections}
        assert wanted <= set(found), page
        for name, section in found.items():
            assert section.count("\n**") == 4, f"{page}: {name}: meaning, impact, what to look at, what to do"


def test_every_rule_is_seen_to_fire_and_not_to_fire() -> None:
    cases = yaml.safe_load(Path(__file__).with_name("rules_test.yml").read_text(encoding="utf-8"))["tests"]
    seen = {
        (check["alertname"], bool(check["exp_alerts"])) for case in cases for check in case["alert_rule_test"]
    }
    assert seen == {(rule["alert"], fires) for rule in RULES for fires in (False, True)}


def test_no_rule_asks_for_a_group() -> None:
    """Metrics stay bounded with a hundred thousand groups: no metric of ours has a label for a group or a member."""
    for metric in Metrics().declared:
        assert not {"group", "group_id", "member", "member_id", "brand_id"} & set(metric.labels), metric.name


def test_every_service_of_ours_is_read() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    read = {
        (one["names"][0], one["port"]) for job in config["scrape_configs"] for one in job["dns_sd_configs"]
    }
    assert read == {("worker", 6066), ("sink", 8080), ("notify", 6067)}


@pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool is not installed")
def test_amtool_accepts_alertmanagers_configuration() -> None:
    config = str(ROOT / "deploy" / "alertmanager" / "alertmanager.yml")
    done = subprocess.run(
        ["amtool", "check-config", config], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="Prometheus is not installed")
@with_alertmanager
def test_a_rule_fires_through_the_real_prometheus_into_the_real_alertmanager(tmp_path: Path) -> None:
    """The rules as they are, looked at every second; the metrics are those that a sink tells."""
    metrics = Metrics()
    gauge = metrics.open_episodes.labels(kind="churn_spike", severity="critical")
    gauge.set(3)
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    with (
        exposing(metrics) as target,
        alertmanager(tmp_path / "alertmanager", "http://127.0.0.1:9/") as alerts,
    ):
        config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s", "scrape_timeout": "1s"}
        config["alerting"]["alertmanagers"][0]["static_configs"] = [
            {"targets": [alerts.url.removeprefix("http://")]}
        ]
        config["scrape_configs"] = [{"job_name": "qunpulse-sink", "static_configs": [{"targets": [target]}]}]
        config["rule_files"] = [str(FOLDER / "rules.yml")]
        with prometheus(tmp_path / "prometheus", config):
            (found,) = until(alerts.known, 30)
            assert found["labels"] == {
                "alertname": "QunPulseEpisodesCritical",
                "kind": "churn_spike",
                "severity": "critical",
            }
            assert found["annotations"]["summary"] == "3 open episode(s) of churn_spike are critical"
            assert found["annotations"]["runbook_url"].endswith("/runbook#qunpulseepisodescritical")
            gauge.set(0)
            until(lambda: not alerts.known(), 30)
