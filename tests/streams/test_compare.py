"""Profiles and tags equal their recomputation in SQL, with refunds, late events and tags by hand; a difference is told."""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import compile_rules
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
from streams.reference import MembersReference

ZONE = "Asia/Shanghai"
START = 1_767_600_000_000
DAY = 86_400_000
LENGTH = 420 * DAY


def events(seed: int, members: int, count: int) -> list[dict[str, Any]]:
    """Events of four hundred days, in an order of arrival that is not that of their times."""
    rng = random.Random(seed)
    found: list[dict[str, Any]] = []
    for number in range(count):
        at = START + rng.randrange(LENGTH)
        event: dict[str, Any] = {
            "event_id": f"e{number}",
            "ts": at,
            "member_id": f"m{rng.randrange(members)}",
        }
        event["role"] = rng.choice(["customer"] * 9 + ["staff"])
        dice = rng.random()
        order = f"o{rng.randrange(count // 4)}"
        if dice < 0.3:
            event |= {"kind": "chat", "type": "message", "group_id": "g1"}
        elif dice < 0.45:
            type_ = rng.choice(["group.joined", "group.left", "group.kicked"])
            event |= {"kind": "join", "type": type_, "group_id": rng.choice("ab")}
        elif dice < 0.65:
            event |= {"kind": "order", "type": "paid", "order_id": order, "paid_fen": rng.randrange(0, 900)}
            event["member_id"] = f"m{int(order[1:]) % members}"
            if int(order[1:]) % 7 == 0:
                event["parent_order_id"] = f"p{event['member_id']}"
        elif dice < 0.75:
            event |= {
                "kind": "order",
                "type": "refunded",
                "order_id": order,
                "refund_fen": rng.randrange(0, 900),
            }
            event["member_id"] = f"m{int(order[1:]) % members}"
            event["refund_type"] = rng.choice(["full", "partial", "cashback"])
            event["paid_ts_orig"] = at - rng.randrange(30 * DAY)
        elif dice < 0.9:
            event |= {"kind": "checkin", "type": "signin"}
            if number % 11 == 0:
                event["local_day"] = "2026-03-01"
        else:
            key = rng.choice(["vip", "value.buyer", "habit.streak_7"])
            event |= {
                "kind": "join",
                "type": rng.choice(["tag.set", "tag.set", "tag.cleared"]),
                "manual_tag": {"key": key},
            }
        found.append(event)
    for member in range(0, members, 2):
        for day in range(member % 9):
            found.append(
                {"event_id": f"s{member}-{day}", "kind": "checkin", "type": "signin", "member_id": f"m{member}",
                 "ts": START + LENGTH - day * DAY}
            )  # fmt: skip
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """Events, and the profiles that the reference model comes to."""
    reference = MembersReference(Members(MemberParams(), compile_rules(*shipped_rules()), Calendar(ZONE)))
    raws, clock = [json.dumps(event).encode() for event in events(5, 120, 6000)], 0
    rows = []
    for number, raw in enumerate(raws):
        accepted = parse_event(raw, START + 2 * LENGTH)
        clock = max(clock, accepted.ts)
        reference.apply(Row(0, number, clock, accepted.ts, raw), read_event(raw, accepted.ts), clock)
        rows.append((raw, "t", 0, number, accepted.ts))
    reference.settle(START + LENGTH + DAY // 2)
    profiles = [written_json(reference.profile(key)) for key in reference.states]
    with closing(EmbeddedEngine(tmp_path / "store")) as engine:
        migrate(engine)
        Writer(engine).write("events", "t", 0, 0, len(rows) - 1, rows)
        facts = [(raw, "p", 0, number) for number, raw in enumerate(profiles)]
        Writer(engine).write("member_profiles", "p", 0, 0, len(facts) - 1, facts)
        yield engine


def test_stream_equals_batch(store: EmbeddedEngine) -> None:
    whole = compare(store, ZONE)
    assert {one.name: (one.differ, one.examples) for one in whole if one.differ} == {}
    assert {one.members for one in whole} == {120}
    assert len(whole) == 27
    in_parts = compare(store, ZONE, pages=4)
    assert [(one.name, one.members, one.differ) for one in in_parts] == [(one.name, 120, 0) for one in whole]


def test_a_difference_is_named_and_ends_with_1(store: EmbeddedEngine, tmp_path: Path) -> None:
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
    by_name = {one.name: one for one in compare(store, ZONE)}
    assert (by_name["revenue_fen"].differ, by_name["orders"].differ, by_name["groups"].differ) == (1, 1, 0)
    assert by_name["revenue_fen"].examples[0]["member_id"] == "m1"
    store.close()
    textfile = tmp_path / "compare.prom"
    done = CliRunner().invoke(
        cli,
        ["compare", "--textfile", str(textfile), "--json"],
        env={"QUNPULSE_CLICKHOUSE": f"chdb://{tmp_path / 'store'}"},
    )
    assert done.exit_code == 1, done.output
    assert 'qunpulse_compare_differ{value="revenue_fen"} 1' in textfile.read_text()
