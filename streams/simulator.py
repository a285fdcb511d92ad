"""A believable community: groups with rhythms of their own, night and day, buyers, and a group that empties.

Pure: a seed and the times asked for decide everything. The demo and the benchmarks use it; so do the tests.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DAY_MS = 86_400_000
HOUR_MS = 3_600_000

WORDS = (
    "早上好",
    "请问还有货吗",
    "收到啦",
    "这个好用",
    "多少钱",
    "已下单",
    "谢谢群主",
    "打卡",
    "周三福利几点",
    "哈哈哈",
)


def rhythm(hour: float) -> float:
    """Relative activity by hour of the local day: asleep at four, peaks at noon and at nine in the evening."""
    noon = math.exp(-(((hour - 12.5) / 2.5) ** 2))
    evening = math.exp(-(((hour - 21.0) / 2.0) ** 2))
    return 0.05 + 0.8 * noon + 1.0 * evening


@dataclass
class SimGroup:
    """A simulated group."""

    group_id: str
    members: list[str]
    liveliness: float
    emptying_at: int | None = None
    told: bool = False


@dataclass
class Simulator:
    """Yields events, oldest first. `speed` events a second over all groups."""

    seed: int
    groups: int = 40
    size: int = 60
    speed: float = 50.0
    emptying_after_ms: int | None = None
    _groups: list[SimGroup] = field(default_factory=list)
    _count: int = 0
    _orders: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def opening(self, at: int) -> Iterator[dict[str, Any]]:
        """Groups are created and people join, all at `at` (ms) and shortly before."""
        for number in range(self.groups):
            size = max(12, int(self._random.gauss(self.size, self.size / 4)))
            group = SimGroup(f"wr-{number:03d}", [], self._random.uniform(0.2, 2.0))
            self._groups.append(group)
            yield self._event(at, "join", "group.created", None, group, staff_id=f"guide-{number % 7}")
            for _ in range(size):
                yield self._join(at, group, f"wm-{self._random.randrange(self.groups * self.size):05d}")
        if self.emptying_after_ms is not None:
            biggest = max(self._groups, key=lambda group: len(group.members))
            biggest.emptying_at = at + self.emptying_after_ms

    def between(self, start: int, end: int, utc_offset_hours: float = 8.0) -> Iterator[dict[str, Any]]:
        """Events of the span from `start` to `end`, ms."""
        at = float(start)
        while True:
            hour = ((at / HOUR_MS) + utc_offset_hours) % 24
            at += self._random.expovariate(self.speed * (0.3 + rhythm(hour)) / 1000)
            if at >= end:
                return
            yield from self._leaving(int(at))
            yield from self._something(int(at))

    def _leaving(self, at: int) -> Iterator[dict[str, Any]]:
        for group in self._groups:
            if group.emptying_at is None or at < group.emptying_at or len(group.members) < 10:
                continue
            if not group.told:
                group.told = True
                yield self._event(
                    at, "chat", "broadcast", None, group, role="staff", staff_id="guide-0", broadcast_id="b-1"
                )
            elif self._random.random() < 0.25:
                member = group.members.pop(self._random.randrange(len(group.members)))
                yield self._event(at, "join", "group.left", member, group, leave_reason="self")

    def _something(self, at: int) -> Iterator[dict[str, Any]]:
        group = self._random.choices(
            self._groups, [g.liveliness * (len(g.members) + 1) for g in self._groups]
        )[0]
        if not group.members:
            return
        # a few talk a lot and most are silent: the square of a uniform number picks low places more often
        member = group.members[int(len(group.members) * self._random.random() ** 2)]
        dice = self._random.random()
        if dice < 0.78:
            yield self._event(
                at, "chat", "message", member, group, msg_type="text", text=self._random.choice(WORDS)
            )
        elif dice < 0.88:
            yield self._event(at, "checkin", "signin", member, group)
        elif dice < 0.95:
            yield from self._shopping(at, member, group)
        elif dice < 0.98:
            yield self._join(
                at, group, f"wm-{self._random.randrange(self.groups * self.size * 2):05d}", "scanned"
            )
        else:
            group.members.remove(member)
            yield self._event(at, "join", "group.left", member, group, leave_reason="self")

    def _shopping(self, at: int, member: str, group: SimGroup) -> Iterator[dict[str, Any]]:
        if self._orders and self._random.random() < 0.05:
            who, order, paid = self._orders.pop(self._random.randrange(len(self._orders)))
            yield self._event(at, "order", "refunded", who, group, order_id=order, refund_fen=paid)
            return
        order, paid = f"o-{self.seed}-{self._count}", int(self._random.lognormvariate(8.3, 0.7))
        self._orders.append((member, order, paid))
        yield self._event(at, "order", "paid", member, group, order_id=order, paid_fen=paid)

    def _join(self, at: int, group: SimGroup, member: str, method: str = "invited") -> dict[str, Any]:
        if member not in group.members:
            group.members.append(member)
        how = "self_scan" if method == "scanned" else "invited"
        return self._event(at, "join", "group.joined", member, group, join_method=how)

    def _event(
        self, at: int, kind: str, type_: str, member: str | None, group: SimGroup, **more: Any
    ) -> dict[str, Any]:
        self._count += 1
        event: dict[str, Any] = {
            "event_id": f"sim-{self.seed}-{self._count}", "kind": kind, "type": type_, "ts": at, "group_id": group.group_id,
        }  # fmt: skip
        if member is not None:
            event["member_id"] = member
        return event | more


def encode(event: dict[str, Any]) -> bytes:
    """An event as it goes on the wire."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
