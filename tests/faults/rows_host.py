"""Rows F1 to F3, P5 and Z1: disk full, state folder gone, no file descriptors, no topic of dead letters, a wrong clock."""

import random
import shutil
import time
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.faults.load import BAD, Made
from tests.faults.plant import NotHere, Plant, Wanted
from tests.faults.rows import row
from tests.faults.rows_kill import LOAD, leave


@row("F2", "the folder of the state on disk is deleted or spoilt under a worker", "工作进程运行中磁盘状态目录被删或损坏",
     Wanted(load={"bad": 0.01}, settings={"state": "rocksdict"}))  # fmt: skip
def state_folder_spoilt(plant: Plant, rng: random.Random) -> float:
    folder = plant.folder / f"state-{rng.random()}"
    plant.start_worker(QUNPULSE_STATE_DIR=str(folder))
    plant.trickle(300, 4)
    plant.drain()
    if rng.random() < 0.5:
        shutil.rmtree(folder)
    else:
        for file in [one for one in folder.rglob("*") if one.is_file()]:
            file.write_bytes(b"spoilt")
    plant.trickle(200, 2)
    plant.kill(plant.running("worker")[0])
    began = time.monotonic()
    plant.start_worker(QUNPULSE_STATE_DIR=str(folder))
    plant.trickle(100, 1)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("F1", "a worker's disk takes no more: no file of its state may grow past 64 kB", "磁盘写满：状态文件不得超过 64 kB",
     Wanted(load={"bad": 0.01}, settings={"state": "rocksdict"}))  # fmt: skip
def disk_full(plant: Plant, rng: random.Random) -> float:
    if shutil.which("prlimit") is None:
        raise NotHere("prlimit is not installed")
    folder = plant.folder / f"state-{rng.random()}"
    full = plant.start_worker("prlimit", "--fsize=65536", QUNPULSE_STATE_DIR=str(folder))
    for _ in range(60):
        plant.trickle(rng.randint(100, 200), 1)
        if full.process.poll() is not None:
            break
    code, said = plant.wait_for_end(full, 30), full.log.read_text()
    assert code > 0 and "File too large" in said, (code, full.last_words())
    began = time.monotonic()
    plant.start_worker(QUNPULSE_STATE_DIR=str(folder))
    plant.trickle(100, 1)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("F3", "a worker may open 12 files and no more", "工作进程只能打开 12 个文件", LOAD)
def no_file_descriptors(plant: Plant, rng: random.Random) -> float:
    if shutil.which("prlimit") is None:
        raise NotHere("prlimit is not installed")
    plant.send(200)
    poor = plant.start_worker("prlimit", "--nofile=12")
    code = poor.process.wait(120)
    assert code > 0 and "open files" in poor.log.read_text(), (code, poor.last_words())
    plant.parts.running.remove(poor)
    began = time.monotonic()
    plant.start_worker()
    plant.trickle(100, 1)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("P5", "the topic of the dead letters is gone: the worker must stop, not skip", "死信主题不存在：工作进程须停止而非跳过",
     Wanted(sink=False), brokers=("kafka",), fresh=True)  # fmt: skip
def nowhere_to_bury(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    plant.trickle(300, 4)
    plant.drain()
    admin = KafkaAdminClient(bootstrap_servers=plant.address)
    name = plant.settings.topic("dead-letters")
    admin.delete_topics([name])
    plant.ledger.send(Made("chat", raw, good=False) for raw in BAD[:3])
    plant.send(200)
    code, said = worker.process.wait(150), worker.last_words(1)
    assert code == 70 and f"broker lost its log: it does not know {name} any more" in said, (code, said)
    began = time.monotonic()
    admin.create_topics([NewTopic(name, plant.wanted.partitions, 1)])
    admin.close()
    plant.keep_up()
    plant.drain(180)
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@row(
    "Z1",
    "a worker's clock is an hour ahead, an hour behind, or stands still",
    "工作进程的时钟快一小时、慢一小时或停住",
    LOAD,
)
def wrong_clock(plant: Plant, rng: random.Random) -> float:
    if not FAKETIME.exists():
        raise NotHere("libfaketime is not installed")
    told = rng.choice(("+1h", "-1h", "-300s", time.strftime("%Y-%m-%d %H:%M:%S")))
    fake = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": told,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    wrong = plant.start_worker(**fake)
    plant.trickle(400, rng.uniform(5, 7))
    plant.drain()
    plant.kill(wrong)
    began = time.monotonic()
    plant.start_worker()
    plant.trickle(200, 2)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered
