"""Rows B1 to B6: the broker dies and comes back, loses everything, hangs, is slow, removes what was not read yet, and topics."""

import os
import random
import signal
import time
from typing import Any

from kafka import KafkaAdminClient
from kafka import TopicPartition as Where

from schemas.topics import TOPICS
from streams.processes import wait_for_port
from tests.faults.plant import Plant, Wanted
from tests.faults.proxy import Slow
from tests.faults.rows import row
from tests.faults.rows_kill import LOAD, leave, working


def ended(plant: Plant) -> float:
    """The fault is over: all that waits must come through."""
    began = time.monotonic()
    plant.trickle(100, 1)
    plant.drain(180)
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


def start_again(plant: Plant) -> None:
    """The broker, as it was started, over what is left of its data."""
    (part,) = plant.broker_parts.running
    plant.broker_parts.running.remove(part)
    command: Any = part.process.args
    plant.broker_parts.start(part.name, command)
    wait_for_port(plant.broker_parts, int(plant.address.rpartition(":")[2]), 60)


@row(
    "B1",
    "the broker is killed and comes back with its data",
    "broker 被杀后带数据恢复",
    LOAD,
    brokers=("kafka",),
)
def killed(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    plant.trickle(300, rng.uniform(5, 7))
    (part,) = plant.broker_parts.running
    part.process.kill()
    part.process.wait()
    time.sleep(rng.uniform(2, 8))
    start_again(plant)
    return ended(plant)


@row("B2", "the embedded broker is killed and comes back empty", "内嵌 broker 被杀后空着恢复", Wanted(sink=False, partitions=4),
     brokers=("tansu",), fresh=True)  # fmt: skip
def lost_everything(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    plant.trickle(300, rng.uniform(5, 7))
    plant.drain()
    (part,) = plant.broker_parts.running
    part.process.kill()
    part.process.wait()
    start_again(plant)
    code, said = plant.wait_for_end(worker), worker.last_words(1)
    assert code == 70 and "broker lost its log" in said, (code, said)
    plant.forget_log()
    began = time.monotonic()
    plant.start_worker()  # makes the topics
    working(plant)
    plant.trickle(200, 2)
    plant.drain(180)
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


@row("B3", "the broker hangs", "broker 挂起", LOAD)
def hung(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    plant.trickle(300, rng.uniform(5, 7))
    (part,) = plant.broker_parts.running
    os.kill(part.process.pid, signal.SIGSTOP)
    time.sleep(rng.uniform(8, 15))
    os.kill(part.process.pid, signal.SIGCONT)
    return ended(plant)


@row("B4", "the broker is slow: 0.2 s an answer, 64 kB a second", "broker 很慢：每次应答 0.2 秒，每秒 64 kB",
     Wanted(broker_proxy=True))  # fmt: skip
def slow(plant: Plant, rng: random.Random) -> float:
    assert plant.broker_proxy is not None
    plant.start_worker()
    plant.trickle(200, rng.uniform(4, 6))
    plant.broker_proxy.fault = Slow(delay=0.2, rate=64_000)
    plant.ledger.send(plant.load.some(200))
    time.sleep(rng.uniform(5, 8))
    plant.ledger.settle()
    plant.broker_proxy.fault = None
    return ended(plant)


@row("B5", "records are removed before a hung worker has read them: it must say so and end",
     "挂起的工作进程未读的记录被删除：须说明并结束", LOAD, brokers=("kafka",), fresh=True)  # fmt: skip
def removed(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    plant.trickle(300, 5)
    plant.drain()
    plant.stop(worker)
    read = dict(plant.ledger.ends)
    plant.send(rng.randint(200, 400))
    gone = {where: end for where, end in plant.ledger.ends.items() if where[0].endswith((".chat", ".order"))}
    admin = KafkaAdminClient(bootstrap_servers=plant.address)
    admin.delete_records({Where(*where): end for where, end in gone.items()})
    admin.close()
    plant.write_off({where: (read.get(where, 0), end) for where, end in gone.items()})
    plant.send(100)
    plant.go_on(worker)
    began = time.monotonic()
    code = worker.process.wait(60)
    said = worker.last_words(60)
    assert code == 70 and ("would be lost" in said or "expired" in said), (code, said)
    plant.drain()
    recovered = time.monotonic() - began
    assert (
        any("expired unread" in one.log.read_text() for one in plant.running("worker")) or "expired" in said
    )
    leave(plant)
    return recovered


@row("B6", "all topics are removed under a worker: it must say so and end", "工作进程运行中所有主题被删除：须说明并结束",
     Wanted(sink=False), brokers=("kafka",), fresh=True)  # fmt: skip
def no_topics(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    plant.trickle(200, rng.uniform(2, 4))
    plant.drain()
    admin = KafkaAdminClient(bootstrap_servers=plant.address)
    admin.delete_topics([plant.settings.topic(topic.name) for topic in TOPICS])
    admin.close()
    code, said = plant.wait_for_end(worker), worker.last_words(1)
    assert code == 70 and "broker lost its log" in said, (code, said)
    plant.forget_log()
    began = time.monotonic()
    plant.start_worker()  # makes the topics
    working(plant)
    plant.trickle(200, 2)
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered
