"""Rows A1, A2 and M1: a login that is refused, a network that lies, and counters that must say what the ledgers say."""

import random
import time

from tests.faults.plant import Plant, Wanted
from tests.faults.proxy import Hang, Reset
from tests.faults.rows import row
from tests.faults.rows_kill import LOAD, leave
from tests.faults.scrape import scrape

SECRET = "not-the-p4ssword"


@row("A1", "the store refuses the sink's login until it is right", "存储拒绝 sink 的登录，直到改对", Wanted())
def refused_login(plant: Plant, rng: random.Random) -> float:
    plant.terminate(plant.running("sink")[0])
    plant.start_worker()
    sink = plant.start_sink(QUNPULSE_CLICKHOUSE_PASSWORD=SECRET)
    plant.trickle(200, rng.uniform(3, 5))
    plant.drain(90, sink=False)
    code = sink.process.wait(20)
    for again in plant.running("sink"):  # what a supervisor has started meanwhile
        plant.kill(again)
    said = sink.log.read_text()
    assert code == 78 and "login refused" in said, sink.last_words()
    assert SECRET not in said and said.count("\n") < 60, sink.last_words()
    began = time.monotonic()
    plant.start_sink()
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row(
    "A2",
    "the broker refuses, resets and half-opens connections",
    "broker 拒绝、重置、半开连接",
    Wanted(broker_proxy=True),
)
def lying_network(plant: Plant, rng: random.Random) -> float:
    assert plant.broker_proxy is not None
    worker = plant.start_worker()
    plant.trickle(200, rng.uniform(4, 6))
    before = len(worker.log.read_text().splitlines())
    began = time.monotonic()
    kind = rng.randrange(3)
    if kind == 0:
        plant.broker_proxy.refuse()
    else:
        plant.broker_proxy.fault = Reset() if kind == 1 else Hang()
        if kind == 1:
            plant.broker_proxy.break_off()
    time.sleep(rng.uniform(3, 8))
    minutes = (time.monotonic() - began) / 60
    lines = len(worker.log.read_text().splitlines()) - before
    plant.broker_proxy.fault = None
    plant.broker_proxy.listen()
    began = time.monotonic()
    plant.trickle(200, 2)
    plant.drain(180)
    recovered = time.monotonic() - began
    assert lines / minutes < 3_000, f"{lines} lines in {minutes * 60:.0f} s: a loop without a pause"
    leave(plant)
    return recovered


@row("M1", "counters against the ledgers", "计数器与账本对照", LOAD, fresh=True)
def counters(plant: Plant, rng: random.Random) -> float:
    worker, sink = plant.start_worker(), plant.running("sink")[0]
    plant.trickle(rng.randint(500, 900), 4)
    began = time.monotonic()
    plant.drain()
    recovered = time.monotonic() - began
    entries = [line for line in plant.entries() if line["acked"]]
    good = [entry for entry in entries if entry["good"]]
    with_member = [(e["brand_id"], e["event_id"]) for e in good if e["member_id"] is not None]
    told = scrape(plant.port(worker)) + scrape(plant.port(sink))
    expected = {
        "qunpulse_events_consumed_total": len(entries),
        'qunpulse_events_applied_total{agent="members"}': len(set(with_member)),
        'qunpulse_events_repeated_total{agent="members"}': len(with_member) - len(set(with_member)),
        "qunpulse_dead_letters_total": len(entries) - len(good),
        'qunpulse_sink_rows_total{table="events"}': len(good),
        'qunpulse_sink_rows_total{table="dead_letters"}': len(entries) - len(good),
        "qunpulse_offset_holes_total": 0,
    }
    wrong = {name: (told[name], number) for name, number in expected.items() if told[name] != number}
    assert not wrong, f"counter: (told, by the ledgers): {wrong}"
    leave(plant)
    return recovered
