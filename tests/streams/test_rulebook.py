"""What the API says of tags that a member does not have: from the stored events, by the rules in use."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from httpx import Client
from typer.testing import CliRunner

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from models.state import MemberState
from schemas.view import Event
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from sinks.http.api import build_api
from sinks.http.feed import FactFeed
from sinks.http.health import Board
from sinks.http.server import serving
from sinks.http.store import Row
from sinks.http.tables import TableStore
from streams import rulebook
from streams.cli import cli
from streams.rulebook import InUse
from tests.sinks.test_http_world import PROFILE

START = 1_767_600_000_000
HOUR = 3_600_000


def rules(version: int, orders: int) -> RuleSet:
    return compile_rules(
        f"""\
version: {version}
rules:
  - id: buyer
    name: {{zh: 常客, en: Regular}}
    class: c
    source: own
    when: {{feature: orders, at_least: {orders}}}
  - id: quiet
    name: {{zh: 沉默, en: Quiet}}
    class: c
    source: own
    when: {{feature: silent_days, at_least: 3}}
""",
        "own.yaml",
    )


def event(number: int, **fields: Any) -> dict[str, Any]:
    return {"event_id": f"e{number}", "ts": START + number * HOUR, "member_id": "m1", **fields}


EVENTS = (
    event(0, kind="chat", type="message", group_id="g"),
    event(1, kind="order", type="paid", order_id="o1", paid_fen=900),
    event(2, kind="order", type="paid", order_id="o2", paid_fen=900, member_id="m2"),
    event(3, kind="order", type="paid", order_id="o3", paid_fen=900),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    with closing(EmbeddedEngine(tmp_path / "store")) as opened:
        migrate(opened)
        rows = [(json.dumps(one).encode(), "t", 0, number, one["ts"]) for number, one in enumerate(EVENTS)]
        Writer(opened).write("events", "t", 0, 0, len(rows) - 1, rows)
        profile = {**PROFILE, "brand_id": "default", "member_id": "m1", "as_of": START + 2 * HOUR, "tags": []}
        Writer(opened).write("member_profiles", "p", 0, 0, 0, [(json.dumps(profile).encode(), "p", 0, 0)])
        yield opened


@pytest.fixture
def book(engine: EmbeddedEngine) -> InUse:
    return InUse(engine, MemberParams(), rules(1, 3), Calendar("Asia/Shanghai"))


def ahead(book: InUse, held: list[str], at: int) -> dict[str, list[Row]]:
    rows = asyncio.run(book.ahead("default", "m1", held, at))
    assert rows is not None
    return {row["tag"]: row["missing"] for row in rows}


def test_an_event_at_which_a_model_fails_is_left_aside(book: InUse, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Members.fold

    def fold(self: Members, state: MemberState, event: Event, source: int, offset: int) -> bool:
        applied = whole(self, state, event, source, offset)
        if event.event_id == "e1":
            raise ZeroDivisionError
        return applied

    monkeypatch.setattr(Members, "fold", fold)
    (orders,) = ahead(book, [], START + 3 * HOUR)["buyer"]
    assert orders["value"] == 1
    monkeypatch.setattr(rulebook, "ASIDE", 0)
    assert asyncio.run(book.ahead("default", "m1", [], START + 3 * HOUR)) is None


def test_only_what_happened_by_then_counts(book: InUse) -> None:
    (orders,) = ahead(book, [], START + 2 * HOUR)["buyer"]
    assert (orders["value"], orders["wanted"], orders["threshold"], orders["at"]) == (1, "at_least", 3, None)
    (orders,) = ahead(book, [], START + 4 * HOUR)["buyer"]
    assert orders["value"] == 2


def test_what_is_held_is_not_ahead(book: InUse) -> None:
    assert set(ahead(book, ["buyer"], START + 4 * HOUR)) == {"quiet"}


def test_newly_activated_rules_answer_at_once(book: InUse) -> None:
    book.use(rules(2, 5))
    assert ahead(book, [], START + 4 * HOUR)["buyer"][0]["threshold"] == 5
    assert book.names() == {"orders": ("净订单数", "net orders"), "silent_days": book.names()["silent_days"]}


def test_too_many_events_are_not_read(book: InUse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "EVENTS", 2)
    assert asyncio.run(book.ahead("default", "m1", [], START + 4 * HOUR)) is None
    assert asyncio.run(book.ahead("default", "m2", [], START + 4 * HOUR)) is not None


def test_the_command_tells_a_person(
    engine: EmbeddedEngine, book: InUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(build_api(TableStore(engine), FactFeed(), Board(), rules=book)) as url:
        with Client(base_url=url, timeout=10) as client:
            answer = client.get("/v1/members/m1/explain?lang=zh").json()
        monkeypatch.setenv("QUNPULSE_API_PORT", url.rsplit(":", 1)[1])
        told = CliRunner().invoke(cli, ["explain", "m1", "--lang", "en"])
        as_json = CliRunner().invoke(cli, ["explain", "m1", "--json"])
        nobody = CliRunner().invoke(cli, ["explain", "m9"])
    buyer, quiet = answer["ahead"]
    assert quiet["missing"][0]["at"] == "2026-01-07T16:00:00Z"
    assert buyer["sentence"] == "「常客」尚缺：净订单数不低于 3（现为 1）。"
    assert told.exit_code == 0, told.output
    assert "buyer: “Regular” would enter with net orders at least 3 (it is 1)." in told.output
    assert "which time alone brings at 2026-01-07 16:00:00 UTC" in told.output
    assert "Tags held\n  none" in told.output
    assert json.loads(as_json.output)["ahead"] == answer["ahead"]
    assert (nobody.exit_code, "404" in nobody.output) == (69, True)
