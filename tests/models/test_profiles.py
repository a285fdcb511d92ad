"""The shipped profiles of industries, by example: events in, tag out, as for all tags; each extends `full`."""

from functools import cache
from typing import Any

import pytest
import yaml

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from streams.rule_files import SHIPPED, shipped_rules
from tests.models.test_examples import FOLDER, NOON, events, held, offset

PROFILES = [name for name in SHIPPED if name not in ("default", "full")]
EXAMPLES = [
    (name, example)
    for name in PROFILES
    for example in yaml.safe_load((FOLDER / "profiles" / f"{name}.yaml").read_text("utf-8"))
]


@cache
def rules(name: str) -> RuleSet:
    return compile_rules(*shipped_rules(name))


@cache
def members(name: str) -> Members:
    return Members(MemberParams(), rules(name), Calendar("Asia/Shanghai"))


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{n}-{one['tag']}" for n, one in EXAMPLES])
def test_events_in_tag_out(name: str, example: dict[str, Any]) -> None:
    everything = events(example)
    for expected in ("has", "lacks"):
        for moment in example.get(expected, ()):
            at = NOON + offset(moment)
            seen = [event for event in everything if event.at <= at]
            for arriving in (seen, seen[::-1]):
                has = example["tag"] in held(members(name), arriving, at)
                assert has is (expected == "has"), f"{example['tag']} at {moment}"


@pytest.mark.parametrize("name", PROFILES)
def test_every_tag_of_a_profile_has_an_example(name: str, all_rules: RuleSet) -> None:
    before = {rule.tag: rule for rule in all_rules.rules}
    own = {
        rule.tag
        for rule in rules(name).rules
        if rule.tag not in before or rule.source != before[rule.tag].source
    }
    assert own == {example["tag"] for of, example in EXAMPLES if of == name}
    assert len({rules(one).version for one in SHIPPED}) == len(SHIPPED)
    assert all(rule.parent in rules(name).parents for rule in rules(name).rules)
