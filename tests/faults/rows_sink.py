"""Rows K10 and K11: the sink dies between an insert and its commit, or in the middle of one."""

import random
import time

from streams.failpoints import EXIT_KILLED
from tests.faults.plant import Plant, Wanted
from tests.faults.proxy import Cut
from tests.faults.rows import no_surplus_by_note, row
from tests.faults.rows_kill import leave


@row("K10", "kill -9 of the sink after an insert, before its commit", "入库后、提交前 sink 被 kill -9",
     Wanted(load={"bad": 0.01}), after=no_surplus_by_note)  # fmt: skip
def killed_after_insert(plant: Plant, rng: random.Random) -> float:
    plant.kill(plant.running("sink")[0])
    armed = plant.start_sink(QUNPULSE_FAILPOINT=f"insert_done:crash@{rng.randint(1, 12)}")
    plant.start_worker()
    plant.trickle(400, 4)
    for _ in range(30):
        if armed.process.poll() is not None:
            break
        plant.trickle(50, 1)
    assert plant.wait_for_end(armed, 10) == EXIT_KILLED, armed.last_words()
    began = time.monotonic()
    plant.start_sink()
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("K11", "the sink's connection is cut inside an insert, and the sink killed", "插入途中连接被切断且 sink 被杀",
     Wanted(store_proxy=True), after=no_surplus_by_note)  # fmt: skip
def cut_inside_an_insert(plant: Plant, rng: random.Random) -> float:
    assert plant.store_proxy is not None
    plant.start_worker()
    plant.trickle(200, 2)
    plant.store_proxy.fault = Cut(after=rng.randint(500, 40_000), answers=rng.random() < 0.3)
    plant.trickle(400, 4)
    plant.kill(plant.running("sink")[0])
    plant.store_proxy.fault = None
    began = time.monotonic()
    plant.start_sink()
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered
