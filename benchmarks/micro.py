"""CPU of each stage of the worker, in one process, with neither network nor Faust, on workload W.

    python -m benchmarks.micro                  each stage by itself, best of several rounds
    python -m benchmarks.micro --profile        the three flows under cProfile: where the time goes

The lower table drives the flows themselves, chunks in and batches out, so it holds what the stages leave out: looping,
metrics, stores, the outbox. What the whole worker needs beyond it is Faust, the clients and the network.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
from time import time_ns

from benchmarks.flows import Flows, nothing_to_recover
from benchmarks.meter import machine, print_table
from benchmarks.stages import Costs, Stages
from benchmarks.workload import DAY_MS, Made, make
from streams.changelog import Changelog

SEED = 20260101


def measure(options: argparse.Namespace, made: list[Made]) -> tuple[Costs, Costs]:
    """Stages and flows."""
    stages, flows = Costs(len(made)), Costs(len(made))
    for _ in range(options.rounds):
        Stages(made, options.flush, stages).round()
        for name, seconds in asyncio.run(Flows(options.flush).drive(made, options.chunk)).items():
            flows.add(name, seconds, len(made))
    return stages, flows


def profile(options: argparse.Namespace, made: list[Made]) -> None:
    """The flows under cProfile, which about doubles what Python calls cost."""
    profiler = cProfile.Profile()
    profiler.runcall(asyncio.run, Flows(options.flush).drive(made, options.chunk))
    stats = pstats.Stats(profiler).strip_dirs()
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(options.top)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3, help="the best counts")
    parser.add_argument("--flush", type=int, default=4_000, help="events between two flushes")
    parser.add_argument("--chunk", type=int, default=1_000, help="records of a fetched chunk")
    parser.add_argument("--profile", action="store_true", help="profile the flows instead")
    parser.add_argument("--top", type=int, default=15, help="lines of a profile")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    setattr(Changelog, "open", nothing_to_recover)  # noqa: B010 - there is no broker to recover from
    made = make(options.events, SEED, time_ns() // 1_000_000 // DAY_MS * DAY_MS)
    if options.profile:
        profile(options, made)
        return
    stages, flows = measure(options, made)
    if options.json:
        print(json.dumps({"machine": machine(), "stages": stages.rows(), "flows": flows.rows()}, indent=2))
        return
    for costs, head in ((stages, "stage"), (flows, "flow")):
        rows = costs.rows()
        cells = [
            [one["stage"], *(f"{one[key]:.2f}" for key in ("calls_per_event", "us_per_call", "us_per_event"))]
            for one in rows
        ]
        total = sum(one["us_per_event"] for one in rows if not one["stage"].startswith(" "))
        print_table(
            [[head, "calls/event", "µs/call", "µs/event"], *cells, ["together", "", "", f"{total:.2f}"]]
        )
        print()
    print(", ".join(f"{name} {value}" for name, value in machine().items()))


if __name__ == "__main__":
    main()
