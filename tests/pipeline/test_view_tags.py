"""A tag that only the store can tell, through the whole pipeline: events in, view asked, tag out, explained."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from streams.runtime import wall_ms
from tests.brokers import tansu
from tests.pipeline.harness import pipeline

pytestmark = pytest.mark.timeout(120)

RULES = """\
version: 1
rules:
  - id: referrer
    name: {zh: 推荐人, en: Referrer}
    class: role
    view: inviters
    when: {column: invitees_90, at_least: 1}
    source: M31
  - {id: thanked, name: {zh: 感谢, en: Thanked}, class: role, source: own, when: {tag: referrer}}
"""


def explained(api: str, member: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{api}/v1/members/{member}/explain?lang=en", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_an_invitation_that_another_member_followed_makes_a_referrer(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, "utf-8")
    now = wall_ms()
    with (
        tansu(tmp_path / "broker") as address,
        pipeline(address, tmp_path, rules=str(file), view_seconds="1") as running,
    ):
        running.start_worker()
        running.start_sink()
        running.send(
            [
                {"event_id": "e1", "kind": "chat", "type": "message", "ts": now, "member_id": "a", "group_id": "g"},
                {"event_id": "e2", "kind": "join", "type": "group.joined", "ts": now, "member_id": "b", "group_id": "g",
                 "join_method": "invited", "inviter_id": "a"},
            ]
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while running.profiles().get("a", {"tags": []})["tags"] != ["referrer", "thanked"]:
            assert time.monotonic() < deadline, running.profiles()
            running.parts.check()
            time.sleep(0.3)
        tag = {}
        while "sentence" not in tag:
            assert time.monotonic() < deadline
            tag = next((one for one in explained(running.api, "a")["tags"] if one["tag"] == "referrer"), {})
        changes = [one for one in running.facts("tag-changes") if one["member_id"] == "a"]
    assert "members invited with success in 90 days = 1 (at least 1)" in tag["sentence"]
    assert [(one["tag"], one["change"]) for one in changes] == [
        ("referrer", "entered"),
        ("thanked", "entered"),
    ]
    assert changes[0]["event_id"].startswith("view-")
