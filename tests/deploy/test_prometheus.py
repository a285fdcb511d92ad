"""What Prometheus is told to read and to watch."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from sinks.metrics import Metrics

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
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
    for rule in RULES:
        for name in re.findall(r"\b(?:qunpulse|process)_\w+", rule["expr"]):
            assert name in known, rule["alert"]


def test_every_rule_says_what_to_know() -> None:
    for rule in RULES:
        assert re.fullmatch(r"QunPulse[A-Z]\w+", rule["alert"])
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "description"} == set(rule["annotations"])
        page = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
        assert f"`{rule['alert']}`" in page, "deploy/README.md says what to do"


def test_every_service_of_ours_is_read() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    read = {
        (one["names"][0], one["port"]) for job in config["scrape_configs"] for one in job["dns_sd_configs"]
    }
    assert read == {("worker", 6066), ("sink", 8080)}
