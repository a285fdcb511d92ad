"""What a simulated brand has on for its community: announced at the start, and some of those who act take part.

Pure, as `streams.simulator`: a seed and the events among which it happens decide everything.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS

PART = 0.12
"""How many of those who talk or sign in then take part in something."""

GROUPBUY_SIZE = 3

Told = dict[str, Any]


@dataclass
class Activities:
    """A quiz, a contest of likes, a flash sale, a live stream, group purchases, a course, a test of two wordings, invitations."""

    seed: int
    _count: int = 0
    _likes: dict[str, int] = field(default_factory=dict)
    _together: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._parts: tuple[tuple[Callable[[Told], Iterator[Told]], int], ...] = (
            (self._quiz, 3),
            (self._like, 4),
            (self._flash, 4),
            (self._live, 4),
            (self._buy_together, 3),
            (self._lesson, 3),
            (self._wording, 4),
            (self._invite, 2),
        )

    def announcements(self, at: int) -> Iterator[Told]:
        """All that is on, told at `at`, ms: some of it ends within minutes, so that its end can be watched."""
        soon = {"opens_at": at, "closes_at": at + MINUTE_MS}
        live = {"opens_at": at + 20 * SECOND_MS, "closes_at": at + 80 * SECOND_MS}
        for told in (
            {"activity_id": "quiz", "activity_type": "quiz", "scene": "activity", **soon},
            {"activity_id": "likes", "activity_type": "like_collect", "scene": "activity", "goal": 38, **soon},
            {"activity_id": "flash", "activity_type": "flash", "scene": "conversion", "campaign_id": "flash",
             "sku": "sku-tea", "stock": 100},
            {"activity_id": "live", "activity_type": "live", "live_id": "live", "scene": "conversion", **live},
            {"activity_id": "course", "activity_type": "course", "scene": "retention"},
            {"activity_id": "wording", "campaign_id": "wording", "scene": "conversion", "variants": ["plain", "warm"]},
            {"activity_id": "invite", "activity_type": "invite", "campaign_id": "invite", "scene": "fission"},
        ):  # fmt: skip
            base = {
                "kind": "checkin",
                "type": "activity.announced",
                "ts": at,
                "role": "staff",
                "staff_id": "guide-0",
            }
            yield self._numbered(base | told)

    def among(self, events: Iterable[Told]) -> Iterator[Told]:
        """The events, and behind some of them what their members do in an activity at the same time."""
        for event in events:
            yield event
            if event["type"] in ("message", "signin") and self._random.random() < PART:
                part = self._random.choices(*zip(*self._parts, strict=True))[0]
                yield from part({name: event[name] for name in ("ts", "member_id", "group_id")})

    def _quiz(self, who: Told) -> Iterator[Told]:
        yield self._act(who, "quiz", activity_id="quiz", is_correct=self._random.random() < 0.6)

    def _like(self, who: Told) -> Iterator[Told]:
        likes = self._likes.get(who["member_id"], 0) + self._random.randrange(5, 30)
        self._likes[who["member_id"]] = likes
        yield self._act(who, "like_collect", activity_id="likes", likes=likes)

    def _flash(self, who: Told) -> Iterator[Told]:
        sale = {"campaign_id": "flash", "promo": [{"type": "flash", "id": "flash"}]}
        yield self._order(who, "visited", **sale)
        if self._random.random() < 0.6:
            yield from self._bought(who, "sku-tea", 990, **sale)

    def _live(self, who: Told) -> Iterator[Told]:
        yield self._order(who, "visited", live_id="live")
        if self._random.random() < 0.3:
            yield self._act(who, "lottery", live_id="live", activity_id="live")
        if self._random.random() < 0.3:
            yield from self._bought(who, "sku-cup", 2990, live_id="live", attributed_group_id=who["group_id"])

    def _buy_together(self, who: Told) -> Iterator[Told]:
        groupbuy = {"groupbuy_id": f"gb-{self._together // GROUPBUY_SIZE}", "groupbuy_size": GROUPBUY_SIZE}
        self._together += 1
        yield from self._bought(who, "sku-pot", 5990, **groupbuy)

    def _lesson(self, who: Told) -> Iterator[Told]:
        lesson = {"activity_id": "course", "lesson_id": f"lesson-{self._random.randrange(1, 4)}"}
        yield self._act(who, "enroll", **lesson)
        if self._random.random() < 0.7:
            yield self._act(who, "attend", **lesson)

    def _wording(self, who: Told) -> Iterator[Told]:
        arm = self._random.choice(("plain", "warm"))
        told = {"campaign_id": "wording", "variant": arm}
        yield self._numbered({"kind": "chat", "type": "push_delivered", **who, **told})
        if self._random.random() < {"plain": 0.2, "warm": 0.4}[arm]:
            yield from self._bought(who, "sku-tea", 1990, **told)

    def _invite(self, who: Told) -> Iterator[Told]:
        campaign = {"campaign_id": "invite"}
        yield self._numbered({"kind": "join", "type": "invite.sent", **who, **campaign})
        if self._random.random() < 0.6:
            came = who | {"member_id": f"friend-{self.seed}-{self._count}", "inviter_id": who["member_id"]}
            yield self._numbered(
                {"kind": "join", "type": "group.joined", "join_method": "invited", **came, **campaign}
            )

    def _bought(self, who: Told, sku: str, fen: int, **more: Any) -> Iterator[Told]:
        order = {
            "order_id": f"oa-{self.seed}-{self._count}",
            "lines": [{"sku": sku, "qty": 1, "unit_fen": fen}],
        } | more
        yield self._order(who, "placed", **order)
        yield self._order(who, "paid", paid_fen=fen, **order)

    def _act(self, who: Told, type_: str, **more: Any) -> Told:
        return self._numbered({"kind": "checkin", "type": type_, **who, **more})

    def _order(self, who: Told, type_: str, **more: Any) -> Told:
        return self._numbered({"kind": "order", "type": type_, **who, **more})

    def _numbered(self, event: Told) -> Told:
        self._count += 1
        return {"event_id": f"act-{self.seed}-{self._count}"} | event
