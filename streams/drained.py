"""Has everything that was sent come through? Asked of the broker, in the order of the flow.

    1. the workers have committed the end of every input partition: no packed row is still to be written
    2. they have committed the end of the internal topics: no fact is still to be written
    3. the sink has committed the end of what it reads

Ends are high watermarks of a fetch, not listed ones (reliability 2.5). Each step's answer is final once it is yes, so the ends
of step 2 and 3 are taken once, when the step before is done: the marks of several workers come faster than a reader commits, and
an end that is taken anew at each look would be ahead of it for ever.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)

from sinks.clickhouse.tables import TABLES
from streams.connection import connection
from streams.settings import Settings
from streams.topics import Layout

POLL_SECONDS = 0.1


async def wait_until_drained(
    settings: Settings,
    layout: Layout,
    input_ends: Mapping[tuple[str, int], int],
    check: Callable[[], None],
    *,
    sink: bool = True,
) -> None:
    """Wait for the three steps (two without `sink`); `check` is called between looks and raises when waiting is pointless."""
    admin = AIOKafkaAdminClient(**connection(settings))
    fetch = AIOKafkaConsumer(**connection(settings), enable_auto_commit=False, fetch_max_wait_ms=50)
    await admin.start()
    await fetch.start()
    try:
        inputs = {TopicPartition(*where): end for where, end in input_ends.items()}
        await _until(lambda: _committed(admin, settings.app_id, inputs), check)
        steps = [(settings.app_id, ["member-events", "group-events"])]
        if sink:
            steps.append((f"{settings.app_id}-sink", [table.topic for table in TABLES.values()]))
        for group, names in steps:
            partitions = [
                TopicPartition(settings.topic(n), p) for n in names for p in range(layout.partitions[n])
            ]
            ends = await high_watermarks(admin, fetch, group, partitions, check)
            await _until(lambda g=group, e=ends: _committed(admin, g, e), check)  # type: ignore[misc]
    finally:
        await fetch.stop()
        await admin.close()


_NOT_YET = (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, GroupLoadInProgressError)
"""A broker that has just started says so of every group; nothing is committed yet."""


async def _until(done: Callable[[], object], check: Callable[[], None]) -> None:
    while not await done():  # type: ignore[misc]
        check()
        await asyncio.sleep(POLL_SECONDS)


async def committed_offsets(
    admin: AIOKafkaAdminClient, group: str, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """What `group` has committed, but for offsets that carry a note (see `streams.deliver`)."""
    try:
        found = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
    except _NOT_YET:
        return {}
    return {tp: at.offset for tp, at in found.items() if at.offset >= 0 and not at.metadata}


async def _committed(admin: AIOKafkaAdminClient, group: str, ends: Mapping[TopicPartition, int]) -> bool:
    offsets = await committed_offsets(admin, group, ends)
    return all(offsets.get(tp, 0) >= end for tp, end in ends.items())


async def high_watermarks(
    admin: AIOKafkaAdminClient,
    fetch: AIOKafkaConsumer,
    group: str,
    partitions: list[TopicPartition],
    check: Callable[[], None],
) -> dict[TopicPartition, int]:
    """Ends of `partitions` as they are now; fetches from what `group` has committed, since that is short."""
    offsets = await committed_offsets(admin, group, partitions)
    fetch.assign(partitions)
    for tp in partitions:
        fetch.seek(tp, offsets.get(tp, 0))
    while True:
        await fetch.getmany(timeout_ms=60)
        found = {tp: fetch.highwater(tp) for tp in partitions}
        ends = {tp: end for tp, end in found.items() if end is not None}
        if len(ends) == len(partitions):
            return ends
        check()
