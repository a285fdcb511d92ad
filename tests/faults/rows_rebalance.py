"""Rows R1 to R6: workers come and go, gracefully or not, under pressure and behind a backlog; one comes back from the dead."""

import random
import time
from collections.abc import Callable
from pathlib import Path

from streams.processes import Part
from tests.faults.plant import Plant
from tests.faults.rows import row
from tests.faults.rows_kill import LOAD, leave, working

BACKLOG = 5_000
CYCLES = 2


def _one_three_one(leave_one: Callable[[Plant, int], None]) -> Callable[[Plant, random.Random], float]:
    """One worker, three, one again, under load; `leave_one` makes the n-th worker go."""

    def run(plant: Plant, rng: random.Random) -> float:
        plant.start_worker()
        plant.trickle(150, rng.uniform(3, 5))
        for _ in range(2):
            plant.start_worker()
            plant.trickle(100, rng.uniform(0.5, 4))
        plant.trickle(150, 2)
        for number in range(2):
            leave_one(plant, rng.randrange(3 - number))
            plant.trickle(100, rng.uniform(0.5, 3))
        began = time.monotonic()
        plant.send(50)
        plant.drain()
        recovered = time.monotonic() - began
        leave(plant)
        return recovered

    return run


def _gracefully(plant: Plant, number: int) -> None:
    code, seconds = plant.terminate(plant.running("worker")[number])
    assert code == 0, (code, seconds)


def _by_force(plant: Plant, number: int) -> None:
    plant.kill(plant.running("worker")[number])


row("R1", "workers 1, 3, 1, gracefully", "工作进程 1→3→1，正常退出", LOAD)(_one_three_one(_gracefully))
row("R2", "workers 1, 3, 1, by kill -9", "工作进程 1→3→1，kill -9", LOAD)(_one_three_one(_by_force))


@row("R3", f"workers come and go behind {BACKLOG} events, with two CPU hogs, {CYCLES} cycles",
     f"积压 {BACKLOG} 条、两个 CPU 占用进程下工作进程来去 {CYCLES} 轮", LOAD)  # fmt: skip
def under_pressure(plant: Plant, rng: random.Random) -> float:
    plant.hog(2)
    plant.start_worker()
    plant.send(BACKLOG)
    for _ in range(CYCLES):
        plant.start_worker()
        time.sleep(rng.uniform(2, 6))
        workers = plant.running("worker")
        if rng.random() < 0.5:
            plant.kill(rng.choice(workers))
        else:
            plant.terminate(rng.choice(workers))
        plant.keep_up()
        plant.send(100)
    began = time.monotonic()
    plant.unhog()
    plant.drain(180)
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("R4", "five workers for three partitions, a kill while they recover", "三个分区五个工作进程，恢复期间杀一个",
     LOAD)  # fmt: skip
def idle_workers(plant: Plant, rng: random.Random) -> float:
    for _ in range(5):
        plant.start_worker()
    plant.send(300)
    working(plant)
    time.sleep(rng.uniform(0, 1))
    plant.kill(rng.choice(plant.running("worker")))
    began = time.monotonic()
    plant.send(300)
    plant.drain()
    recovered = time.monotonic() - began
    for worker in plant.running("worker"):
        assert plant.health(worker) == {"status": "ok"}
    leave(plant)
    return recovered


@row("R5", "a worker hangs past its session and comes back", "工作进程挂起超过会话时长后回来", LOAD)
def zombie(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    hung = working(plant)
    plant.trickle(200, rng.uniform(1, 4))
    plant.stop(hung)
    plant.start_worker()
    plant.trickle(300, rng.uniform(9, 14))
    plant.go_on(hung)
    began = time.monotonic()
    plant.trickle(200, 2)
    plant.drain()
    recovered = time.monotonic() - began
    plant.keep_up()
    leave(plant)
    return recovered


@row("R6", "a worker hangs between facts and state past its session and comes back; what it wrote is then read back",
     "工作进程在事实与状态之间挂起超过会话时长后回来，随后读回其所写", LOAD)  # fmt: skip
def zombie_midway(plant: Plant, rng: random.Random) -> float:
    hung = plant.start_worker(QUNPULSE_FAILPOINT=f"changelog_put:stop@{rng.randint(10, 40)}")
    for _ in range(120):
        plant.trickle(30, 0.5)
        if _stopped(hung):
            break
    assert _stopped(hung), hung.last_words()
    heir = plant.start_worker()
    for _ in range(240):  # some brokers wait for the one that hangs for longer than its session
        plant.trickle(15, 0.5)
        if _recoveries(heir):
            break
    assert _recoveries(heir), heir.last_words()
    plant.trickle(100, rng.uniform(2, 5))
    plant.drain()  # what comes now would write over what the one that hangs is about to write
    before = _recoveries(hung)
    plant.go_on(hung)
    plant.wait("end or return of the worker that hung", 120,
               lambda: hung.process.poll() is not None or _recoveries(hung) > before)  # fmt: skip
    plant.keep_up()
    plant.trickle(50, 2)
    plant.drain()
    plant.keep_up()
    leave(plant)
    began = time.monotonic()
    plant.start_worker()
    plant.send(100)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


def _recoveries(part: Part) -> int:
    """How many partitions a worker has read back."""
    return part.log.read_text().count("recovered")


def _stopped(part: Part) -> bool:
    """Whether the process has been stopped by a signal."""
    return Path(f"/proc/{part.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
