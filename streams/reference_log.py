"""``qunpulse replay --reference --log``: the reference model over the internal topics of a broker.

The order in which rows of different inputs meet in a partition is the only thing that the pipeline decides by itself. It
stands in the log of the internal topics; so this walks that log, and what it says must be what the workers have said,
however often they were killed, stopped or moved. A partition has models of its own, as it has a worker of its own.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from schemas.rows import KINDS, decode_rows, source_number
from streams.reference import GroupsReference, Log, MembersReference, Reference
from streams.reference_replay import facts_of, references, write_facts
from streams.settings import Settings
from streams.topics import Layout, TopicsWrong, read_layout
from streams.whole_topic import read_topic

R = TypeVar("R", bound=Reference)


async def replay_log(
    settings: Settings, progress: Callable[[str, float], None], out: Path | None = None
) -> dict[str, Any]:
    """Walk ``member-events`` and ``group-events`` as they are now; returns a summary. With `out`, facts go there.

    Raises:
        TopicsWrong: topics are missing, or retention has removed the beginning of one.
        aiokafka.errors.KafkaError: no broker answers.
    """
    started = time.monotonic()
    layout = read_layout(settings)
    if layout.problems():
        raise TopicsWrong("; ".join(layout.problems()))
    members = await _walk(settings, layout, "member-events", lambda: references(settings)[0])
    progress("members", 1.0)
    groups = await _walk(settings, layout, "group-events", lambda: references(settings)[1])
    progress("groups", 1.0)
    facts = facts_of(_joined_members(members), _joined_groups(groups))
    if out is not None:
        write_facts(out, facts)
    return {
        "rows": {"members": sum(log.rows for log in members), "groups": sum(log.rows for log in groups)},
        "facts": {topic: len(some) for topic, some in facts.items()},
        "seconds": round(time.monotonic() - started, 2),
    }


async def _walk(settings: Settings, layout: Layout, name: str, model: Callable[[], R]) -> list[Log[R]]:
    sources = [source_number(kind, number) for kind in KINDS for number in range(layout.partitions[kind])]
    logs = [Log(model(), sources) for _ in range(layout.partitions[name])]
    following = [0] * len(logs)
    async for record in read_topic(settings, layout, name):
        if record.offset != following[record.partition]:
            raise TopicsWrong(
                f"{record.topic}[{record.partition}] goes on at {record.offset}, "
                f"{following[record.partition]} was expected: what is missing cannot be walked"
            )
        following[record.partition] += 1
        logs[record.partition].take(decode_rows(record.value or b""))
    for log in logs:
        log.finish()
    return logs


def _joined_members(logs: list[Log[MembersReference]]) -> MembersReference:
    """All partitions as one: no member is on two."""
    whole = logs[0].reference
    for log in logs[1:]:
        whole.states |= log.reference.states
        whole.changes += log.reference.changes
        whole.alerts += log.reference.alerts
    return whole


def _joined_groups(logs: list[Log[GroupsReference]]) -> GroupsReference:
    whole = logs[0].reference
    for log in logs[1:]:
        whole.states |= log.reference.states
        whole.alerts += log.reference.alerts
        whole.stats |= log.reference.stats
    return whole
