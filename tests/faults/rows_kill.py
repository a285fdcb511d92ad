"""Rows K1 to K9, T1: a worker dies at each stage of its work, dies while it recovers, or is asked to go."""

import random
import time

from streams.failpoints import EXIT_KILLED, Stage
from streams.processes import Part
from tests.faults.plant import Plant, Wanted
from tests.faults.rows import Run, few_repeats, row

LOAD = Wanted(load={"bad": 0.01, "repeats": 0.02})


def killed_at(stage: Stage, first: int, last: int) -> Run:
    """A worker is gone at a pass between `first` and `last` through `stage`, alone or beside another, under load."""

    def run(plant: Plant, rng: random.Random) -> float:
        beside = rng.random() < 0.5
        if not beside:
            leave(plant)
        armed = plant.start_worker(QUNPULSE_FAILPOINT=f"{stage}:crash@{rng.randint(first, last)}")
        if beside and len(plant.running("worker")) == 1:
            plant.start_worker()
        rate = rng.randint(20, 60)
        for _ in range(60):
            plant.trickle(rate // 2, 0.5)
            if armed.process.poll() is not None:
                break
        assert plant.wait_for_end(armed, 30) == EXIT_KILLED, armed.last_words()
        began = time.monotonic()
        if not beside:
            plant.start_worker()
        plant.send(100)
        plant.drain()
        return time.monotonic() - began

    return run


def leave(plant: Plant) -> None:
    """Every worker goes, as it should."""
    for worker in plant.running("worker"):
        code, seconds = plant.terminate(worker)
        assert code == 0, (code, seconds, worker.last_words())


def working(plant: Plant, seconds: float = 180) -> Part:
    """Wait for a worker with partitions; those that got no place, and ended, are started again meanwhile."""

    def recovered() -> list[Part]:
        plant.keep_up()
        return [one for one in plant.running("worker") if "recovered" in one.log.read_text()]

    plant.wait("worker with partitions", seconds, lambda: bool(recovered()))
    return recovered()[0]


_STAGES: tuple[tuple[str, Stage, int, int, str, str], ...] = (
    ("K1", "fetch", 1, 40, "kill -9 of a worker when it has fetched", "工作进程取数后被 kill -9"),
    ("K2", "decode", 1, 40, "... when it has decoded", "……解码后"),
    ("K3", "state", 1, 40, "... when it has computed the state", "……算出状态后"),
    ("K4", "facts_sent", 1, 40, "... when facts or rows are sent, unconfirmed", "……事实或行已发出但未确认"),
    ("K5", "facts_delivered", 1, 25, "... when facts or rows are confirmed", "……事实或行已确认"),
    (
        "K6",
        "changelog_sent",
        7,
        30,
        "... when the changelog is sent, unconfirmed",
        "……变更日志已发出但未确认",
    ),
    ("K7", "changelog_delivered", 1, 15, "... when the changelog is confirmed", "……变更日志已确认"),
    ("K8", "offsets_committed", 1, 25, "... when offsets are committed", "……位点已提交"),
)
for _id, _stage, _first, _last, _what, _zh in _STAGES:
    row(_id, _what, _zh, LOAD)(killed_at(_stage, _first, _last))


@row("K9", "kill -9 while it recovers, twice in a row", "恢复期间连续两次被 kill -9", LOAD)
def killed_in_recovery(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    plant.send(300)
    plant.drain()
    plant.kill(plant.running("worker")[0])
    plant.send(200)
    for _ in range(2):  # each partition that is opened sends one marker
        armed = plant.start_worker(QUNPULSE_FAILPOINT=f"changelog_sent:crash@{rng.randint(1, 6)}")
        assert plant.wait_for_end(armed, 60) == EXIT_KILLED, armed.last_words()
    began = time.monotonic()
    plant.start_worker()
    plant.send(100)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("T1", "SIGTERM under load", "负载下收到 SIGTERM", LOAD, after=few_repeats(0))
def asked_to_go(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    plant.trickle(rng.randint(400, 800), rng.uniform(5, 7))
    plant.ledger.send(plant.load.some(300))
    code, seconds = plant.terminate(worker)
    assert code == 0, (code, seconds, worker.last_words())
    plant.ledger.settle()
    began = time.monotonic()
    plant.start_worker()
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered
