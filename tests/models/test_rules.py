import pytest

from models.rules import RuleError, RuleSet, compile_rules

GOOD = """\
version: 3
parents:
  habit: {zh: 习惯, en: Habit}
rules:
  - id: talks
    name: {zh: 发言, en: Talks}
    class: behaviour
    parent: habit
    when:
      any:
        - {feature: activity_score, at_least: 12}
        - not: {feature: stage, in: [lost, decline]}
    until: {feature: activity_score, below: 8}
    minimum_stay: 36h
    source: M12
"""


def test_a_good_file() -> None:
    rules = compile_rules(GOOD, "mine.yaml")
    (rule,) = rules.rules
    assert (rules.version, rule.tag, rule.name.zh, rule.parent) == (3, "talks", "发言", "habit")
    assert rule.stay == 36 * 3_600_000
    assert not rule.resets


def test_all_that_is_shipped_begins_with_what_is_in_use(rules: RuleSet, all_rules: RuleSet) -> None:
    tags = [rule.tag for rule in all_rules.rules]
    assert len(tags) == len(set(tags)) >= 119
    assert tags[: len(rules.rules)] == [rule.tag for rule in rules.rules]
    assert all(rule.parent in all_rules.parents for rule in all_rules.rules)
    assert set(all_rules.layers) == {0, 1, 2}


def test_the_shipped_file(rules: RuleSet) -> None:
    tags = [rule.tag for rule in rules.rules]
    assert len(tags) == len(set(tags)) == 22
    assert {rule.tag for rule in rules.rules if rule.resets} == {"churn.risk", "churn.p_alive_low"}
    assert all(rule.parent in rules.parents for rule in rules.rules)


@pytest.mark.parametrize(
    ("right", "wrong", "where", "what"),
    [
        ("activity_score, at_least", "activty_score, at_least", "11:21", "did you mean 'activity_score'?"),
        ("at_least: 12", "atleast: 12", "11:37", "unknown key 'atleast'; did you mean 'at_least'?"),
        ("[lost, decline]", "[lost, declin]", "12:44", "unknown value of stage 'declin'; did you mean 'decline'?"),
        ("in: [lost, decline]", "below: 3", "12:40", "stage is no number; use is or in, not below"),
        ("below: 8", "is: 8", "13:12", "activity_score moves all the time"),
        ("below: 8", "below: eight", "13:45", "'eight' is no number"),
        ("below: 8", "below: .nan", "13:45", "'.nan' is no number"),
        ("below: 8", "below: 8, above: 9", "13:12", "compare activity_score once"),
        ("36h", "36 hours", "14:19", "'36 hours' is no duration such as 90s"),
        ("parent: habit", "parent: habits", "8:13", "did you mean 'habit'?"),
        ("    class: behaviour\n", "", "5:5", "'class' is missing"),
        ("until:", "untill:", "13:5", "did you mean 'until'?"),
        ("en: Talks", "en: ''", "6:24", "expected text"),
        ("id: talks", "id: Talks!", "5:9", "is no tag id"),
        ("version: 3", "version: 0", "1:10", "whole number of at least 1"),
        ("any:", "any: []\n      all:", "10:7", "a condition is a comparison with `feature`"),
        ("rules:", "rules: [", "5:3", "expected the node content"),
        ("    source: M12\n", "    source: M12\n    source: M13\n", "16:5", "'source' is given twice"),
    ],
)  # fmt: skip
def test_errors_name_file_place_and_word(right: str, wrong: str, where: str, what: str) -> None:
    assert right in GOOD
    with pytest.raises(RuleError) as caught:
        compile_rules(GOOD.replace(right, wrong, 1), "mine.yaml")
    message = str(caught.value)
    assert message.startswith(f"mine.yaml:{where}: ")
    assert what in message


@pytest.mark.parametrize("text", ["", "# nothing", "[]", "version: 1", "{", "\x00"])
def test_no_rule_file_at_all(text: str) -> None:
    with pytest.raises(RuleError, match=r"^mine\.yaml:1:"):
        compile_rules(text, "mine.yaml")
