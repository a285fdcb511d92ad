"""Workload W: events of a community in the wire contract, and what a plain count of them gives.

70 % chat messages, 10 % joins, 10 % payments, 10 % check-ins; 20,000 members (zipf 0.8), 200 groups, event time
increasing over 30 days per 200,000 events, some 200 B of JSON each. A seed decides everything but the last event's
time: that is the last midnight, UTC, so that a worker on the wall clock meets a backlog and not an archive.
"""

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from streams.outbox import partition_of

DAY_MS = 86_400_000
MEMBERS = 20_000
GROUPS = 200
ZIPF = 0.8
EVENT_MS = 30 * DAY_MS // 200_000
"""Event time between two events."""

HALF_LIFE_MS = 7 * DAY_MS
HIGH, MID = 12.0, 4.0

_WORDS = ("morning", "thanks", "how much is it", "ordered just now", "in stock?", "got it", "see you at nine",
          "is the blue one back", "signed in", "welcome", "what a day", "shipped yet?")  # fmt: skip

State = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """One event: its bytes, and what routing and checking need of it."""

    raw: bytes
    kind: str
    member: str
    group: str
    ts: int
    fen: int

    @property
    def key(self) -> bytes:
        """Key of its record."""
        return f"default\x1f{self.member}".encode()

    def partition(self, partitions: int) -> int:
        """Partition that its key decides."""
        return partition_of(self.key, partitions)


def make(count: int, seed: int, last: int) -> list[Made]:
    """`count` events, oldest first, the latest at `last` (ms)."""
    rng = random.Random(seed)
    cumulative = list(accumulate(1 / rank**ZIPF for rank in range(1, MEMBERS + 1)))
    members = rng.choices(range(MEMBERS), cum_weights=cumulative, k=count)
    first = last - (count - 1) * EVENT_MS
    return [
        _one(rng, number, f"m{member:05d}", first + number * EVENT_MS)
        for number, member in enumerate(members)
    ]


def _one(rng: random.Random, number: int, member: str, ts: int) -> Made:
    group = f"g{rng.randrange(GROUPS):03d}"
    dice, fen = rng.random(), 0
    event: dict[str, Any]
    if dice < 0.7:
        kind, words = "chat", rng.choices(_WORDS, k=5)
        event = {"type": "message", "text": ", ".join(words)}
    elif dice < 0.8:
        kind, event = (
            "join",
            {"type": "group.joined", "join_method": "self_scan", "qr_id": f"qr-{rng.randrange(50):04d}"},
        )
    elif dice < 0.9:
        kind, fen = "order", rng.randrange(100, 50_000)
        event = {"type": "paid", "order_id": f"o{number:08d}", "paid_fen": fen, "platform": "miniapp"}
    else:
        kind, event = "checkin", {"type": "signin", "activity_id": f"a{rng.randrange(20):03d}"}
    envelope = {"event_id": f"e{number:010d}", "kind": kind, "ts": ts, "member_id": member, "group_id": group}
    return Made(json.dumps(envelope | event).encode(), kind, member, group, ts, fen)


def fresh() -> State:
    """A member's state in plain Faust."""
    return {"chat": 0, "join": 0, "order": 0, "checkin": 0, "score": 0.0, "recency": 0, "frequency": 0,
            "monetary": 0, "last_seen": 0, "tag": "low"}  # fmt: skip


def update(state: State, kind: str, ts: int, fen: int) -> bool:
    """Fold an event into a member's state, in place; whether its tag changed."""
    state[kind] += 1
    state["score"] = state["score"] * 2.0 ** ((state["last_seen"] - ts) / HALF_LIFE_MS) + 1.0
    state["last_seen"] = ts
    if kind == "order":
        state["recency"] = ts
        state["frequency"] += 1
        state["monetary"] += fen
    tag = "high" if state["score"] >= HIGH else "mid" if state["score"] >= MID else "low"
    changed = bool(tag != state["tag"])
    state["tag"] = tag
    return changed


@dataclass
class Expected:
    """A plain count of events, to verify what a system says of them."""

    messages: int = 0
    revenue: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    times: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, events: list[Made]) -> "Expected":
        """Count `events`."""
        expected = cls()
        for event in events:
            expected.messages += event.kind == "chat"
            expected.revenue[event.member] += event.fen
            expected.times[event.member].append((event.kind, event.ts))
        return expected

    def wrong(self, member: str, state: State) -> str | None:
        """What is wrong with a member's final state in plain Faust, found without `update`."""
        times = self.times[member]
        last = times[-1][1]
        score = sum(2.0 ** ((ts - last) / HALF_LIFE_MS) for _, ts in times)
        truth = {kind: sum(one == kind for one, _ in times) for kind in ("chat", "join", "order", "checkin")}
        truth |= {"frequency": truth["order"], "monetary": self.revenue[member], "last_seen": last}
        for name, value in truth.items():
            if state[name] != value:
                return f"{member}: {name} is {state[name]}, counted {value}"
        if abs(state["score"] - score) > 1e-6:
            return f"{member}: score is {state['score']}, counted {score}"
        return None
