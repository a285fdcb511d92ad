"""Alerts about members, by example: events in, alerts out, whatever happens in between."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from models.alerting import close_all
from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleError, RuleSet, compile_rules
from models.rules.difference import difference
from models.state import MemberState, restore, snapshot
from schemas.facts import Alert
from tests.models.test_examples import NOON, events, offset

EXAMPLES = yaml.safe_load(Path(__file__).with_name("alerts.yaml").read_text("utf-8"))

RULES = """\
version: 1
rules:
  - id: talks
    name: {zh: 发言, en: Talks}
    class: c
    when: {count: message, days: 1, at_least: 1}
    alert: {severity: warning, zh: 说话了, en: spoke, again: [message]}
    source: own
"""
QUIET = RULES.replace("    alert: {severity: warning, zh: 说话了, en: spoke, again: [message]}\n", "")


def told(
    members: Members, example: dict[str, Any], until: int, late: bool = False
) -> tuple[list[Alert], MemberState]:
    """Alerts of an example, and the state at its end; the state goes through its bytes after each event.

    With ``late`` the last event comes first.
    """
    state, found = members.initial("default", "m"), []
    arriving = events(example)
    for number, event in enumerate([arriving[-1], *arriving[:-1]] if late else arriving):
        found += members.alerts(state, members.fire_due(state, event.at))
        assert members.fold(state, event, 0, number)
        changes = members.judge(state, event.at, "event", event)
        found += members.alerts(state, changes, event)
        state = restore(snapshot(state))
    return found + members.alerts(state, members.fire_due(state, until)), state


def short(alert: Alert) -> dict[str, Any]:
    return {"tag": alert.tag, "state": alert.state, "at": alert.as_of - NOON, "severity": alert.severity}


@pytest.mark.parametrize("example", EXAMPLES, ids=[one["says"] for one in EXAMPLES])
def test_events_in_alerts_out(members: Members, example: dict[str, Any]) -> None:
    found, _ = told(members, example, NOON + offset(example["until"]))
    expected = example["alerts"]
    assert [short(alert) for alert in found] == [
        {
            "tag": example["tag"],
            "severity": example["severity"],
            "state": one["state"],
            "at": offset(one["at"]),
        }
        for one in expected
    ]
    for alert, one in zip(found, expected, strict=True):
        Alert.model_validate(alert.model_dump())
        assert one.get("zh", alert.text_zh) == alert.text_zh and one.get("en", alert.text_en) == alert.text_en
    versions: dict[str, list[int]] = {}
    for alert in found:
        versions.setdefault(alert.alert_id, []).append(alert.version)
    assert all(some == list(range(1, len(some) + 1)) for some in versions.values())
    assert len(versions) == sum(one["state"] == "opened" for one in expected)
    again, _ = told(members, example, NOON + offset(example["until"]))
    assert again == found


def of(rules: str) -> Members:
    return Members(MemberParams(), compile_rules(rules, "mine.yaml"), Calendar("Asia/Shanghai"))


ONE = {"events": [{"at": "0d", "type": "message"}]}


def test_a_change_of_the_rules_opens_none_and_closes_what_is_open() -> None:
    before, after = of(QUIET), of(RULES.replace("version: 1", "version: 2"))
    silent, state = told(before, ONE, NOON)
    renamed = after.under(
        compile_rules(RULES.replace("talks", "speaks").replace("version: 1", "version: 3"), "b")
    )
    assert (silent, state.alerts) == ([], {})
    assert after.alerts(state, after.judge(state, NOON + 1, "rule")) == []
    assert "talks" in state.on, "it holds the tag, but nothing has happened"
    assert renamed.alerts(state, renamed.judge(state, NOON + 2, "rule")) == []

    (opened,), state = told(of(RULES), ONE, NOON)
    (closed,) = renamed.alerts(state, renamed.judge(state, NOON + 2, "rule"))
    assert (closed.alert_id, closed.state, closed.version) == (opened.alert_id, "closed", 2)


def test_a_timer_that_falls_due_after_a_change_of_the_rules_is_still_the_timers() -> None:
    late = """\
version: 1
rules:
  - id: gone
    name: {zh: 一天没说话, en: Silent for a day}
    class: c
    when: {all: [{count: message, days: 9, at_least: 1}, {not: {count: message, days: 1, at_least: 1}}]}
    alert: {severity: info}
    source: own
"""
    _, state = told(of(late), ONE, NOON)
    newer = of(late.replace("version: 1", "version: 2"))
    changes = newer.fire_due(state, NOON + offset("12h"))
    assert [(one.tag, one.cause) for one in changes] == [("gone", "timer")]
    (alert,) = newer.alerts(state, changes)
    assert (alert.text_en, alert.opened_at) == ("Member m: Silent for a day.", NOON + offset("12h"))


def test_who_is_forgotten_has_no_open_alert() -> None:
    (opened,), state = told(of(RULES), ONE, NOON)
    (closed,) = close_all(state)
    assert (closed.alert_id, closed.state, closed.version) == (opened.alert_id, "closed", 2)
    assert (state.alerts, close_all(state)) == ({}, [])


def test_two_stays_that_begin_at_one_ms_are_two_alerts() -> None:
    rules = RULES.replace("{count: message, days: 1, at_least: 1}", "{feature: contact, is: true}")
    steps = ["contact.added", "contact.deleted", "contact.added", "message"]
    example = {"events": [{"at": f"{n}d", "type": one, "staff_id": "s"} for n, one in enumerate(steps)]}
    found, _ = told(of(rules), example, NOON + offset("3d"), late=True)
    assert [(one.state, one.opened_at) for one in found] == [
        (state, NOON + offset("3d")) for state in ("opened", "closed", "opened")
    ]
    assert len({one.alert_id for one in found}) == 2 and found[0].alert_id == found[1].alert_id


@pytest.mark.parametrize(
    ("right", "wrong", "where", "what"),
    [
        ("severity: warning", "severity: warn", "7:23", "unknown severity 'warn'; did you mean 'warning'?"),
        ("severity: warning, ", "", "7:12", "'severity' is missing"),
        ("zh: 说话了, ", "", "7:12", "zh and en go together"),
        ("again:", "agian:", "7:52", "unknown key 'agian'; did you mean 'again'?"),
        ("[message]", "[mesage]", "7:60", "unknown event type 'mesage'; did you mean 'message'?"),
        ("en: spoke", "en: " + "x" * 201, "7:45", "words of an alert have 1 to 200 characters, not 201"),
    ],
)
def test_errors_name_place_and_word(right: str, wrong: str, where: str, what: str) -> None:
    assert right in RULES
    with pytest.raises(RuleError) as caught:
        compile_rules(RULES.replace(right, wrong, 1), "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml:{where}: ") and what in str(caught.value)


def test_the_difference_of_two_files_tells_it() -> None:
    (changed,) = difference(compile_rules(QUIET, "a"), compile_rules(RULES, "b"))
    assert [(one.part, one.was, one.now) for one in changed.changes] == [
        ("alert", "", "warning: 说话了 / spoke; again at message")
    ]
    assert not changed.decides


def test_the_shipped_rules_tell_only_of_what_is_rare(all_rules: RuleSet, rules: RuleSet) -> None:
    assert {rule.tag for rule in all_rules.rules if rule.alert} == {
        "churn.contact_deleted",
        "intent.complaint_waits",
        "risk.banned_again",
    }
    assert not any(rule.alert for rule in rules.rules)
