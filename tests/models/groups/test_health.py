"""Health of a group row by row: events in, the diagnosis with its action out. Ids are rows of the catalogue."""

import pytest

from models.groups.health import diagnose
from models.groups.params import GroupParams
from models.groups.vitality import Vitality, bearers

DAY = 86_400
NOON = DAY // 2


def told(stage):
    return [alert for alert in stage.alerts if alert.kind == "group_health"]


def live(stage, members, days, talkers=0, visitors=0, payers=0, kind="message"):
    """On each of the days so many act, visit and pay; then the last of them is over."""
    for day in days:
        for number in range(max(talkers, visitors)):
            at, member = day * DAY + NOON + number, members[number % len(members)]
            if number < talkers:
                stage.play(at, kind, member)
            if number < visitors:
                stage.play(at, "visited", member)
            if number < payers:
                stage.play(at, "paid", member, paid_fen=100)
    stage.until((max(days) + 1) * DAY + 3600)


CASES = [
    pytest.param({"talkers": 20}, "healthy", "", id="G46 enough are active"),
    pytest.param({"talkers": 20, "kind": "signin"}, "healthy", "", id="G46 check-ins are acts too"),
    pytest.param({"talkers": 4}, "inactive", "wake_members", id="G64 few are active"),
    pytest.param(
        {"talkers": 40, "visitors": 40, "payers": 1},
        "unconverting",
        "build_content",
        id="G65 few visitors pay",
    ),
    pytest.param({"talkers": 40, "visitors": 40, "payers": 2}, "healthy", "", id="G47 enough visitors pay"),
    pytest.param({"talkers": 40, "visitors": 29}, "healthy", "", id="G65 too few visitors to judge"),
]


@pytest.mark.parametrize(("life", "diagnosis", "action"), CASES)
def test_the_four_fields(stage, life, diagnosis, action) -> None:
    members = stage.fill(100)
    live(stage, members, range(9), **life)
    if diagnosis == "healthy":
        assert told(stage) == []
        return
    (alert,) = told(stage)
    assert (alert.state, alert.severity) == ("opened", "info")
    assert (alert.evidence["diagnosis"], alert.evidence["action"]) == (diagnosis, action)
    assert alert.evidence["active_members_7d"] == max(life["talkers"], life.get("visitors", 0))
    assert alert.evidence["visitors_7d"] == life.get("visitors", 0)


def test_low_in_both_is_told_as_both() -> None:
    figures = Vitality(members=2000, active=60, visitors=50, payers=1, quiet_days=0)
    assert diagnose(figures, "", GroupParams()) == "failing"


def test_g38_and_g63_a_group_dies_step_by_step_and_names_its_seeds(stage) -> None:
    members = stage.fill(40)
    live(stage, members, range(10), talkers=10)
    live(stage, members, range(10, 12), talkers=3)
    stage.until(22 * DAY)
    dying, dead = told(stage)
    assert [one.evidence["diagnosis"] for one in (dying, dead)] == ["dying", "dead"]
    assert (dying.evidence["quiet_days"], dead.evidence["quiet_days"]) == (4, 7)
    assert dying.evidence["seeds"] == ["m0", "m1"], "T60: the fifth of the active that was active most"
    assert (dying.evidence["action"], dead.evidence["action"]) == ("regroup_seeds", "dissolve")
    assert (dead.alert_id, dead.version, dead.state) == (dying.alert_id, 2, "updated")
    live(stage, members, range(22, 24), talkers=20)
    closed = told(stage)[-1]
    assert (closed.state, closed.alert_id) == ("closed", dying.alert_id)
    assert closed.closed_at is not None


def test_nothing_is_said_of_small_young_ending_or_mute_groups(new_stage) -> None:
    small, young, ending, mute = (new_stage() for _ in range(4))
    live(small, small.fill(19), range(9), talkers=1)
    live(young, young.fill(100), range(6), talkers=1)
    members = ending.fill(100)
    ending.play(1, "group.dissolve_notice")
    live(ending, members, range(9), talkers=1)
    mute.fill(100)
    mute.until(20 * DAY)
    assert [told(stage) for stage in (small, young, ending, mute)] == [[], [], [], []]


def test_staff_are_no_activity(stage) -> None:
    members = stage.fill(100)
    live(stage, members, range(9), talkers=10)
    for number in range(50):
        stage.play(9 * DAY + number, "signin", f"clerk{number}", role="staff")
    live(stage, members, range(9, 20), talkers=2)
    assert told(stage)[0].evidence["active_members_7d"] == 2


def test_a_recovery_must_rise_a_quarter_above_the_limit() -> None:
    params = GroupParams()
    barely = Vitality(members=1000, active=55, visitors=0, payers=0, quiet_days=0)
    assert diagnose(barely, "", params) == ""
    assert diagnose(barely, "inactive", params) == "inactive"


@pytest.mark.parametrize(("days", "few"), [([], 0), ([5], 1), ([5, 5, 5, 5], 3), ([30, 1, 1, 1], 1)])
def test_g50_how_many_bear_half_of_the_activity(days, few) -> None:
    assert bearers(days) == few


def test_a_message_late_by_minutes_counts_for_the_day_it_was_said(stage) -> None:
    stage.fill(3)
    stage.play(DAY - 600, "message", "m1")
    stage.play(DAY + 100, "message", "m1")
    stage.play(DAY - 60, "message", "m2")
    stage.until(3 * DAY)
    assert stage.state.life.active["m2"] & 0b11 == 1
    assert stage.state.life.active["m1"] & 0b11 == 0b11


def test_it_survives_a_restart_and_an_erasure(stage) -> None:
    from models.groups.erasure import erase, names

    members = stage.fill(100)
    live(stage, members, range(9), talkers=4, visitors=4)
    before = stage.state.life
    stage.restart()
    assert stage.state.life == before
    assert erase(stage.state, "m1", "gone") and not names(stage.state, "m1")
    live(stage, members, range(9, 12), talkers=4)
    assert len(told(stage)) == 1
