"""How long a worker needs to read the state of a partition back after it took it over.

States are made by the members model from the events of `benchmarks.workload`, written to a changelog on a fresh embedded
broker as a worker writes them, and read back by the worker's own code. A member that returned stands in the log as often as
the share of overwritten values says, since compaction is never quite done.

    ./run python -m benchmarks.recovery --members 200000
"""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from benchmarks.meter import machine
from benchmarks.workload import make
from models.calendar import Calendar
from models.members import Members
from models.state import MemberState, restore, snapshot
from schemas.rows import source_number
from schemas.view import read_event
from streams.changelog import Changelog
from streams.chunk import Partition
from streams.connection import connection
from streams.decisions import member_params, rule_set
from streams.embedded import broker_command
from streams.outbox import Outbox
from streams.processes import Parts, free_port, wait_for_port
from streams.settings import Settings
from streams.store import Store

TOPIC = "recovery-benchmark"
NOW = 1_780_000_000_000
WRITTEN_AT_ONCE = 20_000


def states(events: int) -> list[MemberState]:
    """States of the members of so many events."""
    settings = Settings()
    model = Members(member_params(settings), rule_set(settings), Calendar(settings.timezone))
    found: dict[str, MemberState] = {}
    for number, one in enumerate(make(events, 1, NOW)):
        state = found.setdefault(one.member, model.initial("default", one.member))
        event = read_event(one.raw, one.ts)
        model.fold(state, event, source_number(one.kind, 0), number)
        model.judge(state, one.ts, "event", event)
    return list(found.values())


def store() -> Store[MemberState]:
    """A store as the worker makes it, in memory."""
    return Store(snapshot, restore)


def copies(made: list[MemberState], members: int) -> Iterator[tuple[bytes, MemberState]]:
    """As many members as wanted; their states are those of `made`, in turn."""
    for number in range(members):
        yield f"default\x1fmember-{number:07d}".encode(), made[number % len(made)]


async def write(
    outbox: Outbox, partition: Partition, log: Changelog, made: list[MemberState], members: int
) -> int:
    """Write the changelog; returns its bytes."""
    size, wanted = 0, copies(made, members)
    while part := list(islice(wanted, WRITTEN_AT_ONCE)):
        held = store()
        for key, state in part:
            held.put(key, state)
        for key, encoded in held.drain():
            assert encoded is not None
            size += len(key) + len(encoded)
            outbox.put_at(partition, key, log.value(encoded))
        await outbox.deliver("changelog_sent")
    return size


async def measure(address: str, members: int, overwritten: float, events: int) -> dict[str, Any]:
    """Write and read back once."""
    settings = Settings(kafka=address)
    client = connection(settings)
    admin = AIOKafkaAdminClient(**client)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 1, 1)])
    await admin.close()
    partition = Partition(TOPIC, 0)
    producer = AIOKafkaProducer(**client, acks="all", enable_idempotence=False, max_request_size=1_048_576)
    await producer.start()
    try:
        outbox = Outbox(producer, {TOPIC: 1})
        first = Changelog(partition, client)
        await first.open(store(), outbox)
        made = states(events)
        size = await write(outbox, partition, first, made, int(members * overwritten))
        size += await write(outbox, partition, first, made, members)
        held = store()
        wall, cpu = time.monotonic(), time.process_time()
        records = await Changelog(partition, client).open(held, outbox)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    finally:
        await producer.stop()
    if len(held) != members:
        raise SystemExit(f"{len(held)} states came back, {members} were written")
    return {
        "members": members, "records": records, "bytes": size, "timers": held.timers,
        "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), **machine(),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument(
        "--overwritten", type=float, default=0.25, help="values in the log that are no longer the last"
    )
    parser.add_argument("--events", type=int, default=60_000, help="events that the states are made from")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    for _ in range(given.runs):
        with tempfile.TemporaryDirectory() as folder:
            parts, port = Parts(Path(folder)), free_port()
            try:
                parts.start("broker", broker_command(port))
                wait_for_port(parts, port, 20)
                found = asyncio.run(
                    measure(f"127.0.0.1:{port}", given.members, given.overwritten, given.events)
                )
                print(json.dumps(found), flush=True)
            finally:
                parts.stop()


if __name__ == "__main__":
    main()
