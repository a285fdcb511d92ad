"""Tags of views against the embedded store: what is told, once, whatever fails in between; and every shipped one by example."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka.errors import KafkaError

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from schemas.events import parse_event
from schemas.member_views import MEMBER_VIEWS
from schemas.view import read_event
from schemas.written import written_json
from sinks.base import Engine
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.tables import TABLES
from sinks.clickhouse.views import VIEWS
from sinks.clickhouse.writer import Writer
from sinks.errors import SinkUnavailable
from sinks.metrics import Metrics
from streams.compare import compare
from streams.decisions import shipped_rules
from streams.view_tags import ViewTags
from tests.sinks.story import START, event, tell
from tests.sinks.test_clickhouse_read import alert, write

EXAMPLES = yaml.safe_load((Path(__file__).parent / "examples" / "views.yaml").read_text("utf-8"))
FULL = compile_rules(*shipped_rules("full"))
RULES = """
version: {version}
rules:
  - {{id: t, name: {{zh: 甲, en: A}}, class: c, source: own, view: inviters, by_hand: {by_hand},
     when: {{column: invitees_90, at_least: {least}}}{until}}}
"""
FIRST = int(START.timestamp() * 1000)
DAY = 86_400_000
BROUGHT = [
    event(1, "group.joined", "x", inviter_id="a", join_method="invited", group_id="g"),
    event(1, "group.joined", "y", inviter_id="a", join_method="invited", group_id="g"),
    event(1, "message", "a"),
    event(1, "message", "b"),
]
"""Member a brought two."""


def rules(version: int = 1, least: int = 1, by_hand: str = "outranks", until: str = "") -> RuleSet:
    return compile_rules(RULES.format(version=version, least=least, by_hand=by_hand, until=until), "r.yaml")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    pytest.importorskip("chdb")
    with closing(EmbeddedEngine(tmp_path_factory.mktemp("store"))) as engine:
        migrate(engine, zone="Asia/Shanghai")
        yield engine


@pytest.fixture
def store(opened: Engine) -> Iterator[Engine]:
    yield opened
    for table in TABLES:
        opened.execute(f"TRUNCATE TABLE {opened.database}.{table}")


class World:
    """A store, workers that take what is told, and what was told."""

    def __init__(self, store: Engine, used: RuleSet) -> None:
        self.store, self.now = store, FIRST
        self.members = Members(MemberParams(), used, Calendar("Asia/Shanghai"))
        self.states: dict[str, Any] = {}
        self.told: list[dict[str, Any]] = []
        self.changes: list[Any] = []
        self.metrics = Metrics()
        self.failing: Exception | None = None
        self.seen = 0
        self.tags = self.process(used)

    def process(self, used: RuleSet, most: int = 100) -> ViewTags:
        """One more process that asks."""
        return ViewTags(self.store, used, self, most, clock=lambda: self.now, metrics=self.metrics)

    async def tell(self, events: list[dict[str, Any]]) -> None:
        if self.failing is not None:
            raise self.failing
        self.told += events

    def ask(self, day: float, tags: ViewTags | None = None) -> int | None:
        self.now = FIRST + int(day * DAY)
        return asyncio.run((tags or self.tags).round())

    def take(self, *events: dict[str, Any]) -> None:
        """Events go through the contract and the model, and into the store with the profiles."""
        for one in events:
            raw = json.dumps(one).encode()
            accepted = parse_event(raw, one["ts"])
            if accepted.member_id is None:
                continue
            state = self.states.setdefault(
                accepted.member_id, self.members.initial(accepted.brand_id, accepted.member_id)
            )
            seen = read_event(raw, accepted.ts)
            self.seen += 1
            self.members.fold(state, seen, 0, self.seen)
            self.changes += self.members.judge(state, accepted.ts, "event", seen)
        if events:
            tell(self.store, *events)
        profiles = [written_json(self.members.profile(one, one.judged_at)) for one in self.states.values()]
        rows = [(raw, "p", 0, self.seen * 1000 + number) for number, raw in enumerate(profiles)]
        Writer(self.store).write("member_profiles", "p", 0, rows[0][3], rows[-1][3], rows)

    def turn(self, day: float) -> None:
        """Ask, and let the workers take what is told."""
        before = len(self.told)
        self.ask(day)
        if self.told[before:]:
            self.take(*self.told[before:])

    def holders(self, tag: str) -> list[str]:
        found = [
            name for name, one in self.states.items() if tag in self.members.profile(one, one.judged_at).tags
        ]
        return sorted(found)


def given(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events of an example, one for each of its members."""
    found = []
    for one in events:
        fields = {name: value for name, value in one.items() if name not in ("at", "type", "members")}
        found += [event(one["at"], one["type"], member, **fields) for member in one["members"]]
    return found


def health(store: Engine, version: int, alerts: list[dict[str, Any]]) -> None:
    """Alerts of the health of groups, as the groups agent tells them."""
    for one in alerts:
        fields = {"kind": "group_health", "group_id": one["group_id"], "version": version}
        closed = FIRST + int(one["closed"] * DAY) if "closed" in one else None
        told = alert(f"a-{one['group_id']}", FIRST + int(one["at"] * DAY), **fields, closed_at=closed)
        write(store, "alerts", told | {"evidence": {"diagnosis": one["diagnosis"]}})


@pytest.mark.parametrize("example", EXAMPLES, ids=[one["tag"] for one in EXAMPLES])
def test_a_shipped_tag_of_a_view(store: Engine, example: dict[str, Any]) -> None:
    asked_for = tuple(one for one in FULL.views if one.tag == example.get("via", example["tag"]))
    read_by = tuple(one for one in FULL.rules if one.tag == example["tag"])
    world = World(store, RuleSet(FULL.version, FULL.parents, read_by, views=asked_for))
    for version, part in enumerate(("", "_then"), 1):
        asked = example.get(f"asked{part}")
        if asked is not None:
            world.take(*given(example["then" if part else "events"]))
            health(store, version, example.get(f"alerts{part}", []))
            world.turn(asked["at"])
            assert world.holders(example["tag"]) == asked["holders"], asked


def test_every_shipped_tag_of_a_view_has_an_example() -> None:
    assert {one.tag for one in FULL.views} <= {one["tag"] for one in EXAMPLES}


def test_what_a_view_says_is_told_once_with_its_values(store: Engine) -> None:
    world = World(store, rules())
    world.take(*BROUGHT)
    assert (world.ask(2), world.ask(2.001)) == (1, 0)
    (told,) = world.told
    assert (told["type"], told["member_id"], told["ts"]) == ("tag.set", "a", FIRST + 2 * DAY)
    world.take(told)
    assert (world.holders("t"), world.ask(2.1)) == (["a"], 0)
    change = world.changes[-1]
    assert (change.cause, change.change, change.event_id) == ("manual", "entered", told["event_id"])
    assert (change.name_zh, change.name_en) == ("甲", "A")
    assert change.evidence == {"inviters.invitees_90": 2, "inviters.invitees_90 at_least": 1}
    found = compare(store, "Asia/Shanghai", RULES.format(version=1, least=1, by_hand="yields", until=""))
    assert {one.name: (one.members, one.differ) for one in found.values}["t"] == (4, 0)
    text = world.metrics.text().decode()
    assert 'qunpulse_view_changes_total{change="entered",tag="t"} 1.0' in text
    assert 'qunpulse_view_rounds_total{outcome="done"} 3.0' in text


def test_columns_that_rules_may_name_are_those_of_the_views() -> None:
    kinds = {
        "number": r"U?Int\d+|Float64",
        "word": "String",
        "flag": "UInt8",
        "time": r"DateTime64\(3, 'UTC'\)",
    }
    for name, view in MEMBER_VIEWS.items():
        there = VIEWS[name].columns
        assert all(there[column] == "String" for column in view.members)
        for column, one in view.columns.items():
            bare = re.sub(r"^(Nullable|LowCardinality)\((.*)\)$", r"\2", there[column])
            assert re.fullmatch(kinds[one.sort], bare), f"{name}.{column}"


def test_two_processes_and_one_that_died_say_the_same_event(store: Engine) -> None:
    world = World(store, rules())
    world.take(*BROUGHT)
    for process in (world.tags, world.process(rules()), world.process(rules())):
        world.ask(2, process)
    assert len(world.told) == 3
    assert len({one["event_id"] for one in world.told}) == 1
    world.take(*world.told)
    assert [change.tag for change in world.changes].count("t") == 1
    assert world.ask(3) == 0


def test_a_store_or_a_broker_that_is_away_is_asked_again(
    store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(store, rules())
    world.take(*BROUGHT)
    world.failing = KafkaError("away")
    assert (world.ask(2), world.ask(2)) == (None, None)
    world.failing = SinkUnavailable("away")
    assert world.ask(2) is None
    world.failing = None
    assert (world.ask(2), len(world.told)) == (1, 1)
    assert 'qunpulse_view_rounds_total{outcome="failed"} 3.0' in world.metrics.text().decode()


def test_a_round_is_bounded_and_the_rest_comes_next(store: Engine) -> None:
    world = World(store, rules())
    names = [f"a{number}" for number in range(5)]
    came = {"join_method": "invited", "group_id": "g"}
    world.take(*(event(1, "group.joined", f"of {name}", inviter_id=name, **came) for name in names))
    world.take(*(event(1, "message", name) for name in names))
    tags = world.process(rules(), most=2)
    assert [world.ask(2, tags) for _ in range(4)] == [2, 2, 1, 0]
    assert sorted(one["member_id"] for one in world.told) == names


@pytest.mark.parametrize(
    ("by_hand", "after_hand", "after_change"), [("outranks", [], []), ("yields", [], ["a"])]
)
def test_a_person_outranks_or_yields(
    store: Engine, by_hand: str, after_hand: list[str], after_change: list[str]
) -> None:
    """A person clears the tag; later the view ceases to hold, and holds again."""
    used = rules(by_hand=by_hand)
    world = World(store, used)
    world.take(*BROUGHT)
    world.turn(2)
    world.take(event(3, "tag.cleared", "a", manual_tag={"key": "t"}))
    world.turn(4)
    assert world.holders("t") == after_hand
    world.take(event(95, "message", "b"))
    world.turn(95.1)
    world.take(event(96, "group.joined", "z", inviter_id="a", join_method="invited", group_id="g"))
    world.turn(97)
    assert world.holders("t") == after_change


def test_a_person_gives_a_tag_back_to_the_view(store: Engine) -> None:
    world = World(store, rules())
    world.take(*BROUGHT)
    world.take(
        event(1.5, "tag.set", "b", manual_tag={"key": "t"}),
        event(1.5, "tag.cleared", "a", manual_tag={"key": "t"}),
    )
    world.turn(2)
    assert world.holders("t") == ["b"]
    world.take(event(3, "tag.cleared", "a", manual_tag={"key": "t", "told_by": "view"}))
    world.turn(4)
    assert world.holders("t") == ["a", "b"]


def test_a_second_threshold_keeps_what_is_held(store: Engine) -> None:
    until = ", until: {column: invitees_90, below: 2}"
    world = World(store, rules(least=3, until=until))
    world.take(*BROUGHT)
    world.turn(2)
    assert world.holders("t") == []
    world.take(event(60, "group.joined", "z", inviter_id="a", join_method="invited", group_id="g"))
    world.turn(61)
    assert world.holders("t") == ["a"]
    world.take(
        event(80, "group.joined", "w", inviter_id="a", join_method="invited", group_id="g"),
        event(95, "message", "b"),
    )
    world.turn(96)
    assert world.holders("t") == ["a"]
    world.take(event(155, "message", "b"))
    world.turn(156)
    assert world.holders("t") == []
    evidence = world.changes[-1].evidence
    assert evidence == {"inviters.invitees_90": 1, "inviters.invitees_90 below": 2}


def test_a_tag_that_the_rules_no_longer_name_is_taken_back(store: Engine) -> None:
    world = World(store, rules())
    world.take(*BROUGHT, event(1, "tag.set", "b", manual_tag={"key": "by_person"}))
    world.turn(2)
    world.tags.use(compile_rules("version: 2\nrules: []", "r.yaml"))
    world.turn(3)
    assert (world.holders("t"), world.holders("by_person")) == ([], ["b"])
    world.tags.use(rules(version=1))
    world.turn(4)
    assert world.holders("t") == []


def test_who_is_not_known_any_more_is_not_spoken_of(store: Engine) -> None:
    world = World(store, rules())
    world.take(*BROUGHT[:2])
    assert world.ask(2) == 0
