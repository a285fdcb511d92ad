"""Contracts change by the rules of `schemas.base`: compared with what each release promised.

``golden/v1`` is what version 1 promised. It is never edited; a release that adds something writes a folder of its own
with ``python -m schemas.generate --golden tests/schemas/golden/vN``, and every folder is compared with.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.events import CONTRACTS
from schemas.evolution import Summary, input_breaks, output_breaks, summary
from schemas.facts import FACTS
from schemas.json_schemas import fact_schemas, input_schemas

RELEASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())


def promised(release: Path, name: str) -> Summary:
    told: Summary = json.loads((release / f"{name}.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
@pytest.mark.parametrize("kind", CONTRACTS)
def test_new_code_reads_old_events(release: Path, kind: str) -> None:
    assert input_breaks(promised(release, kind), summary(input_schemas()[kind])) == []


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
@pytest.mark.parametrize("name", FACTS)
def test_old_readers_read_new_facts(release: Path, name: str) -> None:
    assert output_breaks(promised(release, name), summary(fact_schemas()[name])) == []


@pytest.fixture
def chat() -> Summary:
    return summary(input_schemas()["chat"])


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("text", {"json": ["integer"]}, "message: text was retyped"),
        ("text", {"json": ["string"]}, "message: text was retyped"),
        ("role", {"words": ["customer"]}, "message: role lost admin, bot, kol, staff"),
        ("platform", {"words": ["wecom"]}, "message: platform became a closed set"),
        ("event_id", {"maxLength": 64}, "message: event_id has a tighter maxLength"),
        ("event_id", {"minLength": 2}, "message: event_id has a tighter minLength"),
        ("event_id", {"pattern": "^e"}, "message: event_id has a tighter pattern"),
        ("red_packet.parts", {"maximum": 100}, "message: red_packet.parts has a tighter maximum"),
        ("mentions[]", {"maxLength": 1}, "message: mentions[] has a tighter maxLength"),
    ],
)
def test_a_break_of_an_input_is_seen(chat: Summary, path: str, change: dict[str, Any], told: str) -> None:
    changed = copy.deepcopy(chat)
    changed["MemberChat"]["fields"][path].update(change)
    assert told in input_breaks(chat, changed)


def test_a_lost_type_field_or_freedom_is_seen(chat: Summary) -> None:
    changed = copy.deepcopy(chat)
    changed["MemberChat"]["types"].remove("dice")
    changed["MemberChat"]["required"].append("group_id")
    del changed["MemberChat"]["fields"]["solitaire.seq"]
    found = input_breaks(chat, changed)
    assert "dice: the type is gone" in found
    assert "message: group_id became required" in found
    assert "message: solitaire.seq is no longer typed" in found


def test_what_inputs_may_do(chat: Summary) -> None:
    changed = copy.deepcopy(chat)
    member = changed.pop("MemberChat")
    member["required"].remove("member_id")
    member["types"].append("poll")
    member["fields"]["poll_id"] = {"json": ["null", "string"]}
    member["fields"]["role"]["words"].append("robot")
    member["fields"]["event_id"]["maxLength"] = 256
    del member["fields"]["brand_id"]["pattern"]
    changed["Speaker"] = member  # what a class is called is ours alone
    assert input_breaks(chat, changed) == []


def test_a_break_of_an_output_is_seen_and_an_addition_is_none() -> None:
    alert = summary(fact_schemas()["alert"])
    added = copy.deepcopy(alert)
    added["Alert"]["fields"]["score"] = {"json": ["number"]}
    assert output_breaks(alert, added) == []
    broken = copy.deepcopy(added)
    del broken["Alert"]["fields"]["observed"]
    broken["Alert"]["fields"]["closed_at"]["json"] = ["null", "string"]
    assert output_breaks(alert, broken) == ["Alert: closed_at was retyped", "Alert: observed is gone"]
