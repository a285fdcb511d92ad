"""The world that the tests of the API ask about: rows as the facts have them, served on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from httpx import Client

from sinks.http import Board, FactFeed, MemoryStore, Tokens, build_api, serving
from sinks.metrics import Metrics

AT = 1_767_603_600_000
"""2026-01-05T09:00:00Z, ms."""

PROFILE = {
    "brand_id": "default",
    "version": 1,
    "as_of": AT,
    "first_seen": AT,
    "last_seen": AT,
    "activity_score": 12.5,
    "activity": "active",
    "activity_freq": "high",
    "stage": "growth",
    "r_days": None,
    "f": 0,
    "m_fen": 0,
    "orders": 0,
    "revenue_fen": -100,
    "last_paid_at": None,
    "streak_days": 1,
    "longest_streak_days": 1,
    "checkin_days": 1,
    "p_alive": 0.9,
    "churn": "none",
    "churn_risk": 0.1,
    "groups": 1,
    "tags": ["activity.high"],
    "next_at": AT + 1000,
}
CHANGE = {
    "brand_id": "default",
    "member_id": "m1",
    "tag": "activity.high",
    "name_zh": "高活跃",
    "name_en": "Highly active",
    "change": "entered",
    "at": AT,
    "cause": "event",
    "rule_version": 2**60,
    "source": "topic 0:0:7",
    "event_id": "e1",
    "evidence": {"score": 12.5, "score at_least": 10},
    "next_at": AT + 86_400_000,
}
STATS = {
    "brand_id": "default",
    "group_id": "g1",
    "version": 1,
    "as_of": AT,
    "window_start": AT,
    "window_seconds": 300,
    "part": 0,
    "members": 200,
    "joins": 2,
    "leaves": 1,
    "left_self": 1,
    "kicked": 0,
    "banned": 0,
    "planned": 0,
    "messages": 30,
    "speakers": 10,
    "active_rate": 0.05,
}
ALERT = {
    "alert_id": "a1",
    "brand_id": "default",
    "group_id": "g1",
    "kind": "churn_spike",
    "state": "opened",
    "version": 1,
    "severity": "critical",
    "opened_at": AT,
    "closed_at": None,
    "as_of": AT,
    "window_seconds": 600,
    "observed": 12,
    "expected": 0.4,
    "p_value": 1e-9,
    "members": 200,
    "evidence": {"leavers": ["m1"]},
    "text_zh": "群 g1 退群激增",
    "text_en": "Group g1: members leave",
    "member_id": "",
    "tag": "",
}


class World:
    """An API with all that is behind it. `now` is the clock of its health."""

    def __init__(self) -> None:
        self.client = Client()
        self.store = MemoryStore()
        self.now = AT / 1000 + 60
        self.board = Board(lambda: self.now)
        self.metrics = Metrics()
        self.feed = FactFeed()

    def get(self, path: str, status: int = 200) -> Any:
        response = self.client.get(path)
        assert response.status_code == status, response.text
        if status >= 400 and not path.startswith("/readyz"):
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["status"] == status
        return response.json()


@contextmanager
def opened(token: str | Tokens | None = None, rate: float = 0) -> Iterator[World]:
    """A world whose API is served on loopback."""
    world = World()
    app = build_api(
        world.store,
        world.feed,
        world.board,
        token if isinstance(token, Tokens) else Tokens(token),
        rate=rate,
        metrics=world.metrics,
        heartbeat_seconds=0.2,
    )
    with serving(app) as url, Client(base_url=url, timeout=10) as client:
        world.client = client
        yield world
        world.feed.close()


def test_a_world_answers() -> None:
    with opened() as world:
        assert world.get("/healthz") == {"status": "ok"}
