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
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from benchmarks import plain_faust
from benchmarks.meter import Run, cpu_seconds, machine, print_table, spread
from benchmarks.rules import rule_file
from benchmarks.workload import DAY_MS, Expected, Made, make
from schemas.rows import KINDS
from streams.drained import wait_until_drained
from streams.embedded import broker_command
from streams.processes import Part, Parts, free_port, wait_for_port
from streams.replay import Loader, Sent, read_line
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.topics import Layout, checked_layout

ROOT = Path(__file__).resolve().parents[1]
SEED = 20260101
GENERATED, GENERATED_RULES = "generated", 500
START_SECONDS = 60.0
"""Longest time from the start of a process to its first event."""

Record = tuple[bytes | None, bytes | None]


class NotVerified(Exception):
    """What came out is not what a plain count gives; the run does not count."""


class Bench:
    """The parts of one measurement, ended by leaving it."""

    def __init__(self, folder: Path, seconds: float) -> None:
        """`seconds` bounds the time of a measured process."""
        self.parts = Parts(folder)
        self.folder = folder
        self._seconds = seconds
        self._deadline = 0.0
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self) -> "Bench":
        try:
            self.parts.start("broker", broker_command(self.port))
            wait_for_port(self.parts, self.port, 20)
        except BaseException:
            self.parts.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.parts.stop()

    def start(self, name: str, command: list[str], env: dict[str, str]) -> Part:
        """Start the measured process; its time runs from here."""
        self._deadline = time.monotonic() + self._seconds
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return self.parts.start(name, command, {"PYTHONPATH": path} | env)

    def check(self) -> None:
        """Raises when a part has ended or time is up."""
        self.parts.check()
        if time.monotonic() > self._deadline:
            words = "\n".join(part.last_words() for part in self.parts.running[1:])
            raise TimeoutError(f"not done after {self._seconds:.0f} s; last words:\n{words}")

    def producer(self) -> KafkaProducer:
        """A producer for loading."""
        return KafkaProducer(bootstrap_servers=self.address, acks="all", linger_ms=20, batch_size=262_144)

    def read(self, topic: str, partitions: int) -> list[Record]:
        """All records of a topic, in partition order."""
        return asyncio.run(_read(self.address, topic, partitions))


async def _read(address: str, topic: str, partitions: int) -> list[Record]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False, fetch_max_wait_ms=50)
    await consumer.start()
    found: list[Record] = []
    try:
        for number in range(partitions):
            tp = TopicPartition(topic, number)
            consumer.assign([tp])
            consumer.seek(tp, 0)
            while consumer.highwater(tp) is None or await consumer.position(tp) < consumer.highwater(tp):
                for records in (await consumer.getmany(tp, timeout_ms=100)).values():
                    found += [(record.key, record.value) for record in records]
    finally:
        await consumer.stop()
    return found


# The worker


def measure_worker(bench: Bench, events: list[Made], clock: str, rules: str = "default") -> Run:
    """The whole worker, default settings but for the addresses and the rule file."""
    settings = Settings(kafka=bench.address, clock=clock)
    layout = checked_layout(settings)
    sent = _load(bench, events, settings, layout)
    port = free_port()
    env = {"QUNPULSE_KAFKA": bench.address, "QUNPULSE_CLOCK": clock, "QUNPULSE_WORKER_PORT": str(port),
           "QUNPULSE_RULES": _rule_file(bench, rules), "QUNPULSE_ENV_FILE": os.devnull}  # fmt: skip
    part = bench.start("worker", [sys.executable, "-m", "streams.cli", "worker"], env)
    first = _before_first_event(bench, part, port)
    asyncio.run(wait_until_drained(settings, layout, sent.ends, bench.check, sink=False))
    wall, cpu = time.monotonic(), cpu_seconds(part.process.pid)
    _verify_worker(bench, settings, layout, events, _metrics(port))
    return Run(len(events), wall - first[0], cpu - first[1])


def _rule_file(bench: Bench, rules: str) -> str:
    """Name or path of a rule file; the generated one is written first."""
    if rules != GENERATED:
        return rules
    path = bench.folder / "generated.yaml"
    path.write_text(rule_file(GENERATED_RULES), "utf-8")
    return str(path)


def _load(bench: Bench, events: list[Made], settings: Settings, layout: Layout) -> Sent:
    """Each record has its event's time, as if it had been produced then and waited since."""
    producer = bench.producer()
    topics = {kind: settings.topic(kind) for kind in KINDS}
    loader = Loader(producer, topics, {kind: layout.partitions[kind] for kind in KINDS}, now=wall_ms())
    for event in events:
        loader.send(read_line(event.raw))
    if settings.clock == "stream":
        loader.end()
    sent = loader.flush()
    producer.close(timeout=5)
    return sent


def _before_first_event(bench: Bench, part: Part, port: int) -> tuple[float, float]:
    """Wall and CPU time when the worker last said that it had taken nothing."""
    before, deadline = None, time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        bench.check()
        at = time.monotonic(), cpu_seconds(part.process.pid)
        metrics = _metrics(port)
        if metrics is not None and _sum(metrics, "qunpulse_events_consumed_total") > 0:
            return before or at
        if metrics is not None:
            before = at
        time.sleep(0.03)
    raise TimeoutError(f"no event was taken in {START_SECONDS:.0f} s; last words:\n{part.last_words()}")


def _metrics(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise NotVerified(f"/metrics of the worker answers {error.code}") from None
    except OSError:
        return None


def _sum(metrics: str, name: str) -> int:
    """Sum of the samples whose names and labels begin with `name`."""
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in metrics.splitlines() if line.startswith(name)))


def _verify_worker(
    bench: Bench, settings: Settings, layout: Layout, events: list[Made], metrics: str | None
) -> None:
    expected = Expected.of(events)
    _same("metrics", metrics is not None, True)
    assert metrics is not None
    _same(
        "events applied to members",
        _sum(metrics, 'qunpulse_events_applied_total{agent="members"}'),
        len(events),
    )
    _same(
        "events applied to groups",
        _sum(metrics, 'qunpulse_events_applied_total{agent="groups"}'),
        len(events),
    )

    def facts(name: str) -> Iterable[dict[str, Any]]:
        return (
            json.loads(value or b"null")
            for _, value in bench.read(settings.topic(name), layout.partitions[name])
        )

    stats = _latest(facts("group-stats"), lambda one: (one["group_id"], one["window_start"], one["part"]))
    _same("messages in group-stats", sum(one["messages"] for one in stats.values()), expected.messages)
    profiles = _latest(facts("member-profiles"), lambda one: one["member_id"])
    revenue = {member: one["revenue_fen"] for member, one in profiles.items()}
    wrong = [member for member, fen in expected.revenue.items() if revenue.get(member) != fen]
    _same("members whose revenue is wrong", wrong[:5], [])
    _same("members with a profile", len(profiles), len(expected.revenue))


def _latest(
    facts: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Any]
) -> dict[Any, dict[str, Any]]:
    held: dict[Any, dict[str, Any]] = {}
    for fact in facts:
        name = key(fact)
        if name not in held or fact["version"] >= held[name]["version"]:
            held[name] = fact
    return held


def _same(what: str, found: object, counted: object) -> None:
    if found != counted:
        raise NotVerified(f"{what}: {found}, counted {counted}")


# Plain Faust


def measure_faust(bench: Bench, events: list[Made], root_logger: str) -> Run:
    """`benchmarks.plain_faust` on one topic with the same bytes."""
    _create_faust_topics(bench)
    producer = bench.producer()
    for event in events:
        producer.send(
            plain_faust.EVENTS, event.raw, key=event.key, partition=event.partition(plain_faust.PARTITIONS)
        )
    producer.flush()
    producer.close(timeout=5)
    report = bench.folder / "report.json"
    env = {"BENCH_KAFKA": bench.address, "BENCH_EVENTS": str(len(events)), "BENCH_REPORT": str(report),
           "BENCH_DATA": str(bench.folder / "data"), "BENCH_ROOT_LOGGER": root_logger}  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "faust",
        "-A",
        "benchmarks.plain_faust",
        "worker",
        "-l",
        "warn",
        "--without-web",
    ]
    bench.start("faust", command, env)
    while not report.exists():
        bench.check()
        time.sleep(0.05)
    times = json.loads(report.read_text())
    _verify_faust(bench, events)
    print(f"faust: root logger at {logging.getLevelName(int(times['root_level']))}", file=sys.stderr)
    return Run(len(events), times["last_wall"] - times["first_wall"], times["last_cpu"] - times["first_cpu"])


def _create_faust_topics(bench: Bench) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bench.address)
    names = (plain_faust.EVENTS, plain_faust.TAGS, plain_faust.CHANGELOG)
    admin.create_topics([NewTopic(name, plain_faust.PARTITIONS, 1) for name in names])
    admin.close()


def _verify_faust(bench: Bench, events: list[Made]) -> None:
    expected, final = Expected.of(events), {}
    for key, value in bench.read(plain_faust.CHANGELOG, plain_faust.PARTITIONS):
        final[json.loads(key or b"null")] = json.loads(value or b"null")
    _same("members in the table", len(final), len(expected.revenue))
    for member, state in final.items():
        wrong = expected.wrong(member, state)
        if wrong is not None:
            raise NotVerified(wrong)


# Both in turn


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
