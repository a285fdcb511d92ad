"""The table of metrics."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from sinks.metrics import PREFIX, Metrics, observe_all, table

PAGE = Path(__file__).parents[2] / "deploy" / "metrics.md"

FORBIDDEN_LABELS = {"member_id", "group_id", "brand_id", "event_id", "member", "group"}


def test_every_metric_says_what_it_means() -> None:
    for metric in Metrics().declared:
        assert re.fullmatch(r"[A-Z].{10,}\.", metric.text), metric.name


def test_every_metric_has_a_row_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for metric in Metrics().declared:
        assert f"| `{metric.name}` |" in page, f"write sinks.metrics.table() to {PAGE.name}"
    assert table() in page


def test_every_exposed_family_is_declared() -> None:
    metrics = Metrics()
    names = {metric.name.removesuffix("_total").removesuffix("_info") for metric in metrics.declared}
    families = {family.name for family in metrics.registry.collect() if family.name.startswith(PREFIX)}
    assert families == names


def test_names_follow_the_conventions() -> None:
    for metric in Metrics().declared:
        assert re.fullmatch(r"qunpulse_[a-z]+(_[a-z]+)*", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        if metric.kind == "histogram":
            assert metric.name.endswith("_seconds"), metric.name


def test_no_label_is_unbounded() -> None:
    for metric in Metrics().declared:
        assert not FORBIDDEN_LABELS.intersection(metric.labels), metric.name


def test_unknown_is_not_zero() -> None:
    text = Metrics().text().decode()
    assert "qunpulse_frontier_lag_seconds{" not in text
    assert "\nqunpulse_sink_lag_seconds " not in text


def test_two_tables_do_not_share_numbers() -> None:
    one, other = Metrics(), Metrics()
    one.events_consumed.labels(topic="qunpulse.chat").inc()
    assert 'topic="qunpulse.chat"' in one.text().decode()
    assert 'topic="qunpulse.chat"' not in other.text().decode()
    assert isinstance(other.registry, CollectorRegistry)


def test_many_observations_at_once_count_as_one_by_one() -> None:
    amounts = [0.0, 0.01, 0.011, 4.0, 5.0, 1800.0, 7200.0, 7200.0]
    one, many = Metrics(), Metrics()
    for amount in amounts:
        one.event_to_tag_seconds.observe(amount)
    observe_all(many.event_to_tag_seconds, amounts)
    observe_all(many.event_to_tag_seconds, [])
    samples = [
        [
            sample
            for sample in metrics.event_to_tag_seconds.collect()[0].samples
            if "_created" not in sample.name
        ]
        for metrics in (one, many)
    ]
    assert samples[0] == samples[1]
