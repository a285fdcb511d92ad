"""What the API answers, over a store in memory."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from sinks.http import StoreUnavailable
from sinks.http.explain import findings
from tests.sinks.test_http_world import ALERT, AT, CHANGE, PROFILE, STATS, World, opened


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as made:
        yield made


@pytest.mark.parametrize(
    "member_id", ["m1", "#css", "a/b", "a/explain", "explain", "微信 用户", "%2F", "a?b=c", "."]
)
def test_a_member_is_found_whatever_its_id(world: World, member_id: str) -> None:
    world.store.profiles.append({**PROFILE, "member_id": member_id})
    world.store.changes.append({**CHANGE, "member_id": member_id})
    path = f"/v1/members/{quote(member_id, safe='').replace('.', '%2E')}"
    assert world.get(path)["member_id"] == member_id
    why = world.get(f"{path}/explain")
    assert (why["member_id"], [tag["tag"] for tag in why["tags"]]) == (member_id, ["activity.high"])


def test_a_slash_in_an_id_may_stand_as_it_is(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "a/b"})
    assert world.get("/v1/members/a/b")["member_id"] == "a/b"
    assert world.get("/v1/members/a/b/explain")["tags"] == []


def test_the_past_is_answered_by_effective_time(world: World) -> None:
    world.store.changes += [CHANGE, {**CHANGE, "change": "left", "at": AT + 1000}]
    then = world.get("/v1/members/m1/tags?at=2026-01-05T17:00:00.5%2B08:00&lang=en")
    assert [(tag["tag"], tag["since"]) for tag in then["tags"]] == [("activity.high", "2026-01-05T09:00:00Z")]
    assert then["tags"][0]["sentence"]
    assert world.get("/v1/members/m1/tags")["tags"] == []
    path = "/v1/tags/activity.high/members"
    held = world.get(f"{path}?at=2026-01-05T09:00:00Z&limit=1")
    assert (held["members"], held["after"]) == ([{"member_id": "m1", "since": "2026-01-05T09:00:00Z"}], "m1")
    assert world.get(f"{path}?at=2026-01-05T09:00:00Z&after=m1")["members"] == []
    assert world.get(path)["members"] == []
    world.get(f"{path}?at=2026-01-05T09:00:00", 422)


def test_members_of_two_brands_are_two_members(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "m1"})
    world.store.profiles.append({**PROFILE, "member_id": "m1", "brand_id": "b2", "stage": "lost"})
    assert world.get("/v1/members/m1")["stage"] == "growth"
    assert world.get("/v1/members/m1?brand_id=b2")["stage"] == "lost"
    world.get("/v1/members/m1?brand_id=b3", 404)


def test_an_unknown_member_is_a_clear_problem(world: World) -> None:
    assert world.get("/v1/members/nobody", 404)["detail"] == "no member 'nobody' in brand 'default'"
    world.get("/v1/members/nobody/explain", 404)
    world.get("/v1/groups/nothing", 404)
    world.get("/v1/nothing", 404)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/members/" + "m" * 129,
        "/v1/members/",
        "/v1/members/%FF",
        "/v1/members/m1?brand_id=",
        "/v1/members/m1/explain?lang=fr",
        "/v1/groups/" + "g" * 129,
        "/v1/groups/g1?limit=1001",
        "/v1/alerts?limit=1001",
        "/v1/alerts?limit=0",
        "/v1/alerts?group_id=" + "g" * 129,
        "/v1/overview?limit=201",
        "/v1/stream?kinds=tag-change,nonsense",
    ],
)
def test_what_is_out_of_bounds_is_refused(world: World, path: str) -> None:
    world.get(path, 422)


def test_longest_id_is_counted_in_characters(world: World) -> None:
    member_id = "群" * 128
    world.store.profiles.append({**PROFILE, "member_id": member_id})
    assert world.get(f"/v1/members/{quote(member_id)}")["member_id"] == member_id


def test_freshness_is_unknown_until_it_is_known(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "m1"})
    world.store.stats.append(STATS)
    paths = ["/v1/members/m1", "/v1/members/m1/explain", "/v1/groups/g1", "/v1/alerts", "/v1/overview"]
    for path in paths:
        answer = world.get(path)
        assert (answer["as_of"], answer["behind_seconds"]) == (None, None), path
    assert world.get("/v1/groups/g1")["hour"] is None
    assert world.get("/v1/overview")["events_per_second"] is None
    world.board.reached(AT / 1000)
    for path in paths:
        answer = world.get(path)
        assert (answer["as_of"], answer["behind_seconds"]) == ("2026-01-05T09:00:00Z", 60.0), path


def test_a_member_answer_keeps_unknown_apart_from_zero(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "m1"})
    answer = world.get("/v1/members/m1")
    assert (answer["r_days"], answer["last_paid_at"], answer["orders"]) == (None, None, 0)
    assert (answer["judged_at"], answer["next_at"]) == ("2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z")
    assert answer["revenue_fen"] == -100


def test_explain_shows_the_last_change_of_each_tag(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "m1"})
    world.store.changes += [
        CHANGE,
        {**CHANGE, "tag": "silent", "at": AT - 5},
        {**CHANGE, "tag": "silent", "change": "left", "cause": "timer", "event_id": "", "next_at": None},
    ]
    why = world.get("/v1/members/m1/explain")
    (held,), (left,) = why["tags"], why["left"]
    assert held["rule_version"] == str(2**60)
    assert held["evidence"] == {"score": 12.5, "score at_least": 10}
    assert (held["event_id"], held["since"]) == ("e1", "2026-01-05T09:00:00Z")
    assert held["next_at"] == "2026-01-06T09:00:00Z"
    assert held["sentence"] is None
    assert (left["tag"], left["event_id"], left["next_at"]) == ("silent", None, None)


def test_explain_speaks_two_languages(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "m1"})
    world.store.changes.append(CHANGE)
    (zh,) = world.get("/v1/members/m1/explain?lang=zh")["tags"]
    (en,) = world.get("/v1/members/m1/explain?lang=en")["tags"]
    assert zh["sentence"].startswith("「高活跃」自 2026-01-05 09:00:00 UTC 起成立，由事件 e1 触发")
    assert "若无新事件，将于 2026-01-06 09:00:00 UTC 再次变化" in zh["sentence"]
    assert en["sentence"].startswith(
        "“Highly active” has held since 2026-01-05 09:00:00 UTC, tipped by event e1"
    )
    assert "Because score = 12.5 (at least 10)." in en["sentence"]
    assert "依据：score = 12.5 (不低于 10)。" in zh["sentence"]


def test_evidence_is_told_with_its_thresholds() -> None:
    evidence = {
        "r_days": None,
        "r_days at_least": 30,
        "stage": "lost",
        "stage in": "lost|decline",
        "noted": True,
    }
    assert findings(evidence, "en") == [
        "r_days = unknown (at least 30)",
        "stage = lost (in lost|decline)",
        "noted = True",
    ]
    assert findings({"score": 0.0, "score below": 5.5, "score above": 1}, "zh") == [
        "score = 0 (低于 5.5, 高于 1)"
    ]
    assert findings({}, "zh") == []


def test_what_time_tipped_is_said_to_be_time(world: World) -> None:
    world.store.profiles.append({**PROFILE, "member_id": "m1"})
    world.store.changes.append({**CHANGE, "cause": "timer", "event_id": None, "source": None})
    (held,) = world.get("/v1/members/m1/explain?lang=en")["tags"]
    assert "tipped by the passing of time" in held["sentence"]


def test_a_group_adds_up_the_parts_of_a_window(world: World) -> None:
    world.board.reached(AT / 1000 + 3600)
    late = {"part": 9, "members": 0, "joins": 1, "leaves": 0, "left_self": 0, "messages": 1, "speakers": 0}
    old = {"window_start": AT - 300_000, "members": 180}
    world.store.stats += [{**STATS, **old}, STATS, {**STATS, "version": 2, "joins": 3}, {**STATS, **late}]
    answer = world.get("/v1/groups/g1")
    assert answer["members"] == 200
    assert [(row["joins"], row["messages"], row["members"]) for row in answer["windows"]] == [
        (4, 31, 200),
        (2, 30, 180),
    ]
    assert answer["hour"] == {"joins": 4, "leaves": 1, "messages": 31}
    assert len(world.get("/v1/groups/g1?limit=1")["windows"]) == 1


def test_the_size_of_a_group_is_unknown_when_only_late_events_came(world: World) -> None:
    world.store.stats.append({**STATS, "part": 3, "members": 0})
    assert world.get("/v1/groups/g1")["members"] is None


def test_alerts_can_be_asked_for_by_group_and_state(world: World) -> None:
    closed = {
        **ALERT,
        "alert_id": "a2",
        "group_id": "#g/2",
        "state": "closed",
        "closed_at": AT + 1,
        "opened_at": AT + 1,
    }
    world.store.alert_rows += [ALERT, closed]
    every = world.get("/v1/alerts")["alerts"]
    assert [one["alert_id"] for one in every] == ["a2", "a1"]
    assert [one["alert_id"] for one in world.get("/v1/alerts?open=true")["alerts"]] == ["a1"]
    assert [one["alert_id"] for one in world.get("/v1/alerts?group_id=%23g%2F2")["alerts"]] == ["a2"]
    assert [one["alert_id"] for one in world.get("/v1/alerts?limit=1")["alerts"]] == ["a2"]
    assert every[1]["evidence"] == {"leavers": ["m1"]}
    world.store.alert_rows.append(
        {**ALERT, "alert_id": "a3", "group_id": "", "member_id": "m1", "tag": "lost"}
    )
    (one,) = world.get("/v1/alerts?member_id=m1")["alerts"]
    assert (one["alert_id"], one["member_id"], one["tag"], one["group_id"]) == ("a3", "m1", "lost", "")


def test_the_overview_counts(world: World) -> None:
    world.board.reached(AT / 1000)
    world.board.stored(120)
    world.now += 30
    for number in range(3):
        stage = "growth" if number else "lost"
        world.store.profiles.append({**PROFILE, "member_id": f"m{number}", "stage": stage})
    world.store.changes.append(CHANGE)
    world.store.stats.append(STATS)
    world.store.alert_rows += [ALERT, {**ALERT, "alert_id": "a2", "closed_at": AT + 1}]
    answer = world.get("/v1/overview")
    assert (answer["members"], answer["stages"]) == (3, {"growth": 2, "lost": 1})
    assert answer["tags"] == [
        {"tag": "activity.high", "name_zh": "高活跃", "name_en": "Highly active", "members": 3}
    ]
    assert answer["groups"][0]["hour"] == {"joins": 2, "leaves": 1, "messages": 30}
    assert [one["alert_id"] for one in answer["open_alerts"]] == ["a1"]
    assert [one["alert_id"] for one in answer["closed_alerts"]] == ["a2"]
    assert answer["events_per_second"] == pytest.approx(4.0)


def test_a_store_that_is_down_is_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: object) -> None:
        raise StoreUnavailable("connection refused")

    monkeypatch.setattr(world.store, "member", down)
    response = world.client.get("/v1/members/m1")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "connection refused" in response.json()["detail"]


def test_readiness_names_its_checks(world: World) -> None:
    assert world.get("/healthz") == {"status": "ok"}
    assert world.get("/readyz", 503) == {"ready": False, "checks": {}}
    world.board.check("clickhouse", True)
    world.board.check("kafka", False, "no broker answers")
    answer = world.get("/readyz", 503)
    assert answer["checks"]["kafka"] == {"ok": False, "detail": "no broker answers"}
    world.board.check("kafka", True)
    assert world.get("/readyz")["ready"] is True


def test_metrics_are_prometheus_text(world: World) -> None:
    world.metrics.events_consumed.labels(topic="qunpulse.chat").inc(3)
    response = world.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'qunpulse_events_consumed_total{topic="qunpulse.chat"} 3.0' in response.text


def test_openapi_describes_every_answer(world: World) -> None:
    document = world.get("/openapi.json")
    assert {"/v1/members/{member_id}", "/v1/members/{member_id}/explain", "/v1/groups/{group_id}"} < set(
        document["paths"]
    )
    for path, operations in document["paths"].items():
        for operation in operations.values():
            content = operation["responses"]["200"].get("content", {})
            typed = [media for media in content.values() if "$ref" in media.get("schema", {})]
            assert typed or path in {"/v1/stream", "/metrics"}, path
            if path.startswith("/v1/"):
                assert "404" in operation["responses"], path
                assert operation["security"] == [{"HTTPBearer": []}], path
