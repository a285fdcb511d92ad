"""What a receiver is told and when: once a version, updates not too often, the end always, whatever is repeated."""

import json

import pytest

from schemas.versions import FormatVersionError
from streams.notify.ledger import KEPT_MS, NEWS_MS, Ledger, key_of
from tests.sinks.notices import AT, raw

PAUSE = 300_000


def said(ledger: Ledger, now: int) -> list[tuple[str, int]]:
    """Alerts and versions due; they are told."""
    due = ledger.due(now, PAUSE)
    for entry in due:
        ledger.told(entry, now)
    return [(entry.alert.alert_id, entry.alert.version) for entry in due]


def reopened(ledger: Ledger, log: dict[bytes, bytes | None], now: int = AT) -> Ledger:
    """The ledger after its process has died and another reads what it wrote."""
    log.update(ledger.drain("crm", now))
    again = Ledger()
    again.load("crm", log.items(), now)
    return again


def test_an_episode() -> None:
    ledger = Ledger()
    assert ledger.fold(raw(), 0, AT)
    assert said(ledger, AT) == [("a1", 1)]
    assert said(ledger, AT) == []
    ledger.fold(raw(version=2, state="updated"), 1, AT)
    assert said(ledger, AT + PAUSE - 1) == []
    assert said(ledger, AT + PAUSE) == [("a1", 2)]
    ledger.fold(raw(version=3, state="closed", closed_at=AT), 2, AT)
    assert said(ledger, AT + PAUSE + 1) == [("a1", 3)]


def test_the_latest_of_many_updates_is_told() -> None:
    ledger = Ledger()
    ledger.fold(raw(), 0, AT)
    said(ledger, AT)
    for version in range(2, 7):
        ledger.fold(raw(version=version, state="updated"), version, AT)
    assert said(ledger, AT + PAUSE) == [("a1", 6)]


def test_a_risen_severity_does_not_wait() -> None:
    ledger = Ledger()
    ledger.fold(raw(), 0, AT)
    said(ledger, AT)
    ledger.fold(raw(version=2, state="updated", severity="critical"), 1, AT)
    (entry,) = ledger.due(AT + 1, PAUSE)
    assert (entry.notice().told_severity, entry.alert.severity) == ("warning", "critical")


def test_repeats_and_older_versions_are_known() -> None:
    ledger, log = Ledger(), {}
    for version, state in ((1, "opened"), (2, "updated"), (3, "closed")):
        ledger.fold(raw(version=version, state=state), version, AT)
        said(ledger, AT + version * PAUSE)
    ledger = reopened(ledger, log)
    for version, state in ((1, "opened"), (2, "updated"), (3, "closed")):
        assert not ledger.fold(raw(version=version, state=state), 10 + version, AT)
    assert said(ledger, AT + 9 * PAUSE) == []


def test_what_was_not_told_before_a_crash_is_told_after_it() -> None:
    ledger, log = Ledger(), {}
    ledger.fold(raw(), 0, AT)
    said(ledger, AT)
    ledger.fold(raw(version=2, state="updated"), 1, AT)
    again = reopened(ledger, log)
    assert said(again, AT + 1) == []
    assert said(again, AT + PAUSE) == [("a1", 2)]


def test_who_opened_before_a_crash_is_closed_after_it() -> None:
    ledger, log = Ledger(), {}
    ledger.fold(raw(), 0, AT)
    said(ledger, AT)
    again = reopened(ledger, log)
    assert [entry.alert.alert_id for entry in again.to_repeat(AT, 0)] == ["a1"]
    again.fold(raw(version=2, state="closed", closed_at=AT), 1, AT)
    assert said(again, AT + 1) == [("a1", 2)]
    assert again.to_repeat(AT + 2, 900_000) and not again.to_repeat(AT + 900_002, 900_000)


def test_groups_are_told_in_the_order_of_their_facts() -> None:
    ledger = Ledger()
    ledger.fold(raw(alert_id="a1"), 0, AT)
    ledger.fold(raw(alert_id="a2"), 1, AT)
    ledger.fold(raw(alert_id="a1", version=2, state="closed"), 2, AT)
    assert said(ledger, AT) == [("a2", 1), ("a1", 2)]


def test_a_new_receiver_hears_of_what_is_open() -> None:
    ledger, log = Ledger(), {}
    ledger.fold(raw(alert_id="over", state="closed", closed_at=AT - 1), 0, AT)
    ledger.fold(raw(alert_id="old", state="closed", closed_at=AT - KEPT_MS - 1), 1, AT)
    ledger.fold(raw(alert_id="open"), 2, AT)
    ledger.pass_over(AT)
    assert said(ledger, AT) == [("open", 1)]
    assert set(log) == set() and said(reopened(ledger, log), AT) == []
    assert key_of("crm", "old") not in log and key_of("crm", "over") in log


def test_after_an_outage_what_ended_lately_is_told_and_what_ended_long_ago_is_not() -> None:
    ledger = Ledger()
    ledger.fresh = False
    ledger.fold(raw(alert_id="lately", state="closed", closed_at=AT - NEWS_MS), 0, AT)
    ledger.fold(raw(alert_id="long ago", state="closed", closed_at=AT - NEWS_MS - 1), 1, AT)
    ledger.pass_over(AT)
    assert said(ledger, AT) == [("lately", 1)]


def test_a_refused_version_is_let_be_until_it_is_sent_again() -> None:
    ledger, log = Ledger(), {}
    ledger.fold(raw(), 7, AT)
    ledger.refused(ledger.due(AT, PAUSE)[0])
    ledger = reopened(ledger, log)
    assert said(ledger, AT) == []
    assert not ledger.fold(raw(), 7, AT), "its own record, read again after a crash"
    assert ledger.fold(raw(), 8, AT), "sent again by hand"
    assert said(ledger, AT) == [("a1", 1)]


def test_what_is_long_over_is_forgotten() -> None:
    ledger, log = Ledger(), {}
    ledger.fold(raw(state="closed"), 0, AT)
    said(ledger, AT)
    ledger = reopened(ledger, log)
    assert ledger.drain("crm", AT + KEPT_MS) == []
    assert ledger.drain("crm", AT + KEPT_MS + 1) == [(key_of("crm", "a1"), None)]
    assert list(ledger) == []


def test_members_named_in_evidence_go_with_the_end_of_the_episode() -> None:
    ledger = Ledger()
    ledger.fold(raw(), 0, AT)
    ((_, opened),) = ledger.drain("crm", AT)
    assert opened is not None and b'"m1"' in opened
    ledger.fold(raw(version=2, state="closed", closed_at=AT), 1, AT)
    ((_, untold),) = ledger.drain("crm", AT)
    assert untold is not None and b'"m1"' in untold, "who is still to be told is told with the evidence"
    said(ledger, AT)
    ((key, told),) = ledger.drain("crm", AT)
    assert told is not None and b'"m1"' not in told and json.loads(told)["alert"]["evidence"] == {}
    again = Ledger()
    again.load("crm", [(key, told)], AT)
    assert not again.fold(raw(version=2, state="closed", closed_at=AT), 1, AT)


def test_receivers_do_not_see_each_other() -> None:
    ledger, log = Ledger(), {}
    ledger.fold(raw(), 0, AT)
    said(ledger, AT)
    reopened(ledger, log)
    other = Ledger()
    other.load("crm2", log.items(), AT)
    assert list(other) == [] and other.fresh


def test_an_older_entry_does_not_win() -> None:
    ledger = Ledger()
    closed = b'{"v":1,"alert":%s,"offset":9,"told":3,"told_at":5}' % raw(version=3, state="closed")
    opened = b'{"v":1,"alert":%s,"offset":4,"told":1,"told_at":5}' % raw()
    ledger.load("crm", [(key_of("crm", "a1"), value) for value in (closed, opened)], AT)
    assert [entry.alert.state for entry in ledger] == ["closed"]


def test_the_format() -> None:
    """Version 1 as it was first written is read for ever; a later one is refused."""
    told = {"told": 1, "told_at": AT, "told_severity": "warning"}
    written = {"v": 1, "alert": json.loads(raw()), "offset": 4, **told}
    ledger = Ledger()
    ledger.load("crm", [(b"crm\x1fa1", json.dumps(written).encode())], AT)
    (entry,) = ledger
    assert (entry.told, entry.told_at, entry.told_severity, entry.offset) == (1, AT, "warning", 4)
    ledger.told(entry, AT)
    ((key, value),) = ledger.drain("crm", AT)
    assert key == b"crm\x1fa1" and value is not None and json.loads(value) == written
    with pytest.raises(FormatVersionError, match="notify-state of version 2"):
        ledger.load("crm", [(b"crm\x1fa1", b'{"v":2}')], AT)
