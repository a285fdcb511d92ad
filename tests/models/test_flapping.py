"""What the benchmarks of rules compare: the generated file, and the rules with their hysteresis taken away."""

import json

from benchmarks.flapping import measure
from benchmarks.rules import rule_file
from models.calendar import DAY_MS
from models.rules import compile_rules
from schemas.rows import Row
from streams.settings import Settings

RULES = """
version: 1
rules:
  - {id: plain, name: {zh: 普通, en: Plain}, class: own, source: own, when: {feature: groups, at_least: 1}}
  - {id: graced, name: {zh: 宽限, en: Graced}, class: own, source: own, when: {feature: groups, at_least: 1}, grace: 3d}
"""


def test_every_generated_rule_compiles_and_a_seed_decides_them() -> None:
    rules = compile_rules(rule_file(500), "generated").rules
    assert len({rule.tag for rule in rules}) == 500
    assert len({feature.id for rule in rules for feature in rule.features}) > 200
    assert rule_file(50) == rule_file(50) != rule_file(50, seed=1)


def test_only_tags_with_hysteresis_are_compared_and_it_is_taken_away() -> None:
    page = []
    for day in range(10):
        ts = 1_700_000_000_000 + day * DAY_MS
        kind = "group.left" if day % 2 else "group.joined"
        raw = {
            "event_id": f"e{day}",
            "kind": "join",
            "type": kind,
            "ts": ts,
            "member_id": "m",
            "group_id": "g",
        }
        page.append(Row(0, day, ts, ts, json.dumps(raw).encode()))
    rows = measure([page], compile_rules(RULES, "rules"), Settings())
    assert [(row["tag"], row["with"], row["without"]) for row in rows] == [
        ("graced", 1, 10), ("all of them", 1, 10),
    ]  # fmt: skip
    assert rows[0]["flaps_without"] == 9
