"""Rows D1 to D3, P1, P2, P4 and Z2: what producers do: send twice, out of order, nonsense, huge things, impossible times."""

import asyncio
import json
import random
import time
from typing import Any

from aiokafka import AIOKafkaConsumer

from tests.faults.load import Load, Made
from tests.faults.plant import Plant, Wanted
from tests.faults.rows import row
from tests.faults.rows_kill import LOAD, leave


def plain_run(plant: Plant, rng: random.Random) -> float:
    """A worker, a load, and nothing else: the fault is in the load."""
    worker = plant.start_worker()
    plant.trickle(rng.randint(400, 800), 4)
    began = time.monotonic()
    plant.drain()
    recovered = time.monotonic() - began
    assert worker in plant.parts.running, plant.last_words()
    leave(plant)
    return recovered


row("D1", "every third event is sent twice, to any partition", "每三个事件重发一次，分区任意",
    Wanted(load={"repeats": 0.3, "late": 0.0}))(plain_run)  # fmt: skip
row("D2", "half of the events are late, in no order", "一半事件迟到且乱序", Wanted(load={"late": 0.5}))(
    plain_run
)
row("P1", "one record in twenty is poison: broken, empty, null, NaN, too deep, too big a number",
    "二十条中有一条有毒：残缺、空、null、NaN、过深、过大的数", Wanted(load={"bad": 0.05}))(plain_run)  # fmt: skip


FEW = Wanted(load={"members": 3, "groups": 1})
"""More events of a member and of a group than either remembers ids: what is read again can only be known by the fence."""


@row("D3", "all is read again: offsets of the group are set back to 0", "全部重读：消费组位点归零", FEW)
def all_again(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    plant.send(rng.randint(2_500, 3_000))
    plant.drain()
    leave(plant)
    asyncio.run(_set_back(plant))
    began = time.monotonic()
    plant.start_worker()
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


async def _set_back(plant: Plant) -> None:
    """Join the workers' group, which has no members now, and commit offset 0 for all of its inputs."""
    names = ("chat", "join", "order", "checkin", "member-events", "group-events")
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=plant.address,
        group_id=plant.settings.app_id,
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=1000,
    )
    consumer.subscribe([plant.settings.topic(name) for name in names])
    await consumer.start()
    try:
        while len(consumer.assignment()) < len(names) * plant.wanted.partitions:
            await asyncio.sleep(0.1)
        await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
    finally:
        await consumer.stop()


def _broken(load: Load, rng: random.Random) -> Made:
    """A good event with one thing that its contract forbids."""
    made = next(iter(load.some(1)))
    event = json.loads(made.raw or b"{}")
    change: dict[str, Any] = rng.choice(
        [
            {"event_id": 7}, {"ts": "2026-01-05T09:00:00"}, {"type": "no-such-type"}, {"kind": "dance"},
            {"event_id": "x" * 200}, {"role": "emperor"}, {"ts": None}, {"brand_id": "a|b"},
        ]
    )  # fmt: skip
    return Made(made.kind, json.dumps(event | change).encode(), good=False)


@row(
    "P2",
    "one record in ten breaks its contract, others carry unknown fields",
    "十条中有一条违反契约，另有带未知字段的",
)
def breaks_the_contract(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    for _ in range(20):
        plant.ledger.send(_broken(plant.load, rng) for _ in range(2))
        plant.ledger.send(_with_more(made) for made in plant.load.some(20))
        plant.ledger.settle()
        time.sleep(0.1)
    began = time.monotonic()
    plant.drain()
    recovered = time.monotonic() - began
    assert worker in plant.parts.running, plant.last_words()
    leave(plant)
    return recovered


def _with_more(made: Made) -> Made:
    event = json.loads(made.raw or b"{}") | {"x_unknown": {"deep": [1, 2, {"三": None}]}}
    return Made(made.kind, json.dumps(event, ensure_ascii=False).encode(), good=True, event=made.event)


@row(
    "P4",
    "records of up to 0.9 MB, long keys, a crowd of 2,000 joining at once",
    "高达 0.9 MB 的记录、长 id、2000 人同时入群",
)
def huge(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    stamp = f"{time.time_ns()}"
    big = [
        json.dumps({"kind": "chat", "text": "x" * rng.randrange(262_200, 900_000)}).encode() for _ in range(3)
    ]
    plant.ledger.send(Made("chat", raw, good=False) for raw in big)
    long_ones = [_made(rng, f"l{stamp}-{n}", member_id="m" * 128, text="长" * 2_000) for n in range(3)]
    plant.ledger.send(long_ones)
    crowd = [
        _made(rng, f"c{stamp}-{n}", kind="join", type="group.joined", member_id=f"c{n}") for n in range(2_000)
    ]
    plant.ledger.send(crowd)
    plant.send(200)
    began = time.monotonic()
    plant.drain()
    recovered = time.monotonic() - began
    assert worker in plant.parts.running, plant.last_words()
    leave(plant)
    return recovered


def _made(rng: random.Random, event_id: str, **more: Any) -> Made:
    event: dict[str, Any] = {
        "event_id": event_id,
        "kind": "chat",
        "type": "message",
        "group_id": "crowd",
        "ts": _now(),
    }
    event |= more
    return Made(event["kind"], json.dumps(event).encode(), good=True, event={"brand_id": "default"} | event)


def _now() -> int:
    return time.time_ns() // 1_000_000


@row("Z2", "events of 1970, of next year, in seconds, without a zone, with +08:00", "1970 年、明年、以秒计、无时区等时间的事件",
     LOAD)  # fmt: skip
def impossible_times(plant: Plant, rng: random.Random) -> float:
    worker = plant.start_worker()
    stamp, now = f"{time.time_ns()}", _now()
    wrong = [
        0,
        now // 1000,
        now + 400 * 86_400_000,
        now * 1000,
        "2026-01-05T09:00:00",
        "1970-01-01T00:00:00Z",
    ]
    for number, ts in enumerate(wrong):
        made = _made(rng, f"w{stamp}-{number}", member_id="m1", ts=ts)
        plant.ledger.send([Made(made.kind, made.raw, good=False)])
    ahead = now + 3_600_000  # an hour ahead is a clock that is wrong, and no reason to refuse
    local = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(now / 1000 + 8 * 3600 - 60))
    right: list[Any] = [ahead, local]
    plant.ledger.send(_made(rng, f"r{stamp}-{n}", member_id="m2", ts=ts) for n, ts in enumerate(right))
    plant.trickle(300, 3)
    began = time.monotonic()
    plant.drain()
    recovered = time.monotonic() - began
    assert worker in plant.parts.running, plant.last_words()
    leave(plant)
    return recovered
