"""Overnight collapse (G67) by the survival of those who were in at 20:00."""

import pytest

HOUR = 3600
EVENING = 3 * 24 * HOUR + 20 * HOUR


def collapses(stage):
    return [alert for alert in stage.alerts if alert.kind == "overnight_collapse"]


def night(stage, members, leavers, joiners=0):
    """Leavers go evenly from 20:00 to 08:00, joiners come evenly; then it is morning."""
    times = [
        (EVENING + 60 + number * 11.9 * HOUR / len(leavers), leaver) for number, leaver in enumerate(leavers)
    ]
    times += [(EVENING + 90 + number * 11.9 * HOUR / joiners, f"new{number}") for number in range(joiners)]
    for at, member in sorted(times):
        stage.play(at, "group.left" if member in members or member in leavers else "group.joined", member)
    stage.until(EVENING + 13 * HOUR)


def test_500_at_eight_and_160_in_the_morning_is_a_collapse_that_joins_do_not_hide(stage) -> None:
    members = stage.fill(500)
    night(stage, set(members), members[:440], joiners=100)
    assert stage.state.size == 160
    opened, *_, closed = collapses(stage)
    assert (opened.state, opened.severity, closed.state, closed.severity) == (
        "opened",
        "warning",
        "closed",
        "critical",
    )
    assert closed.evidence["survival"] == pytest.approx(60 / 500)
    assert (closed.evidence["cohort"], closed.evidence["joined_meanwhile"]) == (500, 100)
    assert closed.closed_at == stage.event(EVENING + 12 * HOUR, "message").at
    assert "12 %" in closed.text_en


def test_the_source_case_of_160_of_500_survivors(stage) -> None:
    members = stage.fill(500)
    night(stage, set(members), members[:340])
    closed = collapses(stage)[-1]
    assert closed.evidence["survival"] == pytest.approx(0.32)
    assert closed.severity == "critical"
    assert len({alert.alert_id for alert in collapses(stage)}) == 1


def test_newcomers_who_go_again_are_none_of_the_cohort(stage) -> None:
    stage.fill(50)
    for number in range(40):
        stage.play(EVENING + 10 * number, "group.joined", f"new{number}")
    for number in range(40):
        stage.play(EVENING + HOUR + 60 * number, "group.left", f"new{number}")
    stage.until(EVENING + 13 * HOUR)
    assert collapses(stage) == []


def test_who_comes_back_before_morning_has_survived(stage) -> None:
    members = stage.fill(50)
    for number in range(30):
        stage.play(EVENING + HOUR + 60 * number, "group.left", members[number])
    for number in range(25):
        stage.play(EVENING + 3 * HOUR + 60 * number, "group.joined", members[number])
    stage.until(EVENING + 13 * HOUR)
    assert collapses(stage)[-1].evidence["survival"] == pytest.approx(0.9)


def test_where_most_go_every_night_that_is_no_collapse(stage) -> None:
    members = stage.fill(60)
    told = []
    for day in range(30):
        before = len(collapses(stage))
        start = day * 24 * HOUR + 20 * HOUR
        for number in range(30):
            stage.play(start + 600 * number, "group.left", members[number])
        for number in range(30):
            stage.play(start + 14 * HOUR + number, "group.joined", members[number])
        told.append(len(collapses(stage)) > before)
    assert told[0]
    assert not any(told[15:])


@pytest.mark.parametrize("reason", ["dedupe", "buffer_move"])
def test_planned_leaves_are_no_collapse(stage, reason) -> None:
    members = stage.fill(100)
    for number in range(90):
        stage.play(EVENING + 60 * number, "group.kicked", members[number], leave_reason=reason)
    stage.until(EVENING + 13 * HOUR)
    assert stage.alerts == []


def test_a_restart_in_the_night_changes_nothing(new_stage) -> None:
    told = []
    for every in (10**9, 7):
        stage = new_stage()
        members = stage.fill(100)
        for number in range(80):
            stage.play(EVENING + 300 * number, "group.left", members[number])
            if number % every == every - 1:
                stage.restart()
        stage.until(EVENING + 13 * HOUR)
        told.append(stage.alerts)
    assert told[0] == told[1]
    assert told[0]
