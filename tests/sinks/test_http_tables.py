"""The store in memory and the tables answer alike, from the same facts."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from sinks.base import Engine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.http import MemoryStore, Row, Store, StoreUnavailable
from sinks.http.answers import Alert, Change, DeadLetterLine, Member, Window
from sinks.http.explain import change
from sinks.http.sources import alert
from sinks.http.tables import TableStore
from tests.sinks.test_http_tokens import LETTER
from tests.sinks.test_http_world import ALERT, AT, CHANGE, PROFILE, STATS

LATE = {
    "members": 0,
    "joins": 1,
    "left_self": 0,
    "leaves": 0,
    "messages": 2,
    "speakers": 0,
    "active_rate": 0.0,
}
NASTY = "g'\n\\{x:String}\"#/群"

FACTS: dict[str, list[Row]] = {
    "member_profiles": [
        {**PROFILE, "member_id": "m1", "stage": "intro"},
        {**PROFILE, "member_id": "m1", "version": 2, "tags": ["activity.high", "silent"], "next_at": None},
        {**PROFILE, "member_id": "m2", "stage": "lost"},
        {**PROFILE, "member_id": "m3", "brand_id": "b2"},
    ],
    "tag_changes": [
        {**CHANGE, "tag": "silent", "name_zh": "沉默", "name_en": "Silent", "at": AT - 9},
        {**CHANGE, "tag": "silent", "name_zh": "沉默", "name_en": "Silent", "at": AT - 7, "change": "left"},
        {**CHANGE, "tag": "flap", "at": AT - 5, "change": "entered", "source": None, "event_id": None},
        {**CHANGE, "tag": "flap", "at": AT - 5, "change": "left", "next_at": None},
        CHANGE,
        {**CHANGE, "member_id": "m2"},
        {**CHANGE, "brand_id": "b2"},
    ],
    "group_stats": [
        {**STATS, "window_start": AT - 300_000, "members": 150},
        STATS,
        {**STATS, "version": 2, "joins": 7},
        {**STATS, **LATE, "part": 2**33},
        {**STATS, **LATE, "part": 5, "window_start": AT + 300_000},
        {**STATS, "group_id": NASTY, "members": 500, "window_start": AT - 4_000_000},
        {**STATS, **LATE, "group_id": "late only", "part": 7},
        {**STATS, "brand_id": "b2"},
    ],
    "alerts": [
        ALERT,
        {**ALERT, "alert_id": "a2", "opened_at": AT + 1, "group_id": NASTY},
        {**ALERT, "alert_id": "a1", "version": 2, "state": "closed", "closed_at": AT + 5},
        {**ALERT, "alert_id": "a3", "brand_id": "b2"},
        {**ALERT, "alert_id": "a4", "brand_id": "b3", "group_id": "", "member_id": NASTY, "tag": "lost"},
        {**ALERT, "alert_id": "a5", "brand_id": "b3", "group_id": "", "member_id": "m2", "tag": "lost"},
    ],
    "dead_letters": [
        {**LETTER, "offset": number, "reason": reason, "failed_at": AT + number}
        for number, reason in enumerate(("not_json", "bad_time", "not_json"))
    ],
}


def in_tables(engine: Engine) -> TableStore:
    migrate(engine)
    for table, facts in FACTS.items():
        rows = [(written(fact), table, 0, number) for number, fact in enumerate(facts)]
        Writer(engine, "test").write(table, table, 0, 0, len(rows) - 1, rows)
    return TableStore(engine)


def in_memory() -> MemoryStore:
    store = MemoryStore()
    store.profiles += FACTS["member_profiles"]
    store.changes += FACTS["tag_changes"]
    store.stats += FACTS["group_stats"]
    store.alert_rows += FACTS["alerts"]
    store.letters += FACTS["dead_letters"]
    return store


def written(fact: Row) -> str:
    """A fact as its topic has it; evidence is an object there and text in the table."""
    return json.dumps({name: value for name, value in fact.items() if value is not None}, ensure_ascii=False)


def ask(answer: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(answer)


def members(store: Store) -> None:
    row = ask(store.member("default", "m1"))
    told = Member.model_validate({**row, "judged_at": row["as_of"], "as_of": None, "behind_seconds": None})
    assert (told.stage, told.tags, told.next_at) == ("growth", ["activity.high", "silent"], None)
    assert told.judged_at.timestamp() * 1000 == AT
    assert ask(store.member("default", "m3")) is None
    assert ask(store.member("b2", "m3")) is not None


def the_last_change_of_each_tag(store: Store) -> None:
    rows = ask(store.member_changes("default", "m1"))
    told: list[Change] = [change(row, "zh") for row in rows]
    assert [(one.tag, row["change"]) for one, row in zip(told, rows, strict=True)] == [
        ("activity.high", "entered"),
        ("flap", "left"),
        ("silent", "left"),
    ]
    assert told[0].evidence == {"score": 12.5, "score at_least": 10}
    assert told[0].rule_version == str(2**60)
    assert told[1].next_at is None
    assert ask(store.member_changes("default", "nobody")) == []


def tags_of_a_member_at_a_time(store: Store) -> None:
    def held(at: int) -> list[tuple[str, int]]:
        return [(row["tag"], row["at"]) for row in ask(store.tags_at("default", "m1", at))]

    assert held(AT) == [("activity.high", AT)]
    assert held(AT - 6) == []
    assert held(AT - 8) == [("silent", AT - 9)]
    assert held(AT - 10) == []
    (row,) = ask(store.tags_at("default", "m1", AT))
    assert change(row, "en").evidence == {"score": 12.5, "score at_least": 10}


def members_of_a_tag_at_a_time(store: Store) -> None:
    def held(tag: str, at: int, after: str = "", limit: int = 10) -> list[tuple[str, int]]:
        rows = ask(store.holders_at("default", tag, at, after, limit))
        return [(row["member_id"], row["since"]) for row in rows]

    assert held("activity.high", AT) == [("m1", AT), ("m2", AT)]
    assert held("activity.high", AT, limit=1) == [("m1", AT)]
    assert held("activity.high", AT, after="m1") == [("m2", AT)]
    assert held("activity.high", AT - 1) == []
    assert held("silent", AT - 8) == [("m1", AT - 9)]
    assert held("silent", AT) == [] == held("nothing", AT)


def windows_of_a_group(store: Store) -> None:
    rows = [Window.model_validate(row) for row in ask(store.group("default", "g1", 10))]
    assert [(row.members, row.joins, row.messages, row.speakers) for row in rows] == [
        (None, 1, 2, 0),
        (200, 8, 32, 10),
        (150, 2, 30, 10),
    ]
    assert len(ask(store.group("default", "g1", 1))) == 1
    assert ask(store.group("default", "nothing", 10)) == []


def alerts(store: Store) -> None:
    for group_id, open_only, limit, found in (
        (None, False, 10, ["a2", "a1"]),
        (None, False, 1, ["a2"]),
        (None, True, 10, ["a2"]),
        ("g1", False, 10, ["a1"]),
        ("g1", True, 10, []),
        (NASTY, True, 10, ["a2"]),
    ):
        told: list[Alert] = [alert(row) for row in ask(store.alerts("default", group_id, open_only, limit))]
        assert [one.alert_id for one in told] == found
    (row,) = ask(store.alerts("b3", None, True, 10, NASTY))
    assert (row["alert_id"], alert(row).member_id, alert(row).tag) == ("a4", NASTY, "lost")


def counts(store: Store) -> None:
    assert ask(store.stages("default")) == {"growth": 1, "lost": 1}
    assert ask(store.tags("default", 10)) == [
        {"tag": "activity.high", "name_zh": "高活跃", "name_en": "Highly active", "members": 2},
        {"tag": "silent", "name_zh": "沉默", "name_en": "Silent", "members": 1},
    ]
    assert len(ask(store.tags("default", 1))) == 1
    assert ask(store.stages("nobody")) == {}


def groups_by_size(store: Store) -> None:
    rows = ask(store.groups("default", 10))
    assert [(row["group_id"], row["members"], row["window_start"]) for row in rows] == [
        (NASTY, 500, AT - 4_000_000),
        ("g1", 200, AT + 300_000),
        ("late only", None, AT),
    ]
    assert [row["active_rate"] for row in rows] == [0.05, 0.05, 0.0]
    assert len(ask(store.groups("default", 1))) == 1


def sums_since(store: Store) -> None:
    sums = ask(store.since("default", ["g1", NASTY, "nothing"], AT - 300_000))
    assert {group: (row["joins"], row["leaves"], row["messages"]) for group, row in sums.items()} == {
        "g1": (11, 2, 64)
    }
    assert set(ask(store.since("default", [NASTY], AT - 4_000_000))) == {NASTY}


def the_last_dead_letters(store: Store) -> None:
    for reason, limit, found in (
        (None, 10, [2, 1, 0]),
        (None, 1, [2]),
        ("not_json", 10, [2, 0]),
        ("empty", 10, []),
    ):
        rows = [DeadLetterLine.model_validate(row) for row in ask(store.dead_letters(reason, limit))]
        assert [row.offset for row in rows] == found


CHECKS = (
    the_last_dead_letters,
    members,
    the_last_change_of_each_tag,
    tags_of_a_member_at_a_time,
    members_of_a_tag_at_a_time,
    windows_of_a_group,
    alerts,
    counts,
    groups_by_size,
    sums_since,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_store_in_memory(check: Callable[[Store], None]) -> None:
    check(in_memory())


def test_the_store_of_tables(engine: Engine) -> None:
    store = in_tables(engine)
    for check in CHECKS:
        check(store)


def test_missing_tables_are_a_store_that_cannot_answer(engine: Engine) -> None:
    questions: list[Callable[[], Coroutine[Any, Any, Any]]] = [
        lambda: TableStore(engine).stages("default"),
        lambda: TableStore(engine).member("default", "m1"),
    ]
    for question in questions:
        with pytest.raises(StoreUnavailable):
            ask(question())
