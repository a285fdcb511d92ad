"""A worker that leaves its group while another joins: the one that stays gets a place (Tansu 0.6 forgets who leads)."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.leaving import leave_group
from streams.transport import GroupCoordinator
from tests.brokers import tansu

TOPIC = "events"


async def _join(broker: str) -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=broker,
        group_id="group",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=2_000,
    )
    await consumer.start()
    return consumer


async def _place(consumer: AIOKafkaConsumer, partitions: int) -> None:
    while len(consumer.assignment()) != partitions:
        await asyncio.sleep(0.05)


async def _leader_leaves_while_another_joins(broker: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 2, 1)])
    await admin.close()
    first = await _join(
        broker
    )  # a group's first generation is 0 on this broker, and whoever leaves that says nothing anyhow
    await first.stop()
    leader = await _join(broker)
    await _place(leader, 2)
    joins = asyncio.create_task(_join(broker))
    await asyncio.sleep(0.5)  # less than the time between two heartbeats: the leader does not know yet
    await leader.stop()
    newcomer = await joins
    await _place(newcomer, 2)
    await newcomer.stop()


@pytest.mark.timeout(150)
def test_a_leader_that_leaves_while_another_joins(tmp_path: Path) -> None:
    assert (
        GroupCoordinator._maybe_leave_group is leave_group
    )  # every client of this process leaves as a worker does
    with tansu(tmp_path / "broker") as broker:
        asyncio.run(asyncio.wait_for(_leader_leaves_while_another_joins(broker), 60))
