"""CPU and rate of the whole worker and of plain Faust, on one workload, in one run.

Each measurement has a fresh embedded broker with the events of `benchmarks.workload` in it (catch-up mode) and ends when
every effect is on the broker. CPU is that of the measured process alone, all threads, the broker excluded. A run
counts only after what came out was compared with a plain count of what went in.

    python -m benchmarks.throughput --events 200000 --runs 3
    python -m benchmarks.throughput --events 50000 --rules full --rules default --rules generated

The second measures the worker by each of these rule files in turn, each against the first; `generated` are the 500 rules of
`benchmarks.rules`.

The worker does all that it does in production: contracts judged, events re-keyed to members and groups, every shipped
rule, profiles, group figures, alerts, state to the changelog, fences. Plain Faust does the small task of the workload.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.meter import Run, machine, print_table, spread
from benchmarks.one_table import measure_faust
from benchmarks.whole_worker import measure_worker
from benchmarks.workload import DAY_MS, make
from streams.runtime import wall_ms

SEED = 20260101


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Measure in turn, A B A B, and put the figures together."""
    last = wall_ms() // DAY_MS * DAY_MS
    events = make(options.events, SEED, last)
    few = make(options.faust_events, SEED, last)
    ways: dict[str, Callable[[Bench], Run]] = {
        "qunpulse": lambda bench: measure_worker(bench, events, options.clock),
        "faust": lambda bench: measure_faust(bench, few, options.faust_root_logger),
    }
    if options.rules:
        ways = {
            rules: partial(measure_worker, events=events, clock=options.clock, rules=rules)
            for rules in options.rules
        }
    elif options.only:
        ways = {options.only: ways[options.only]}
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for number in range(options.runs):
        for name, way in ways.items():
            with (
                tempfile.TemporaryDirectory(prefix="bench-") as folder,
                Bench(Path(folder), options.seconds) as bench,
            ):
                run = way(bench)
            runs[name].append(run)
            print(
                f"{name} {number + 1}: {run.rate:,.0f} events/s, {run.cpu_per_100k:.2f} CPU-s per 100k",
                file=sys.stderr,
            )
    return _result(runs, sum(len(event.raw) for event in events) / len(events), options)


def _result(runs: dict[str, list[Run]], size: float, options: argparse.Namespace) -> dict[str, Any]:
    result: dict[str, Any] = {"machine": machine(), "mean_bytes": round(size, 1), "clock": options.clock}
    for name, some in runs.items():
        result[name] = {
            "events": some[0].events,
            "runs": len(some),
            "events_per_second": spread([run.rate for run in some]),
            "cpu_seconds_per_100k": spread([run.cpu_per_100k for run in some]),
        }
    if options.rules:
        first = result[options.rules[0]]
        result["to_first"] = {
            name: {
                "cpu": result[name]["cpu_seconds_per_100k"]["med"] / first["cpu_seconds_per_100k"]["med"],
                "rate": result[name]["events_per_second"]["med"] / first["events_per_second"]["med"],
            }
            for name in options.rules[1:]
        }
    elif len(runs) == 2:
        ours, theirs = result["qunpulse"], result["faust"]
        result["ratio"] = {
            "cpu": theirs["cpu_seconds_per_100k"]["med"] / ours["cpu_seconds_per_100k"]["med"],
            "rate": ours["events_per_second"]["med"] / theirs["events_per_second"]["med"],
        }
    return result


def table(result: dict[str, Any]) -> None:
    """Print the figures."""
    rows = [["", "runs x events", "events/s min", "med", "max", "CPU-s/100k min", "med", "max"]]
    for name, one in result.items():
        if isinstance(one, dict) and "events_per_second" in one:
            rates = [f"{one['events_per_second'][which]:,.0f}" for which in ("min", "med", "max")]
            costs = [f"{one['cpu_seconds_per_100k'][which]:.2f}" for which in ("min", "med", "max")]
            rows.append([name, f"{one['runs']} x {one['events']:,}", *rates, *costs])
    print_table(rows)
    if "ratio" in result:
        print(
            f"medians: {result['ratio']['cpu']:.1f}x less CPU per event, {result['ratio']['rate']:.1f}x the rate"
        )
    for name, to_first in result.get("to_first", {}).items():
        print(
            f"medians of {name} to the first: {to_first['cpu']:.2f}x the CPU, {to_first['rate']:.2f}x the rate"
        )
    print(
        ", ".join(f"{name} {value}" for name, value in result["machine"].items()),
        f", event {result['mean_bytes']} B",
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200_000, help="events for the worker")
    parser.add_argument(
        "--faust-events", type=int, default=20_000, help="events for plain Faust, which is slower"
    )
    parser.add_argument("--runs", type=int, default=3, help="measurements of each")
    parser.add_argument("--only", choices=("qunpulse", "faust"), help="measure one of them")
    parser.add_argument("--rules", action="append", metavar="RULES",
                        help="measure the worker by this rule file, not plain Faust; more than once: in turn. A path, a "
                        "shipped name, or `generated`")  # fmt: skip
    parser.add_argument("--clock", choices=("wall", "stream"), default="wall", help="clock of the worker")
    parser.add_argument("--faust-root-logger", default="", metavar="LEVEL",
                        help="set Faust's root logger, which `-l warn` leaves where it is (such as WARNING)")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=300, help="longest time of one measurement")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = compare(options)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        table(result)


if __name__ == "__main__":
    main()
