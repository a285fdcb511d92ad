"""The gauge of open episodes, on both engines: bounded, right after every change, and unknown when the store is."""

import pytest

from sinks.base import Engine
from sinks.errors import SinkUnavailable
from sinks.metrics import Metrics
from streams.episodes import OpenEpisodes
from tests.sinks.test_clickhouse_read import NINE, alert, write


def shown(metrics: Metrics) -> dict[tuple[str, str], float]:
    return {
        (sample.labels["kind"], sample.labels["severity"]): sample.value
        for family in metrics.registry.collect()
        if family.name == "qunpulse_open_episodes"
        for sample in family.samples
    }


def test_episodes_open_rise_and_close(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics()
    gauge = OpenEpisodes(store, metrics)
    gauge.refresh()
    assert shown(metrics) == {}
    open_ones = [
        alert(f"a{n}", NINE, group_id=f"g{n}", state="opened", severity="warning") for n in range(300)
    ]
    write(store, "alerts", *open_ones)
    gauge.refresh()
    assert shown(metrics) == {("churn_spike", "warning"): 300}
    write(store, "alerts", alert("a1", NINE, group_id="g1", state="updated", severity="critical", version=2))
    write(store, "alerts", alert("a2", NINE, group_id="g2", state="closed", severity="warning", version=2))
    gauge.refresh()
    assert shown(metrics) == {("churn_spike", "warning"): 298, ("churn_spike", "critical"): 1}
    write(store, "alerts", alert("a1", NINE, group_id="g1", state="closed", severity="critical", version=3))
    gauge.refresh()
    assert shown(metrics)["churn_spike", "critical"] == 0

    def away(*_: object) -> None:
        raise SinkUnavailable("away")

    monkeypatch.setattr(store, "query", away)
    gauge.refresh()
    assert shown(metrics) == {}
