"""Sizes and stages told once each. Ids are rows of the catalogue."""

import pytest

DAY = 86_400


def told(stage, state="opened"):
    return [
        (alert.evidence["milestone"], alert.evidence["action"])
        for alert in stage.alerts
        if alert.kind == "milestone" and alert.state == state
    ]


SIZES = [
    pytest.param(49, None, id="G28 49"),
    pytest.param(50, ("size_50", "red_packet"), id="G28 50"),
    pytest.param(100, ("size_100", "lottery"), id="G29 100"),
    pytest.param(150, ("size_150", "red_packet"), id="G28 150"),
    pytest.param(200, ("size_150", "red_packet"), id="G25 200 is still good"),
    pytest.param(201, ("size_201", "oversize"), id="G24 201"),
    pytest.param(400, ("size_400", "open_next_group"), id="G26 400"),
    pytest.param(500, ("size_500", "full"), id="G70 500"),
]


@pytest.mark.parametrize(("size", "last"), SIZES)
def test_a_size_is_told_when_a_join_reaches_it(stage, size, last) -> None:
    stage.play(0, "group.created")
    stage.fill(size, 1)
    assert (told(stage) or [None])[-1] == last


def test_g26_going_out_and_coming_back_tells_nothing_again(stage) -> None:
    stage.play(0, "group.created")
    members = stage.fill(101, 1)
    for turn in range(3):
        for member in members[:5]:
            stage.play(10 + 10 * turn, "group.left", member)
        for member in members[:5]:
            stage.play(15 + 10 * turn, "group.joined", member)
    assert told(stage) == [("size_50", "red_packet"), ("size_100", "lottery")]


def test_a_group_that_is_found_out_to_be_large_has_reached_nothing(new_stage) -> None:
    counted, heard = new_stage(), new_stage()
    counted.play(0, "group.joined", "m1", member_count_after=120)
    assert told(counted) == []
    for number in range(31):
        counted.play(1, "group.joined", f"n{number}")
    assert told(counted) == [("size_150", "red_packet")]
    for number in range(60):
        heard.play(number, "message", f"m{number}")
    heard.play(100, "group.joined", "new")
    assert told(heard) == []


def test_a_milestone_closes_the_next_day_as_the_same_alert(stage) -> None:
    stage.play(0, "group.created")
    stage.fill(50, 1)
    stage.until(2 * DAY)
    opened, closed = (alert for alert in stage.alerts if alert.kind == "milestone")
    assert (opened.severity, opened.observed) == ("info", 50)
    assert (closed.state, closed.version, closed.alert_id) == ("closed", 2, opened.alert_id)
    assert stage.state.life.open == []


def test_g33_to_g35_stages_begin_after_whole_calendar_months(stage) -> None:
    stage.play(0, "group.created")
    stage.fill(10, 1)
    found = []
    for day in range(300):
        before = len(told(stage))
        stage.play(day * DAY + 7200, "message", "m1")
        found += [(day, *one) for one in told(stage)[before:]]
    assert found == [
        (120, "stage_layer", "build_vip_group"),
        (212, "stage_dissolve", "announce_end"),
        (273, "stage_overdue", "dissolve_now"),
    ], "the 5th of May, August and October"


def test_g35_whose_end_is_announced_is_told_nothing(stage) -> None:
    stage.play(0, "group.created")
    stage.fill(10, 1)
    stage.play(200 * DAY, "group.dissolve_notice")
    for day in range(200, 300):
        stage.play(day * DAY + 7200, "message", "m1")
    assert [one for one in told(stage) if one[0] in ("stage_dissolve", "stage_overdue")] == []
