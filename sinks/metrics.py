"""Every number that QunPulse tells Prometheus, declared once.

`Metrics` is closed and typed: a metric is an attribute, so a misspelt name is a type error, and nothing else
in the project makes one. Names start with ``qunpulse_`` and use base units. Labels are bounded: a topic, a
partition, an agent, a table, a declared tag or a reason from a closed set, never a member or a group. A
labelled metric has no sample until something is known: unknown is not zero.
"""

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.process_collector import ProcessCollector

PREFIX: Final = "qunpulse_"

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
"""Media type of `Metrics.text`."""

WORK_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Buckets of one step of work: a chunk, a flush, an insert."""

WAIT_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
"""Buckets of what somebody waits for: an event to become a tag, a partition to recover."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One row of the table of metrics: what is exposed, and what it means."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.declared: list[Declared] = []
        ProcessCollector(registry=self.registry)
        self._flow()
        self._lags()
        self._state()
        self._facts()
        self._sinks()
        self._notify()
        self._build()

    def _flow(self) -> None:
        self.events_consumed = self._counter(
            "events_consumed_total", "Events read from an input topic.", "topic"
        )
        self.events_applied = self._counter(
            "events_applied_total", "Events that changed a state, once each.", "agent"
        )
        self.events_repeated = self._counter(
            "events_repeated_total", "Events skipped because a fence or an event id had seen them.", "agent"
        )
        self.dead_letters = self._counter(
            "dead_letters_total",
            "Events refused and kept with their bytes as dead letters.",
            "stage",
            "reason",
        )
        self.offset_holes = self._counter(
            "offset_holes_total", "Holes met in the offsets of a partition; each one ends the process."
        )
        self.chunk_seconds = self._histogram(
            "chunk_seconds", "Time to work through one chunk.", WORK_SECONDS, "agent"
        )
        self.flush_seconds = self._histogram(
            "flush_seconds", "Time to flush: facts, then state, then offsets.", WORK_SECONDS, "agent"
        )

    def _lags(self) -> None:
        self.frontier_lag = self._gauge(
            "frontier_lag_seconds",
            "Age of the arrival clock up to which every source has been seen.",
            "agent",
        )
        self.consumer_lag = self._gauge(
            "consumer_lag_records", "Records written to a partition and not yet read.", "topic", "partition"
        )

    def _state(self) -> None:
        self.state_entries = self._gauge("state_entries", "Keys held in a state store.", "store")
        self.state_dirty = self._gauge("state_dirty", "Keys changed since the last flush.", "store")
        self.timers_due = self._gauge(
            "timers_due", "Timers that the frontier has passed and that have not fired.", "agent"
        )
        self.rules_version = self._gauge("rules_version", "Version of the rules that members are judged by.")
        self.rules_pending = self._gauge(
            "rules_pending", "Members still to be looked at under newly activated rules."
        )
        self.recovery_seconds = self._histogram(
            "recovery_seconds",
            "Time to read the changelog of a partition before its first chunk.",
            WAIT_SECONDS,
        )

    def _facts(self) -> None:
        self.tag_changes = self._counter("tag_changes_total", "Tags entered or left.", "tag", "change")
        self.alerts = self._counter("alerts_total", "Alerts opened or closed.", "kind", "state")
        self.open_episodes = self._gauge(
            "open_episodes", "Episodes that are open, as the store has them.", "kind", "severity"
        )
        self.event_to_tag_seconds = self._histogram(
            "event_to_tag_seconds",
            "From the time stamp of an event's record to its tag change delivered.",
            WAIT_SECONDS,
        )

    def _sinks(self) -> None:
        self.sink_rows = self._counter("sink_rows_total", "Rows accepted by a table.", "table")
        self.sink_insert_seconds = self._histogram(
            "sink_insert_seconds", "Time of one insert, whatever its outcome.", WORK_SECONDS, "table"
        )
        self.sink_retries = self._counter("sink_retries_total", "Inserts tried again.", "table", "reason")
        self.sink_lag = self._gauge(
            "sink_lag_seconds", "Age of the newest record that a table holds.", "table"
        )
        self.view_rounds = self._counter(
            "view_rounds_total", "Times that the views of tags were asked.", "outcome"
        )
        self.view_changes = self._counter(
            "view_changes_total", "Tags of views that were set or cleared, as told.", "tag", "change"
        )
        self.view_seconds = self._histogram(
            "view_seconds", "Time to ask the views of tags and to tell what is new.", WAIT_SECONDS
        )
        self.http_refused = self._counter(
            "http_refused_total", "Requests that the HTTP API refused before looking at them.", "status"
        )

    def _notify(self) -> None:
        self.notify_told = self._counter(
            "notify_told_total", "Versions of alerts that a receiver has taken.", "receiver", "state"
        )
        self.notify_refused = self._counter(
            "notify_refused_total", "Versions of alerts that a receiver will never take.", "receiver"
        )
        self.notify_retries = self._counter(
            "notify_retries_total", "Requests to a receiver that have to be sent again.", "receiver", "reason"
        )
        self.notify_waiting = self._gauge(
            "notify_waiting_seconds",
            "Age of the oldest alert that a receiver should know and does not.",
            "receiver",
        )
        self.notify_open = self._gauge(
            "notify_open_episodes",
            "Episodes that are open, as a receiver knows them.",
            "receiver",
            "kind",
            "severity",
        )

    def _build(self) -> None:
        told = self._declare("build_info", "gauge", "Always 1; its label says which version runs.", "version")
        self.build_info = Info(PREFIX + "build", told, registry=self.registry)

    def _declare(self, name: str, kind: str, text: str, *labels: str) -> str:
        self.declared.append(Declared(PREFIX + name, kind, labels, text))
        return text

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(
            PREFIX + name, self._declare(name, "counter", text, *labels), labels, registry=self.registry
        )

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(
            PREFIX + name, self._declare(name, "gauge", text, *labels), labels, registry=self.registry
        )

    def _histogram(self, name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
        told = self._declare(name, "histogram", text, *labels)
        return Histogram(PREFIX + name, told, labels, registry=self.registry, buckets=buckets)

    def text(self) -> bytes:
        """The state of all metrics in Prometheus's text format; serve it as `CONTENT_TYPE`."""
        return generate_latest(self.registry)


METRICS: Final = Metrics()
"""The metrics of this process. Tests make their own `Metrics`."""


def observe_all(histogram: Histogram, amounts: Sequence[float]) -> None:
    """Observe all of `amounts`, none below zero.

    The client has no call for many: one by one, waits of a flush behind a backlog took more CPU than folding its events.
    """
    histogram._sum.inc(sum(amounts))
    for place, times in Tally(bisect_left(histogram._upper_bounds, amount) for amount in amounts).items():
        histogram._buckets[place].inc(times)


def table() -> str:
    """The table of metrics as Markdown, in the order of their declaration."""
    lines = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    for metric in Metrics().declared:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.text} |")
    return "\n".join(lines) + "\n"
