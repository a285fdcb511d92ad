"""``qunpulse replay --reference``: the reference model over files, in this process alone.

It takes the events in the order that an embedded replay takes them in: each line goes to the input partition that it would be
sent to, and the partitions are merged by time. So its facts are those of ``replay --embedded`` into a fresh store.
"""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.calendar import Calendar
from models.groups.groups import Groups
from models.members import Members
from schemas.errors import ContractError
from schemas.events import parse_event
from schemas.facts import DeadLetter, Fact, to_json
from schemas.rows import KINDS, Row, source_number
from schemas.view import read_event
from streams.decisions import group_params, member_params, rule_set
from streams.letters import dead_letter
from streams.outbox import partition_of
from streams.reference import GroupsReference, MembersReference
from streams.replay import Line, read_line, read_lines
from streams.settings import Settings


def references(settings: Settings) -> tuple[MembersReference, GroupsReference]:
    """The two models under the parameters and rules of `settings`.

    Raises:
        models.rules.RuleError: the rule file has an error.
        OSError: it cannot be read.
    """
    calendar = Calendar(settings.timezone)
    members = Members(member_params(settings), rule_set(settings), calendar, settings.profile_features)
    return MembersReference(members), GroupsReference(Groups(group_params(settings), calendar))


@dataclass(frozen=True)
class Sent:
    """A line as a record of an input partition; `line` is None for the end of the partition."""

    timestamp: int
    source: int
    offset: int
    line: Line | None

    @property
    def key(self) -> bytes | None:
        return None if self.line is None else self.line.key

    @property
    def value(self) -> bytes | None:
        return None if self.line is None else self.line.raw


def in_order(lines: Iterable[Line], partitions: int, now: int) -> Iterator[Sent]:
    """`lines` as records, merged by (time stamp, source, offset) of the next record of each source.

    A record has its event's time; where that lies behind `now` (ms) or is none, that of the latest before it.
    """
    sources: dict[int, list[Sent]] = {
        source_number(kind, number): [] for kind in KINDS for number in range(partitions)
    }
    latest = 0
    for line in lines:
        stamp = line.ts if line.ts is not None and line.ts <= now else latest
        latest = max(latest, stamp)
        source = source_number(line.kind, partition_of(line.key, partitions))
        sources[source].append(Sent(max(0, stamp), source, len(sources[source]), line))
    for source, records in sources.items():
        records.append(Sent(latest, source, len(records), None))
    return heapq.merge(*sources.values(), key=lambda record: (record.timestamp, record.source, record.offset))


def facts_of(members: MembersReference, groups: GroupsReference) -> dict[str, list[Fact]]:
    """What the models say, by topic: of what is revised, the alerts in every version and the rest as it holds."""
    return {
        "tag-changes": [change.fact() for change in members.changes],
        "member-profiles": [members.profile(key).fact() for key in members.states],
        "group-stats": [told.fact() for told in groups.stats.values()],
        "alerts": [*groups.alerts, *members.alerts],
    }


def write_facts(out: Path, facts: Mapping[str, list[Fact]]) -> None:
    """Facts as JSON lines in the folder `out`, a file a topic."""
    out.mkdir(parents=True, exist_ok=True)
    for topic, some in facts.items():
        with (out / f"{topic}.jsonl").open("wb") as file:
            file.writelines(to_json(fact) + b"\n" for fact in some)


@dataclass
class Replayed:
    """Everything that a replay says."""

    members: MembersReference
    groups: GroupsReference
    events: set[tuple[str, str]] = field(default_factory=set)
    """Brand and id of every accepted event."""
    letters: list[DeadLetter] = field(default_factory=list)
    lines: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def facts(self) -> dict[str, list[Fact]]:
        """All facts, by topic: of what is revised, the alerts in every version and the rest as it holds."""
        return facts_of(self.members, self.groups) | {"dead-letters": [*self.letters]}

    def summary(self) -> dict[str, Any]:
        """What an embedded replay prints of the store, from here."""
        facts = self.facts()
        alerts = {alert.alert_id: alert for alert in (*self.groups.alerts, *self.members.alerts)}
        told = [*facts["member-profiles"], *facts["group-stats"]]
        return {
            "lines": self.lines,
            "by_kind": dict(sorted(self.by_kind.items())),
            "stored": {
                "events": len(self.events),
                "tag_changes": len({fact.identity for fact in facts["tag-changes"]}),
                "member_profiles": len(facts["member-profiles"]),
                "group_stats": len(facts["group-stats"]),
                "alerts": len(alerts),
                "dead_letters": len(self.letters),
            },
            "alerts": {
                "opened": len(alerts),
                "closed": sum(alert.closed_at is not None for alert in alerts.values()),
            },
            "as_of_ms": max((fact.as_of for fact in told), default=None),  # type: ignore[attr-defined]
        }


def replay_lines(lines: Iterable[Line], settings: Settings, now: int) -> Replayed:
    """Run the reference model over `lines`; `now` is ms since the epoch."""
    found = Replayed(*references(settings))
    clock = 0

    def counted() -> Iterator[Line]:
        for line in lines:
            found.lines += 1
            found.by_kind[line.kind] += 1
            yield line

    for record in in_order(counted(), settings.partitions, now):
        clock = max(clock, record.timestamp)
        if record.line is not None:
            _take(found, record, clock, settings, now)
    found.members.settle(clock)
    found.groups.settle(clock)
    return found


def _take(found: Replayed, record: Sent, clock: int, settings: Settings, now: int) -> None:
    kind, partition, raw = KINDS[record.source % len(KINDS)], record.source // len(KINDS), record.value
    try:
        accepted = parse_event(raw, now, kind, settings.max_event_bytes, settings.max_ahead_seconds * 1000)
    except ContractError as error:
        found.letters.append(
            dead_letter(
                settings.topic(kind), partition, record, "contract", error.reason.value, error.detail, now
            )
        )
        return
    assert raw is not None
    found.events.add((accepted.brand_id, accepted.event_id))
    row = Row(record.source, record.offset, clock, accepted.ts, raw)
    event = read_event(raw, accepted.ts)
    found.members.apply(row, event, clock)
    found.groups.apply(row, event, clock)


def replay_reference(
    files: list[Path],
    settings: Settings,
    progress: Callable[[str, float], None],
    now: int,
    out: Path | None = None,
) -> dict[str, Any]:
    """Run the reference model over `files`; returns the summary. With `out`, facts go there as JSON lines, a file a topic."""
    started = time.monotonic()
    size, read = max(1, sum(file.stat().st_size for file in files)), 0

    def advanced(count: int) -> None:
        nonlocal read
        read += count
        progress("read", read / size)

    found = replay_lines((read_line(raw) for raw in read_lines(files, advanced)), settings, now)
    if out is not None:
        write_facts(out, found.facts())
    return found.summary() | {"seconds": round(time.monotonic() - started, 2)}
