"""Every shipped tag, by example: events in, tag out. A tag enters and leaves at the ms that the example says, by the
timer alone, and whatever the order of arrival."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.members import Members
from models.rules import RuleSet
from models.state import restore, snapshot
from schemas.rows import KINDS
from schemas.view import Event, read_event

NOON = 1_767_585_600_000
"""2026-01-05T12:00 in Shanghai."""
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
FOLDER = Path(__file__).parent / "examples"
EXAMPLES = [
    (file.stem, example)
    for file in sorted(FOLDER.glob("*.yaml"))
    for example in yaml.safe_load(file.read_text("utf-8"))
]
TYPES = {
    path.stem: path.parent.name
    for path in (Path(__file__).parents[2] / "schemas" / "examples").glob("*/*.json")
    if path.parent.name in KINDS
}


def offset(text: str) -> int:
    """Ms of a time such as 1d2h or 24h-1ms."""
    parts = re.findall(r"([+-]?)(\d+)(ms|[smhd])", text)
    assert "".join(map("".join, parts)) == text, text
    return sum((-1 if sign == "-" else 1) * int(number) * UNITS[unit] for sign, number, unit in parts)


def events(example: dict[str, Any]) -> list[Event]:
    found: list[Event] = []
    for given in example["events"]:
        fields = dict(given)
        start, step = offset(fields.pop("at")), offset(fields.pop("each", "0d"))
        for turn in range(fields.pop("times", 1)):
            at = NOON + start + turn * step
            raw = {
                "event_id": f"e{len(found)}",
                "kind": TYPES[fields["type"]],
                "ts": at,
                "member_id": "m",
            } | fields
            if raw["type"] in ("paid", "placed"):
                raw = {"order_id": f"o{len(found)}", "paid_fen": 1000} | raw
            if raw["type"].startswith("group."):
                raw = {"group_id": "g"} | raw
            found.append(read_event(json.dumps(raw).encode(), at))
    return sorted(found, key=lambda event: event.at)


def held(members: Members, arriving: list[Event], at: int) -> list[str]:
    """Tags at a time, of events that arrive in the order given."""
    state, clock = members.initial("default", "m"), 0
    for number, event in enumerate(arriving):
        clock = max(clock, event.at)
        members.fire_due(state, clock)
        members.fold(state, event, 0, number)
        members.judge(state, max(event.at, state.judged_at), "event", event)
        state = restore(snapshot(state))
    members.fire_due(state, at)
    return members.profile(state, at).tags


@pytest.mark.parametrize(
    ("family", "example"), EXAMPLES, ids=[f"{one['tag']}-{n}" for n, (_, one) in enumerate(EXAMPLES)]
)
def test_events_in_tag_out(members: Members, family: str, example: dict[str, Any]) -> None:
    everything = events(example)
    for expected in ("has", "lacks"):
        for moment in example.get(expected, ()):
            at = NOON + offset(moment)
            seen = [event for event in everything if event.at <= at]
            for arriving in (seen, seen[::-1]):
                has = example["tag"] in held(members, arriving, at)
                assert has is (expected == "has"), f"{example['tag']} at {moment}"


def test_every_shipped_tag_has_an_example(all_rules: RuleSet) -> None:
    assert {rule.tag for rule in all_rules.rules} == {example["tag"] for _, example in EXAMPLES}
