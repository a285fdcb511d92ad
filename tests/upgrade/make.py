"""Writes golden files: what this version of the program leaves behind in the middle of a history, and what it says at its end.

    ./run python -m tests.upgrade.make tests/upgrade/golden/N

Made once for each change of a format, by the code that introduced it, and never edited. Run in a work tree of an older
commit, with this folder copied into it, it makes that version's files: ``golden/1`` is of commit d71568b, the first
whole version.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from schemas.facts import FACTS, Alert, Fact, TagChange, to_json
from schemas.rows import ROWS_VERSION, Rows, encode_rows
from sinks.clickhouse.migrate import migrations
from streams.changelog import pack
from streams.chunk import Partition
from streams.letters import dead_letter
from tests.upgrade.formats import formats
from tests.upgrade.history import DAY, DAYS, START, GroupsAgent, MembersAgent, rows

LIFE = ("first_seen", "last_seen", "orders", "revenue_fen", "longest_streak_days", "checkin_days", "groups")
"""What a profile says of a whole life: no version may come to another figure."""

NAMES = {kind: name for name, kind in FACTS.items()}

EPOCH = 7

END = START + DAYS * DAY


class Refused:
    """A record that became a dead letter."""

    offset = 7
    timestamp = START
    key = b"m1"
    value = b'{"event_id":"e1"'


def figures(profiles: list[Fact]) -> dict[str, dict[str, Any]]:
    """The figures of each member that must stay."""
    plain = [json.loads(to_json(profile)) for profile in profiles]
    return {one["member_id"]: {name: one[name] for name in LIFE} for one in plain}


def make(folder: Path) -> None:
    """Write the golden files of this version into `folder`.

    Raises:
        FileExistsError: `folder` is there already; golden files are never written over.
    """
    folder.mkdir(parents=True)
    history = rows()
    half = len(history) // 2
    halves = history[:half], history[half:]
    packed = [encode_rows(Rows(ROWS_VERSION, {0: part[-1].clock}, list(part))) for part in halves]
    (folder / "rows.msgpack").write_bytes(msgspec.msgpack.encode(packed))
    members, groups = MembersAgent(), GroupsAgent()
    facts = [*members.read(halves[0]), *groups.read(halves[0])]
    for name, agent in (("members", members), ("groups", groups)):
        changelog = [(key, pack(EPOCH, body)) for key, body in sorted(agent.store.drain())]
        (folder / f"{name}.msgpack").write_bytes(msgspec.msgpack.encode(changelog))
    facts += [
        members.model.profile(state, halves[0][-1].ts).fact()
        for state in map(members.store.get, members.store.all_keys())
        if state
    ]
    source = Partition("qunpulse.chat", 0)
    facts.append(dead_letter(*source, Refused(), "contract", "not_json", "cut off", START))  # type: ignore[arg-type]
    (folder / "facts.jsonl").write_bytes(
        b"".join(f"{NAMES[type(one)]}\t".encode() + to_json(one) + b"\n" for one in facts)
    )
    later = [*members.read(halves[1]), *groups.read(halves[1])]
    said = {
        "members": figures(members.profiles(END)),
        "changes": len([one for one in later if isinstance(one, TagChange)]),
        "alerts": sorted({one.group_id for one in later if isinstance(one, Alert)}),
    }
    (folder / "said.json").write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", "utf-8")
    statements = [text for migration in migrations("$database") for text in migration.statements]
    (folder / "store.sql").write_text(";\n\n".join(text.rstrip(";") for text in statements) + ";\n", "utf-8")
    (folder / "formats.json").write_text(json.dumps(formats(), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
