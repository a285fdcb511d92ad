"""How well churn spikes are found: replay a community's events and compare its alerts with known splits.

A split is a moment when many were thrown out at once. Alerts outside the list are not by themselves false;
``--list`` shows what happened in each.
"""

import argparse
import csv
import gzip
import json
import statistics
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.calendar import Calendar
from models.groups import GroupParams, Groups, GroupState
from schemas.facts import Alert
from schemas.times import to_ms
from schemas.view import read_event

MINUTE = 60_000
WEEK = 7 * 24 * 60 * MINUTE


class Replay:
    """Alerts, and the leaves of members, of every group of a file."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.states: dict[str, GroupState] = {}
        self.alerts: dict[str, dict[str, Alert]] = defaultdict(dict)
        self.leaves: dict[str, list[int]] = defaultdict(list)
        self.span: tuple[int, int] = (0, 0)

    def run(self, file: Path) -> None:
        with gzip.open(file) as lines:
            for offset, line in enumerate(lines):
                self._fold(line, offset)
        for state in self.states.values():
            self._keep(self.groups.fire_due(state, state.latest + WEEK))

    def _fold(self, line: bytes, offset: int) -> None:
        at = to_ms(json.loads(line)["ts"])
        event = read_event(line, at)
        if event.group_id is None:
            return
        state = self.states.get(event.group_id)
        if state is None:
            state = self.states[event.group_id] = self.groups.initial(event.brand_id, event.group_id)
        self._keep(self.groups.fire_due(state, at))
        self._keep(self.groups.fold(state, event, 0, offset))
        self.groups.drain(state, at)
        if event.type in ("group.left", "group.kicked", "group.banned"):
            self.leaves[event.group_id].append(at)
        self.span = (self.span[0] or at, at)

    def _keep(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            if alert.severity != "info":
                self.alerts[alert.group_id][alert.alert_id] = alert


def known_splits(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Splits per group: start and end (ms), leaves, present before."""
    splits: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with file.open(newline="") as rows:
        for row in csv.DictReader(rows):
            splits[row["group"]].append(
                {
                    "start": to_ms(row["start"]),
                    "end": to_ms(row["end"]),
                    "leaves": int(row["netsplit_leaves"]),
                    "present": int(row["present_before"]),
                }
            )
    return splits


def delay_of(split: dict[str, Any], alerts: list[Alert], leaves: list[int]) -> float | None:
    """Seconds from a split's fifth leave to the alert that opened for it; None if none opened in it.

    An alert that was open already for an earlier wave does not count as found.
    """
    own = [at for at in leaves if at >= split["start"]]
    fifth = own[4] if len(own) > 4 else split["end"]
    opened = [
        a.opened_at
        for a in alerts
        if a.kind == "churn_spike" and split["start"] <= a.opened_at <= split["end"] + 10 * MINUTE
    ]
    return max(0, min(opened) - fifth) / 1000 if opened else None


def judge(group: str, replay: Replay, splits: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of one group."""
    alerts = list(replay.alerts[group].values())
    large = [split for split in splits if split["leaves"] >= 5 and split["present"] >= 20]
    delays = [delay_of(split, alerts, replay.leaves[group]) for split in large]
    found = [delay for delay in delays if delay is not None]
    missed = [stamp(s["start"]) for s, delay in zip(large, delays, strict=True) if delay is None]
    covered = sum(
        delay is None and any(a.opened_at < s["start"] <= (a.closed_at or s["start"]) for a in alerts)
        for s, delay in zip(large, delays, strict=True)
    )
    others = [alert for alert in alerts if not any(touches(alert, split) for split in splits)]
    weeks = (replay.span[1] - replay.span[0]) / WEEK
    return {
        "group": group,
        "splits": len(large),
        "found": len(found),
        "in_open_episode": covered,
        "within_60s": sum(delay <= 60 for delay in found),
        "delay_median_s": statistics.median(found) if found else None,
        "delay_max_s": max(found, default=None),
        "alerts": len(alerts),
        "other_alerts_per_week": round(len(others) / weeks, 3),
        "missed": missed,
        "others": [tell(alert) for alert in others],
    }


def touches(alert: Alert, split: dict[str, Any]) -> bool:
    """Whether an alert's wave and a split are of one time."""
    since = alert.opened_at - alert.window_seconds * 1000
    return bool(since <= split["end"] and split["start"] <= (alert.closed_at or alert.opened_at))


def tell(alert: Alert) -> str:
    """What happened in an alert, in one line."""
    back = alert.evidence.get("returned", 0)
    return (
        f"{stamp(alert.opened_at)} {alert.kind} {alert.severity}: {alert.observed} of {alert.members}, {back} back, "
        f"expected {alert.expected:.2f} in {alert.window_seconds} s, p {alert.p_value:.1e}, "
        f"cause {alert.evidence['cause']} {alert.evidence.get('cause_detail', '')}"
    )


def stamp(ms: int) -> str:
    """A time as a reader knows it, UTC, with its weekday."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%a %Y-%m-%d %H:%M")


def table(results: list[dict[str, Any]], with_list: bool) -> None:
    """Print the figures."""
    columns = [key for key in results[0] if key not in ("missed", "others")] if results else []
    rows = [columns, *[[str(result[key]) for key in columns] for result in results]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    for result in results:
        for start in result["missed"]:
            print(f"{result['group']} not opened for the split of {start}")
        for other in result["others"] if with_list else []:
            print(f"{result['group']} other: {other}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=Path, help="events, JSON Lines, gzipped, sorted by time")
    parser.add_argument("splits", type=Path, help="known splits, CSV")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--list", action="store_true", help="tell every other alert")
    parser.add_argument("--timezone", default="Asia/Shanghai", help="zone of the hours of the week")
    parser.add_argument("--quiet-minutes", type=int, help="quiet period that ends an episode")
    arguments = parser.parse_args()
    params = GroupParams()
    if arguments.quiet_minutes is not None:
        params = GroupParams(quiet=arguments.quiet_minutes * MINUTE)
    replay = Replay(Groups(params, Calendar(arguments.timezone)))
    replay.run(arguments.events)
    splits = known_splits(arguments.splits)
    results = [judge(group, replay, splits.get(group, [])) for group in sorted(replay.states)]
    if arguments.json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
    else:
        table(results, arguments.list)


if __name__ == "__main__":
    main()
