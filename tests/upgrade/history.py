"""The history behind the golden files, and how an agent goes through it: with a store, without a broker."""

import json
import random
from collections.abc import Iterable
from typing import Any

from models.calendar import Calendar
from models.groups.groups import Groups
from models.groups.params import GroupParams
from models.groups.state import GroupState
from models.groups.state import restore as restore_group
from models.groups.state import snapshot as snapshot_group
from models.members import Members
from models.params import MemberParams
from models.rules import compile_rules
from models.state import MemberState, restore, snapshot
from schemas.facts import Fact
from schemas.rows import KINDS, Row
from schemas.view import read_event
from streams.decisions import shipped_rules
from streams.store import Store

START = 1_767_600_000_000
DAY = 86_400_000
MEMBERS, GROUPS, DAYS = 24, 3, 50

Values = list[tuple[bytes, bytes]]
"""Keys and changelog values."""


def rows() -> list[Row]:
    """Fifty days of three groups: talk, orders, refunds, sign-ins, tags by hand, and a wave of leaves in each half."""
    chance = random.Random(20260105)
    events: list[dict[str, Any]] = []
    for member in range(MEMBERS):
        events.append(event(chance.randrange(DAY), member, "join", "group.joined"))
    for number in range(700):
        at, member = chance.randrange(DAYS * DAY), chance.randrange(MEMBERS)
        dice = chance.random()
        if dice < 0.6:
            events.append(event(at, member, "chat", "message"))
        elif dice < 0.75:
            events.append(event(at, member, "checkin", "signin"))
        elif dice < 0.85:
            events.append(event(at, member, "order", "paid", order_id=f"o{number}", paid_fen=100 + number))
            if chance.random() < 0.3:
                back = {"order_id": f"o{number}", "refund_fen": 50}
                events.append(event(min(at + DAY, DAYS * DAY), member, "order", "refunded", **back))
        elif dice < 0.9:
            events.append(event(at, member, "join", "contact.added", staff_id="s1"))
        else:
            tag = {"manual_tag": {"key": "vip"}, "staff_id": "s1"}
            events.append(event(at, member, "join", chance.choice(["tag.set", "tag.cleared"]), **tag))
    for day, gone in ((20, range(0, 24, 3)), (45, range(1, 24, 3))):
        events += [
            event(day * DAY + 30_000 * n, member, "join", "group.left") for n, member in enumerate(gone)
        ]
    events.sort(key=lambda one: one["ts"])
    return [
        Row(
            KINDS.index(one["kind"]),
            offset,
            one["ts"],
            one["ts"],
            json.dumps({"event_id": f"e{offset}"} | one).encode(),
        )
        for offset, one in enumerate(events)
    ]


def event(after: int, member: int, kind: str, type_: str, **more: Any) -> dict[str, Any]:
    """An event of a member in its group."""
    who = {"member_id": f"m{member}", "group_id": f"g{member % GROUPS}"}
    return {"ts": START + after, "kind": kind, "type": type_} | who | more


class MembersAgent:
    """The members' decisions over a store."""

    def __init__(self) -> None:
        self.model = Members(MemberParams(), compile_rules(*shipped_rules()), Calendar("Asia/Shanghai"))
        self.store: Store[MemberState] = Store(snapshot, restore)

    def read(self, rows: Iterable[Row]) -> list[Fact]:
        """Changes that the rows tip."""
        told: list[Fact] = []
        for row in rows:
            seen = read_event(row.raw, row.ts)
            key = f"{seen.brand_id}\x1f{seen.member_id}".encode()
            state = self.store.get(key) or self.model.initial(seen.brand_id, seen.member_id or "")
            changes = self.model.fire_due(state, row.clock)
            if self.model.fold(state, seen, row.source, row.offset):
                changes += self.model.judge(state, max(row.ts, state.judged_at), "event", seen, row)
            told += [change.fact() for change in changes]
            self.store.put(key, state)
        return told

    def profiles(self, at: int) -> list[Fact]:
        """Profiles of all, as of `at`, with what fell due by then."""
        told: list[Fact] = []
        for key in sorted(self.store.all_keys()):
            state = self.store.get(key)
            assert state is not None
            self.model.fire_due(state, at)
            self.model.judge(state, at, "timer")
            told.append(self.model.profile(state, at).fact())
        return told


class GroupsAgent:
    """The groups' decisions over a store."""

    def __init__(self) -> None:
        self.model = Groups(GroupParams(), Calendar("Asia/Shanghai"))
        self.store: Store[GroupState] = Store(snapshot_group, restore_group)

    def read(self, rows: Iterable[Row]) -> list[Fact]:
        """Alerts and figures that the rows bring."""
        told: list[Fact] = []
        for row in rows:
            seen = read_event(row.raw, row.ts)
            if seen.group_id is None:
                continue
            key = f"{seen.brand_id}\x1f{seen.group_id}".encode()
            state = self.store.get(key) or self.model.initial(seen.brand_id, seen.group_id)
            told += self.model.fire_due(state, row.clock)
            told += self.model.fold(state, seen, row.source, row.offset)
            self.store.put(key, state)
        for key in sorted(self.store.all_keys()):
            state = self.store.get(key)
            assert state is not None
            told += [row.fact() for row in self.model.drain(state, state.latest)]
            self.store.put(key, state)
        return told
