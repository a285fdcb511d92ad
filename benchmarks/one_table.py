"""What plain Faust takes for the small task of `benchmarks.plain_faust`."""

import json
import logging
import sys
import time

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from benchmarks import plain_faust
from benchmarks.bench import Bench, NotVerified, same
from benchmarks.meter import Run
from benchmarks.workload import Expected, Made


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
    same("members in the table", len(final), len(expected.revenue))
    for member, state in final.items():
        wrong = expected.wrong(member, state)
        if wrong is not None:
            raise NotVerified(wrong)
