"""Profiles and tags equal their recomputation in SQL, with refunds, late events and tags by hand; a difference is told."""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest
from typer.testing import CliRunner

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import compile_rules
from models.service import Service
from schemas.events import parse_event
from schemas.rows import Row
from schemas.view import read_event
from schemas.written import written_json
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from streams.cli import cli
from streams.compare import compare
from streams.decisions import shipped_rules
from streams.recompute.query import query
from streams.reference import MembersReference
from tests.streams.histories import DAY, DAYS, START, Event, events

ZONE = "Asia/Shanghai"
RULES = shipped_rules("full")
PARTITIONS = 3
"""Of the input: a member's events in different groups come by different partitions, as producers key them by group."""


def fill(
    engine: EmbeddedEngine,
    history: list[Event],
    rules: tuple[str, str] = RULES,
    partitions: int = PARTITIONS,
    params: MemberParams | None = None,
) -> set[str]:
    """Store events, and the profiles that the reference model comes to; tags that somebody holds at some time."""
    reference = MembersReference(
        Members(params or MemberParams(), compile_rules(*rules), Calendar(ZONE), tell_features=True)
    )
    clock, rows = 0, []
    ends = [0] * partitions
    for raw in (json.dumps(event).encode() for event in history):
        accepted = parse_event(raw, START + 2 * DAYS * DAY)
        clock = max(clock, accepted.ts)
        partition = crc32((accepted.group_id or accepted.member_id or "").encode()) % partitions
        offset, ends[partition] = ends[partition], ends[partition] + 1
        reference.apply(Row(partition, offset, clock, accepted.ts, raw), read_event(raw, accepted.ts), clock)
        rows.append((raw, "t", partition, offset, accepted.ts))
    reference.settle(max(clock, START + DAYS * DAY + DAY // 2))
    profiles = [written_json(reference.profile(key)) for key in reference.states]
    migrate(engine)
    Writer(engine).write("events", "t", 0, 0, len(rows) - 1, rows)
    facts = [(raw, "p", 0, number) for number, raw in enumerate(profiles)]
    Writer(engine).write("member_profiles", "p", 0, 0, len(facts) - 1, facts)
    return {change.tag for change in reference.changes}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    with closing(EmbeddedEngine(tmp_path / "store")) as engine:
        yield engine


def test_stream_equals_batch(store: EmbeddedEngine) -> None:
    tagged = fill(store, events(seed=5, members=120, count=6000))
    whole = compare(store, ZONE, RULES[0])
    assert {one.name: (one.differ, one.examples) for one in whole.values if one.differ} == {}
    compiled = compile_rules(*RULES)
    tags, read = (
        {rule.tag for rule in compiled.rules},
        {one.id for rule in compiled.rules for one in rule.features},
    )
    by_name = {one.name: one for one in whole.values}
    assert (whole.left_out, tags - by_name.keys()) == ([], set())
    assert len(tags - tagged) < 7, tags - tagged
    assert read - {"refunds", "silence"} <= by_name.keys() | {"refunds"}
    left_open = by_name.pop("social.many_groups")
    assert left_open.members >= 110
    assert min(one.members for one in by_name.values()) >= 118
    in_parts = compare(store, ZONE, RULES[0], pages=2)
    assert {one.name: (one.members, one.differ) for one in in_parts.values} == {
        one.name: (one.members, 0) for one in whole.values
    }


@pytest.mark.parametrize(("days_ago", "held"), [(7, True), (8, False)])
def test_a_grace_begins_when_the_group_was_left(store: EmbeddedEngine, days_ago: int, held: bool) -> None:
    end = START + DAYS * DAY + DAY // 2

    def event(number: int, kind: str, type_: str, days: int, group: str) -> Event:
        return {
            "event_id": f"e{number}", "kind": kind, "type": type_, "member_id": "m", "group_id": group,
            "ts": end - days * DAY + number * 60_000,
        }  # fmt: skip

    history = [
        event(1, "join", "group.joined", 12, "a"),
        event(2, "join", "group.joined", 12, "b"),
        event(3, "join", "group.left", days_ago, "b"),
        event(4, "chat", "message", 1, "c"),
    ]
    entered = fill(store, history, partitions=1)
    found = {one.name: one for one in compare(store, ZONE, RULES[0]).values}["social.many_groups"]
    assert "social.many_groups" in entered
    assert (found.members, found.differ, found.examples) == (1, 0, [])
    assert ("social.many_groups" in _tags_of(store)) is held


@pytest.mark.parametrize(("spoke_days_ago", "settled"), [(1, 0), (8, 1)])
def test_a_grace_is_open_while_another_partition_may_have_been_ahead(
    store: EmbeddedEngine, spoke_days_ago: int, settled: int
) -> None:
    end = START + DAYS * DAY + DAY // 2
    days = {"group.joined": 12, "group.left": 9, "message": spoke_days_ago}
    moves = [("group.joined", "a"), ("group.joined", "b"), ("group.left", "b"), ("message", "a")]
    assert crc32(b"a") % PARTITIONS != crc32(b"b") % PARTITIONS
    fill(store, [
        {"event_id": f"e{number}", "kind": "chat" if type_ == "message" else "join", "type": type_, "member_id": "m",
         "group_id": group, "ts": end - days[type_] * DAY + number * 60_000}
        for number, (type_, group) in enumerate(moves)
    ])  # fmt: skip
    found = {one.name: one for one in compare(store, ZONE, RULES[0]).values}["social.many_groups"]
    assert (found.members, found.differ) == (settled, 0)


def _tags_of(store: EmbeddedEngine) -> list[str]:
    (row,) = store.query("SELECT tags FROM qunpulse.member_profiles FINAL", {})
    return list(row["tags"])


def test_a_rule_that_judgement_decides_is_left_out() -> None:
    text = """
version: 1
rules:
  - {id: a, name: {zh: a, en: a}, class: c, source: own, minimum_stay: 3d, when: {feature: orders, at_least: 1}}
  - {id: b, name: {zh: b, en: b}, class: c, source: own, when: {count: task, at_least: 9}, until: {count: task, below: 2}}
  - {id: c, name: {zh: c, en: c}, class: c, source: own,
     when: {not: {any: [{tag: d}, {count: intent, word: "it's", days: 3, above: 1}]}}}
  - {id: d, name: {zh: d, en: d}, class: c, source: own, when: {days_since: card_order, at_most: 3}}
"""
    compile_rules(text, "test")
    compiled = query(text, MemberParams(), "qunpulse")[1]
    assert compiled.left_out == ["a", "b"]
    assert list(compiled.tags) == ["d", "c"]


APART = """
version: 1
rules:
  - {id: often, name: {zh: a, en: a}, class: c, source: own,
     when: {top: topic, days: 30, least: 5, with_share: 0.5, known: true}}
  - {id: once, name: {zh: b, en: b}, class: c, source: own, when: {top: topic, days: 30, least: 1, known: true}}
  - {id: some, name: {zh: c, en: c}, class: c, source: own,
     when: {share: message, of: [message, signin], days: 30, least: 12, above: 0.5}}
  - {id: any, name: {zh: d, en: d}, class: c, source: own,
     when: {share: message, of: [message, signin], days: 30, above: 0.5}}
  - {id: alone, name: {zh: e, en: e}, class: c, source: own, when: {top: topic, days: 7, least: 3, known: true}}
"""


SURFACES = """
version: 1
rules:
  - {id: surfaces, name: {zh: a, en: a}, class: c, source: own, when: {feature: drawn_out, at_least: 1}}
"""


def test_watchers_who_surface_are_recomputed(store: EmbeddedEngine) -> None:
    rng, history = random.Random(3), list[Event]()
    kinds = {
        "message": "chat",
        "red_packet_claimed": "chat",
        "claim": "checkin",
        "points_grant": "checkin",
        "paid": "order",
    }

    def add(member: int, type_: str, at: int, **fields: object) -> None:
        history.append({"event_id": f"e{len(history)}", "kind": kinds.get(type_, "join"), "type": type_, "ts": at,
                        "member_id": f"m{member}", "group_id": "a", **fields})  # fmt: skip

    for member in range(60):
        first = START + (DAYS - 20 - rng.randrange(50)) * DAY
        add(member, "group.joined", first)
        days = [rng.randrange(60) for _ in range(3)]
        for _ in range(rng.randrange(2, 9)):
            at = first + rng.choice(days) * DAY + rng.choice([0, rng.randrange(2 * DAY)])
            type_ = rng.choice(sorted(kinds))
            if at < START + DAYS * DAY:
                add(
                    member,
                    type_,
                    at,
                    order_id=f"{at}",
                    paid_fen=1,
                    reward={"type": rng.choice(["coupon", "points"])},
                )
    fill(store, history, (SURFACES, "surfaces"))
    found = {one.name: one for one in compare(store, ZONE, SURFACES).values}
    assert (found["drawn_out"].members, found["drawn_out"].examples) == (60, [])
    tagged = store.query("SELECT countIf(has(tags, 'surfaces')) AS n FROM qunpulse.member_profiles FINAL", {})
    assert tagged[0]["n"] >= 3


WAITS = """
version: 1
rules:
  - {id: waits, name: {zh: a, en: a}, class: c, source: own, when: {feature: complaint_waits, is: true}}
"""


def test_complaints_that_wait_for_staff_are_recomputed(store: EmbeddedEngine) -> None:
    """Profiles are of 4:00, in the middle of the hours of service."""
    rng, end = random.Random(4), START + DAYS * DAY + DAY // 2
    params = MemberParams(service=Service(answer_within=2 * 3_600_000, from_hour=2, until_hour=6))
    edges = [0, 1, DAY - 1, DAY, DAY // 12 - 1, DAY // 12]
    history: list[Event] = [
        {
            "event_id": f"e{number}", "kind": "chat", "type": type_, "member_id": f"m{number % 150}",
            "ts": end - (rng.choice(edges) if rng.random() < 0.6 else rng.randrange(DAY * 5 // 4)),
            "intent": rng.choice([["客诉", "提问"], ["赞美"]]), "role": rng.choice(["customer", "customer", "bot", "staff"]),
        } | ({"staff_id": "s"} if type_ == "staff_message" else {} if rng.random() < 0.8 else {"group_id": "a"})
        for number in range(450) for type_ in [rng.choice(["message", "message", "staff_message"])]
    ]  # fmt: skip
    assert fill(store, history, (WAITS, "waits"), params=params) == {"waits"}
    found = {one.name: one for one in compare(store, ZONE, WAITS, params).values}
    assert (found["complaint_waits"].members, found["complaint_waits"].examples) == (150, [])
    assert found["waits"].differ == 0
    tagged = store.query("SELECT countIf(has(tags, 'waits')) AS n FROM qunpulse.member_profiles FINAL", {})
    assert 15 <= tagged[0]["n"] <= 135


def test_features_that_differ_in_least_or_share_are_told_apart(store: EmbeddedEngine) -> None:
    entered = fill(store, events(seed=5, members=60, count=3000), (APART, "apart"))
    found = {one.name: one for one in compare(store, ZONE, APART).values}
    assert {"once", "some", "any"} <= entered
    assert {name for name in found if name.startswith(("share(", "top("))} == {
        "share(message/message+signin,30d,least=1)",
        "share(message/message+signin,30d,least=12)",
        "top(topic,30d,least=1,with_share=0.0)",
        "top(topic,30d,least=5,with_share=0.5)",
        "top(topic,7d)",
    }
    assert {one.name: one.examples for one in found.values() if one.differ} == {}
    assert found["some"].members >= 55


LADDER = """
version: 1
points: {order: {each: 3, unit_fen: 100, per_unit: 1}, signin: 5, valid_days: 90}
levels:
  growth: {per_yuan: 1, signin: 40}
  window_days: 60
  period_days: 40
  grace_days: %s
  steps: [{level: low, from: 30}, {level: "it's", from: 250, points_percent: 150}, {level: top, from: 900, points_percent: 333}]
vip: {groups: [vip, a]}
rules:
  - {id: apart, name: {zh: a, en: a}, class: c, source: own, family: f, when: {feature: level, is: "it's"}}
  - {id: any, name: {zh: b, en: b}, class: c, source: own, family: f, when: {feature: level_rank, at_least: 1}}
  - {id: grace, name: {zh: c, en: c}, class: c, source: own, when: {feature: level_in_grace, is: true}}
  - {id: dated, name: {zh: d, en: d}, class: c, source: own, when: {feature: level_until, known: true}}
  - {id: once, name: {zh: e, en: e}, class: c, source: own, when: {feature: level_highest, at_least: 3}}
  - {id: rich, name: {zh: f, en: f}, class: c, source: own, when: {feature: points_by_rules, at_least: 900}}
  - {id: left, name: {zh: g, en: g}, class: c, source: own, when: {feature: points_left, at_least: 100}}
  - {id: out, name: {zh: h, en: h}, class: c, source: own, when: {feature: vip_state, is: out}}
"""


@pytest.mark.parametrize("grace", [15, 0])
def test_levels_that_rise_and_fall_are_recomputed_with_the_points_they_multiply(
    store: EmbeddedEngine, grace: int
) -> None:
    text = LADDER % grace
    entered = fill(store, events(seed=7, members=40, count=1600), (text, "ladder"))
    whole = compare(store, ZONE, text)
    assert [(one.name, one.examples) for one in whole.values if one.differ] == []
    assert whole.left_out == []
    assert {one.id for rule in compile_rules(text, "ladder").rules for one in rule.features} <= {
        one.name for one in whole.values
    }
    own = {rule.tag for rule in compile_rules(text, "ladder").rules}
    assert own - entered == (set() if grace else {"grace"})


@pytest.mark.parametrize("name", ["default", "frequent", "goods", "knowledge", "live", "seldom"])
def test_no_shipped_tag_is_left_out(name: str) -> None:
    text, origin = shipped_rules(name)
    compiled = query(text, MemberParams(), "qunpulse")[1]
    assert compiled.left_out == []
    assert set(compiled.tags) == compile_rules(text, origin).names.keys()


def test_a_difference_is_named_and_ends_with_1(store: EmbeddedEngine, tmp_path: Path) -> None:
    fill(store, events(seed=5, members=20, count=600))
    more = {
        "event_id": "late",
        "kind": "order",
        "type": "paid",
        "order_id": "new",
        "paid_fen": 10**6,
        "member_id": "m1",
        "ts": START,
    }
    Writer(store).write("events", "t", 0, 9999, 9999, [(json.dumps(more).encode(), "t", 0, 9999, START)])
    by_name = {one.name: one for one in compare(store, ZONE, RULES[0]).values}
    found = [
        by_name[name].differ
        for name in ("revenue_fen", "orders", "spend.high", "days_since(visited)", "groups")
    ]
    assert found == [1, 1, 1, 0, 0]
    assert by_name["revenue_fen"].examples[0]["member_id"] == "m1"
    store.close()
    textfile = tmp_path / "compare.prom"
    done = CliRunner().invoke(
        cli,
        ["compare", "--textfile", str(textfile), "--json"],
        env={"QUNPULSE_CLICKHOUSE": f"chdb://{tmp_path / 'store'}", "QUNPULSE_RULES": "full"},
    )
    assert done.exit_code == 1, done.output
    assert 'qunpulse_compare_differ{value="revenue_fen"} 1' in textfile.read_text()


def test_a_store_without_profiles_is_no_success(store: EmbeddedEngine, tmp_path: Path) -> None:
    migrate(store)
    store.close()
    done = CliRunner().invoke(cli, ["compare"], env={"QUNPULSE_CLICKHOUSE": f"chdb://{tmp_path / 'store'}"})
    assert done.exit_code == 1
    assert "nothing was compared: the store holds no member's profile yet" in done.output
