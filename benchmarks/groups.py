"""What groups cost one worker: bytes of state a group, CPU an event, and the size of ``/metrics``.

Folds the events of many groups by the model of the groups agent into its store, as the agent does: timers, fold, drain at
each flush, encoding of what changed. Kafka is left out.

    ./run python -m benchmarks.groups --groups 100000
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from models.calendar import Calendar
from models.groups import GroupParams, Groups, GroupState, restore, snapshot
from schemas.view import Event
from sinks.metrics import METRICS
from streams.store import Store

START = 1_767_542_400_000
STEP = 60_000
FLUSH = 20_000


def events(groups: int, members: int, later: int, seed: int) -> Iterator[tuple[str, Event]]:
    """Everybody joins on the first day; then talk, some leaves and joins, spread over the groups at random."""
    chance = random.Random(seed)
    number = 0
    for member in range(members):
        for group in range(groups):
            number += 1
            yield _event(number, group, f"m{member}", "group.joined", START + member * STEP)
    for turn in range(groups * later):
        number += 1
        kind = chance.choice(["message"] * 8 + ["group.left", "group.joined"])
        at = START + 3_600_000 + turn * 6 * 86_400_000 // (groups * later)
        yield _event(number, chance.randrange(groups), f"m{chance.randrange(members)}", kind, at)


def _event(number: int, group: int, member: str, kind: str, at: int) -> tuple[str, Event]:
    name = f"g{group}"
    room = "chat" if kind == "message" else "join"
    return name, Event(f"e{number}", room, kind, at, member_id=member, group_id=name, inviter_id="m0")


def measure(groups: int, members: int, later: int, seed: int) -> dict[str, Any]:
    """The figures of one worker that holds so many groups."""
    model = Groups(GroupParams(), Calendar())
    store: Store[GroupState] = Store(snapshot, restore, None)
    count = facts = 0
    spent = time.process_time()
    made = 0.0
    stream = events(groups, members, later, seed)
    while True:
        begin = time.process_time()
        batch = list(islice(stream, FLUSH))
        made += time.process_time() - begin
        if not batch:
            break
        for name, event in batch:
            count += 1
            key = name.encode()
            state = store.get(key) or model.initial("default", name)
            model.fire_due(state, event.at)
            for alert in model.fold(state, event, 0, count):
                METRICS.alerts.labels(kind=alert.kind, state=alert.state).inc()
            store.put(key, state)
        for _, state in store.dirty_items():
            facts += len(model.drain(state, state.latest))
        for _ in store.drain():
            pass
    spent = time.process_time() - spent - made
    sizes = [len(snapshot(state)) for state in map(store.get, store.all_keys()[:2000]) if state is not None]
    return {
        "groups": groups,
        "members_a_group": members,
        "events": count,
        "cpu_us_an_event": round(spent / count * 1e6, 1),
        "facts": facts,
        "state_bytes_a_group": round(sum(sizes) / len(sizes)),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "metrics_bytes": len(METRICS.text()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument("--events", type=int, default=10, help="later events a group")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.groups, arguments.members, arguments.events, arguments.seed)))


if __name__ == "__main__":
    main()
