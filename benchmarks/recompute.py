"""A group's figures against SQL over its events: joins, leaves, messages, speakers and size of every window.

The model folds a file of events; the embedded ClickHouse engine counts the same file in one query, knowing nothing of the
model. ``--damage`` first repeats events, adds joins and leaves that contradict what is known, and shuffles whole hours.

    ./run python -m benchmarks.recompute community.jsonl.gz
    ./run python -m benchmarks.recompute community.jsonl.gz --window 3600 --damage
"""

import argparse
import gzip
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from models.calendar import Calendar
from models.groups import GroupParams, Groups, GroupState
from schemas.figures import Figures
from schemas.times import to_ms
from schemas.view import read_event

HOUR = 3_600_000
FIGURES = ("joins", "leaves", "messages", "speakers", "members")

Key = tuple[str, int]
"""Group, and start of the window, ms."""
Counts = dict[str, int]

SQL = """
WITH events AS (
    SELECT event_id, min(offset) AS offset, any(ts) AS ts, any(group_id) AS group_id, any(member_id) AS member_id,
        any(type) AS type, any(role) IN ('staff', 'bot') AS crew_then
    FROM file('{file}', JSONEachRow, 'event_id String, offset UInt64, ts UInt64, group_id String, member_id String,
        type String, role String')
    GROUP BY event_id
), crew AS (
    SELECT DISTINCT group_id, member_id FROM events WHERE crew_then
), windows AS (
    SELECT group_id, intDiv(ts, {length}) * {length} AS start, countIf(type = 'group.joined') AS joins,
        countIf(type IN ('group.left', 'group.kicked', 'group.banned')) AS leaves, countIf(type = 'message') AS messages,
        uniqExactIf(member_id, type = 'message' AND (group_id, member_id) NOT IN crew) AS speakers
    FROM events GROUP BY group_id, start
), spells AS (
    SELECT group_id, member_id, ts, offset, type IN ('group.joined', 'message') AS present,
        lagInFrame(present) OVER (PARTITION BY group_id, member_id ORDER BY ts, offset
            ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS was
    FROM events WHERE type IN ('group.joined', 'message', 'group.left', 'group.kicked', 'group.banned')
        AND (group_id, member_id) NOT IN crew
), changes AS (
    SELECT group_id, intDiv(ts, {length}) * {length} AS start, sum(toInt64(present) - toInt64(was)) AS change
    FROM spells GROUP BY group_id, start
), sizes AS (
    SELECT group_id, start, sum(change) OVER (PARTITION BY group_id ORDER BY start) AS members FROM changes
)
SELECT windows.*, sizes.members FROM windows ASOF LEFT JOIN sizes
    ON windows.group_id = sizes.group_id AND windows.start >= sizes.start
FORMAT JSONEachRow
"""


def read(file: Path) -> list[dict[str, Any]]:
    """The events of groups of a file, in its order."""
    with gzip.open(file) as lines:
        events = [json.loads(line) for line in lines]
    return [event | {"ts": to_ms(event["ts"])} for event in events if event.get("group_id")]


def damage(events: list[dict[str, Any]], seed: int) -> Iterator[dict[str, Any]]:
    """The same events as a bad producer sends them: repeats, contradictions, and every tenth hour shuffled."""
    chance = random.Random(seed)
    hours: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for number, event in enumerate(events):
        hour = hours[event["ts"] // HOUR]
        hour.append(event)
        if chance.random() < 0.02:
            hour.append(event)
        if chance.random() < 0.02:
            other = chance.choice(["group.joined", "group.left"])
            hour.append(event | {"event_id": f"x{number}", "kind": "join", "type": other})
    for number in sorted(hours):
        if chance.random() < 0.1:
            chance.shuffle(hours[number])
        yield from hours[number]


def by_model(events: Iterable[dict[str, Any]], params: GroupParams) -> dict[Key, Counts]:
    """What the groups agent tells of every window: its parts summed up, each at its highest version."""
    groups = Groups(params, Calendar())
    states: dict[str, GroupState] = {}
    told: dict[tuple[str, int, int], Figures] = {}
    for offset, event in enumerate(events):
        name, at = event["group_id"], event["ts"]
        state = states.get(name)
        if state is None:
            state = states[name] = groups.initial("default", name)
        groups.fire_due(state, state.latest)
        groups.fold(state, read_event(json.dumps(event).encode(), at), 0, offset)
        if offset % 97 == 0:
            told |= {
                (row.group_id, row.window_start, row.part): row for row in groups.drain(state, state.latest)
            }
    for state in states.values():
        told |= {(row.group_id, row.window_start, row.part): row for row in groups.drain(state, state.latest)}
    sums: dict[Key, Counts] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for (name, start, _), row in told.items():
        for figure in FIGURES:
            sums[name, start][figure] += getattr(row, figure)
    return sums


def by_sql(events: Iterable[dict[str, Any]], length: int) -> dict[Key, Counts]:
    """The same, counted by ClickHouse from the events alone; ``length`` of a window in ms."""
    from chdb.session import Session  # noqa: PLC0415 - only where it is asked

    with tempfile.TemporaryDirectory(prefix="qunpulse-recompute-") as folder:
        file = Path(folder) / "events.jsonl"
        with file.open("w") as lines:
            for offset, event in enumerate(events):
                wanted = {
                    name: event.get(name) or ""
                    for name in ("event_id", "ts", "group_id", "member_id", "type", "role")
                }
                lines.write(json.dumps(wanted | {"offset": offset}) + "\n")
        session = Session(f"{folder}/store")
        answer = str(session.query(SQL.format(file=file, length=length)))
        session.close()
    rows = [json.loads(line) for line in answer.splitlines()]
    return {
        (row["group_id"], int(row["start"])): {figure: int(row[figure]) for figure in FIGURES} for row in rows
    }


def compare(events: list[dict[str, Any]], params: GroupParams) -> tuple[dict[str, int], list[str]]:
    """Windows that were compared and that differ, by figure; and the first differences in words."""
    ours, theirs = by_model(events, params), by_sql(events, params.window_seconds * 1000)
    counts = {
        "windows": len(theirs),
        "missing": len(theirs.keys() ^ ours.keys()),
        **dict.fromkeys(FIGURES, 0),
    }
    shown = [f"only one of the two knows {key}" for key in sorted(theirs.keys() ^ ours.keys())]
    for key in sorted(theirs.keys() & ours.keys()):
        for figure in FIGURES:
            if ours[key][figure] != theirs[key][figure]:
                counts[figure] += 1
                shown.append(f"{key}: {figure} {ours[key][figure]}, by SQL {theirs[key][figure]}")
    return counts, shown


def main() -> int:
    """Exit code: 0 when nothing differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("events", type=Path, help="events, JSON Lines, gzipped, sorted by time")
    parser.add_argument("--window", type=int, default=300, help="length of a window, s")
    parser.add_argument("--damage", action="store_true", help="repeat, contradict and shuffle first")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    events = read(arguments.events)
    if arguments.damage:
        events = list(damage(events, arguments.seed))
    params = GroupParams(window_seconds=arguments.window)
    counts, shown = compare(events, params)
    print(json.dumps(counts))
    for line in shown[:20]:
        print(line)
    return 1 if shown else 0


if __name__ == "__main__":
    raise SystemExit(main())
