"""Events of a community, made from a seed: what the producers of a plant send.

Shares no code with the pipeline. Most events have just happened; some come late, by up to three weeks and, by the hour of
the day, never within two hours of the present one: what falls due a number of days later does not fall due while ledgers are
compared.
"""

import base64
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

WORDS = ("早上好", "请问还有货吗", "收到啦", "多少钱", "已下单", "谢谢群主", "ok", "哈哈哈 😀", 'say "hi"')

BAD: tuple[bytes, ...] = (
    b"not json",
    b'{"kind":"chat","event_id":"cut","type":"mess',
    b"\xff\xfe\x00",
    b"null",
    b"",
    b"   ",
    b"[]",
    b'"text"',
    b'{"event_id":"n","kind":"order","type":"paid","ts":"2026-01-05T09:00:00Z","member_id":"m","order_id":"o","paid_fen":NaN}',
    b'{"event_id":"d","kind":"chat","type":"message","ts":"2026-01-05T09:00:00Z","member_id":"m","x":' + b"[" * 2000 + b"}",
    b'{"event_id":"h","kind":"order","type":"paid","ts":"2026-01-05T09:00:00Z","member_id":"m","order_id":"o","paid_fen":'
    + b"9" * 400 + b"}",
    b'{"event_id":"k","event_id":7,"kind":"chat","type":"message","ts":"2026-01-05T09:00:00Z","member_id":"m"}',
    b'{"event_id":"t","kind":"chat","type":"message","ts":"yesterday","member_id":"m"}',
    b'{"event_id":"u","kind":"dance","type":"message","ts":"2026-01-05T09:00:00Z","member_id":"m"}',
    b'{"kind":"chat","type":"message","ts":"2026-01-05T09:00:00Z","member_id":"m"}',
)  # fmt: skip
"""Records that no worker can use; each must end as a dead letter with these very bytes."""

TOMBSTONE = None

NEAR = 12
"""Groups that one member is in and out of. Were it all of them, memberships would grow with the square of the crowd."""


@dataclass(frozen=True)
class Made:
    """A record to send: `good` ones must be applied once, the others must become dead letters."""

    kind: str
    raw: bytes | None
    good: bool
    event: dict[str, Any] = field(default_factory=dict)

    def entry(self) -> dict[str, Any]:
        """What the ledger keeps of it, besides where it went."""
        names = (
            "event_id",
            "brand_id",
            "member_id",
            "group_id",
            "type",
            "order_id",
            "paid_fen",
            "refund_fen",
        )
        return {"kind": self.kind, "good": self.good, **{name: self.event.get(name) for name in names}}


class Load:
    """`members` people in `groups` groups; every call of `some` goes on where the last one ended."""

    def __init__(
        self,
        seed: int,
        members: int = 120,
        groups: int = 6,
        bad: float = 0.0,
        repeats: float = 0.0,
        late: float = 0.1,
        orders: float = 0.2,
        leaves: float = 0.1,
    ) -> None:
        """`bad`, `repeats`, `late`, `orders` and `leaves` are shares: unusable records, events sent twice, events long past,
        orders, and, of what is none, departures."""
        self._emptying = groups
        """Of so many groups one is emptied: most who leave leave one of these."""
        self._random = random.Random(seed)
        self._members = members
        self._groups = groups
        self._bad = bad
        self._repeats = repeats
        self._late = late
        self._orders_share = orders
        self._leaves = leaves
        self._seed = seed
        self._count = 0
        self._orders: list[tuple[str, str, int]] = []
        self._recent: list[Made] = []

    def grow(self, members: int, groups: int, emptying: int) -> None:
        """From here on so many members and groups, and one in so many groups that most who leave leave."""
        self._members, self._groups, self._emptying = members, groups, emptying

    def some(self, count: int) -> Iterator[Made]:
        """The next `count` records."""
        for _ in range(count):
            dice = self._random.random()
            if dice < self._bad:
                yield self._unusable()
            elif dice < self._bad + self._repeats and self._recent:
                yield self._random.choice(self._recent)
            else:
                made = self._event()
                self._recent = [*self._recent[-20:], made]
                yield made

    def _unusable(self) -> Made:
        raw = self._random.choice((*BAD, TOMBSTONE))
        return Made(self._random.choice(("chat", "join", "order", "checkin")), raw, good=False)

    def _event(self) -> Made:
        self._count += 1
        number = int(self._members * self._random.random() ** 1.5)
        member = f"m{number:04d}"
        home = 37 * number if self._groups > NEAR else 0  # who says most is nobody's neighbour
        near = (home + self._random.randrange(min(NEAR, self._groups))) % self._groups
        event: dict[str, Any] = {
            "event_id": f"e{self._seed}-{self._count}",
            "ts": self._time(),
            "brand_id": "b2",
        }
        if self._random.random() < 0.7:
            del event["brand_id"]
        event |= self._what(member, near)
        raw = json.dumps(event, ensure_ascii=self._random.random() < 0.5).encode()
        return Made(event["kind"], raw, good=True, event={"brand_id": "default"} | event)

    def _time(self) -> int | str:
        at = time.time_ns() // 1_000_000 - self._random.randrange(2_000)
        if self._random.random() < self._late:
            at -= self._random.randrange(0, 21) * DAY_MS + int(self._random.uniform(2, 14) * HOUR_MS)
        if self._random.random() < 0.3:
            return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03d}Z"
        return at

    def _what(self, member: str, near: int) -> dict[str, Any]:
        if self._random.random() < self._orders_share:
            return self._order(member)
        dice, pick = self._random.random(), self._random.choice
        group, emptied = f"g{near}", f"g{near - near % self._emptying}"
        who = {"member_id": member, "group_id": group}
        if dice < 0.62:
            return {"kind": "chat", "type": "message", "text": pick(WORDS), **who}
        if dice < 0.72:
            return {"kind": "join", "type": "group.joined", **who}
        dice -= self._leaves  # whatever their share is, the shares behind them stay
        if dice < 0.72:  # mostly out of one group, so that alerts open
            gone = emptied if self._random.random() < 0.7 else group
            return {"kind": "join", "type": "group.left", "leave_reason": "self", **who, "group_id": gone}
        if dice < 0.74:
            return {"kind": "join", "type": "group.created", "group_id": group}
        if dice < 0.77:
            return {"kind": "chat", "type": "broadcast", "role": "staff", "staff_id": "s1", "group_id": group,
                    "broadcast_id": f"b{self._count}"}  # fmt: skip
        return {"kind": "checkin", "type": pick(("signin", "task", "lottery")), **who}

    def _order(self, member: str) -> dict[str, Any]:
        if self._orders and self._random.random() < 0.3:
            order, owner, paid = self._orders.pop(self._random.randrange(len(self._orders)))
            back = paid if self._random.random() < 0.5 else paid // 2
            return {
                "kind": "order",
                "type": "refunded",
                "order_id": order,
                "refund_fen": back,
                "member_id": owner,
            }
        order, paid = f"o{self._seed}-{self._count}", self._random.randrange(100, 100_000)
        if self._random.random() < 0.2:
            return {"kind": "order", "type": "placed", "order_id": order, "member_id": member}
        self._orders = [*self._orders[-60:], (order, member, paid)]
        return {"kind": "order", "type": "paid", "order_id": order, "paid_fen": paid, "member_id": member}


def printable(raw: bytes | None) -> str | None:
    """Bytes for a ledger of JSON lines."""
    return None if raw is None else base64.b64encode(raw).decode()
