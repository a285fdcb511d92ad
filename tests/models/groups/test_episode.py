import pytest

from models.groups.telling import alert_id
from schemas.facts import Alert

HOUR = 3600
DAY = 24 * HOUR


def leave(stage, members, at, step=1.0, type="group.left", **more) -> None:
    for number, member in enumerate(members):
        stage.play(at + number * step, type, member, **more)


def told(stage) -> list[tuple[str, int]]:
    return [(alert.state, alert.observed) for alert in stage.alerts]


def test_an_episode_opens_once_doubles_and_closes(stage) -> None:
    members = stage.fill(100)
    leave(stage, members[:12], DAY)
    stage.until(DAY + HOUR)
    assert told(stage) == [("opened", 5), ("updated", 10), ("closed", 12)]
    opened, _, closed = stage.alerts
    assert len({alert.alert_id for alert in stage.alerts}) == 1
    assert [alert.version for alert in stage.alerts] == [1, 2, 3]
    assert opened.opened_at == opened.as_of == stage.event(DAY + 4, "message").at
    assert opened.closed_at is None
    assert closed.closed_at is not None
    assert closed.as_of == closed.closed_at
    assert 600 <= (closed.closed_at - opened.opened_at) / 1000 <= 610
    assert opened.members == 100
    assert stage.state.wave_due is None
    for alert in stage.alerts:
        assert Alert.model_validate(alert.model_dump()) == alert


def test_evidence_says_what_happened(stage) -> None:
    members = stage.fill(60)
    stage.play(DAY - 600, "broadcast", None, broadcast_id="b7")
    leave(stage, members[:4], DAY)
    leave(stage, members[4:7], DAY + 4, type="group.kicked")
    stage.play(DAY + 8, "group.banned", members[7])
    for member in members[:3]:
        stage.play(DAY + 60, "group.joined", member)
    stage.until(DAY + HOUR)
    opened, closed = stage.alerts
    assert (opened.severity, opened.window_seconds) == ("warning", 60)
    assert opened.evidence["broadcast_id"] == "b7"
    assert opened.evidence["broadcast_minutes_before"] == pytest.approx(10.1)
    assert opened.evidence["p_60s"] == opened.p_value < opened.evidence["p_600s"] < opened.evidence["p_3600s"]
    assert closed.evidence["first_leavers"] == members[:8]
    causes = [closed.evidence[cause] for cause in ("left", "kicked", "banned")]
    assert causes == [4, 3, 1]
    assert (closed.evidence["returned"], closed.evidence["size_before"]) == (3, 60)
    assert opened.evidence["broadcast_suspected"]
    assert "b7" in opened.text_zh
    assert "b7" in opened.text_en
    assert "8 left, 3 are back, 55 are in it" in closed.text_en


def test_a_broadcast_of_yesterday_is_told_but_not_suspected(stage) -> None:
    members = stage.fill(60)
    stage.play(HOUR, "broadcast", None, event_id="e-b7")
    leave(stage, members[:5], DAY)
    assert stage.alerts[0].evidence["broadcast_id"] == "e-b7"
    assert "e-b7" not in stage.alerts[0].text_en + stage.alerts[0].text_zh


def test_leaves_told_hours_late_are_counted_but_raise_nothing(stage) -> None:
    members = stage.fill(60)
    stage.play(DAY, "message", members[50])
    for number, member in enumerate(members[:20]):
        stage.fold(stage.event(HOUR + number, "group.left", member))
    assert stage.alerts == []
    assert stage.state.size == 40
    assert sum(row.leaves for row in stage.drain()) == 20


def test_thousands_of_leaves_keep_the_state_bounded(new_stage) -> None:
    stage = new_stage(recent_leaves=50)
    members = stage.fill(400)
    leave(stage, members[:300], DAY, step=0.1)
    stage.fold(stage.event(DAY - 10, "group.left", members[350]))
    assert len(stage.state.recent) == 50
    assert told(stage)[-1] == ("updated", 256)


def test_a_group_that_loses_a_third_is_critical(stage) -> None:
    members = stage.fill(30)
    leave(stage, members[:10], DAY)
    spikes = [alert for alert in stage.alerts if alert.kind == "churn_spike"]
    assert [alert.severity for alert in spikes] == ["warning", "critical"]


def test_the_first_leavers_are_listed_up_to_twenty(stage) -> None:
    members = stage.fill(100)
    leave(stage, members[:50], DAY)
    stage.until(2 * DAY)
    assert stage.alerts[-1].evidence["first_leavers"] == members[:20]


def test_a_second_wave_is_a_second_alert(stage) -> None:
    members = stage.fill(40)
    leave(stage, members[:10], DAY)
    for member in members[:10]:
        stage.play(DAY + 60, "group.joined", member)
    leave(stage, members[:10], DAY + 14 * 60)
    assert [alert.state for alert in stage.alerts].count("opened") == 2
    assert len({alert.alert_id for alert in stage.alerts}) == 2


@pytest.mark.parametrize("reason", ["dedupe", "dissolve", "buffer_move", "vip_eliminated", "staff_reassign"])
def test_planned_leaves_are_no_churn(stage, reason) -> None:
    leave(stage, stage.fill(50), DAY, type="group.kicked", leave_reason=reason)
    stage.until(2 * DAY)
    assert stage.alerts == []
    assert sum(row.planned for row in stage.drain()) == 50


@pytest.mark.parametrize("ending", ["group.dissolve_notice", "group.dissolved"])
def test_leaves_after_the_end_was_announced_are_no_churn(stage, ending) -> None:
    members = stage.fill(50)
    stage.play(DAY - 60, ending)
    leave(stage, members, DAY)
    assert stage.alerts == []
    assert sum(row.planned for row in stage.drain()) == 50


def test_staff_bots_and_repeated_reports_are_no_churn(stage) -> None:
    stage.fill(50)
    crew = [f"s{number}" for number in range(10)]
    for member in crew:
        stage.play(1, "group.joined", member, role="staff")
    leave(stage, crew, DAY)
    for _ in range(10):
        stage.play(DAY + 20, "group.left", "m1")
    assert stage.alerts == []


@pytest.mark.parametrize(("days", "waves"), [(0.5, 1), (3, 2)])
def test_leaving_again_without_a_join_counts_once_the_join_must_have_been_lost(
    new_stage, days, waves
) -> None:
    stage = new_stage()
    members = stage.fill(50)
    leave(stage, members[:5], DAY)
    leave(stage, members[:5], DAY + days * DAY)
    assert [alert.state for alert in stage.alerts].count("opened") == waves
    assert stage.state.size == 45


def test_one_with_a_bad_connection_is_no_wave(stage) -> None:
    stage.fill(20)
    for number in range(10):
        stage.play(DAY + number * 2, "group.left", "m1")
        stage.play(DAY + number * 2 + 1, "group.joined", "m1")
    assert stage.alerts == []


def test_five_of_five_hundred_is_no_spike(stage) -> None:
    members = stage.fill(500)
    leave(stage, members[:9], DAY)
    assert stage.alerts == []
    leave(stage, members[9:10], DAY + 10)
    assert told(stage) == [("opened", 10)]


def test_leaves_of_members_never_seen_count(stage) -> None:
    leave(stage, [f"stranger{number}" for number in range(6)], DAY)
    assert told(stage) == [("opened", 5)]
    assert stage.alerts[0].members == 5


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [0, 4, 1, 3, 2], [1, 4, 0, 3, 2]])
def test_a_wave_is_found_whatever_the_order_of_arrival(new_stage, order) -> None:
    stage = new_stage()
    stage.fill(50)
    events = [stage.event(DAY + number * 20, "group.left", f"m{number}") for number in range(5)]
    for index in order:
        stage.fold(events[index], 100 + order.index(index))
    assert told(stage) == [("opened", 5)]
    assert stage.alerts[0].opened_at == events[4].at


def test_a_weekly_exodus_is_learned(stage) -> None:
    members = stage.fill(40)
    opened = []
    for week in range(1, 9):
        start = week * 7 * DAY + 17 * HOUR
        before = len(stage.alerts)
        leave(stage, members[:12], start, step=5)
        stage.until(start + 2 * HOUR)
        opened.append(len(stage.alerts) > before)
        for member in members[:12]:
            stage.play(start + 2 * HOUR, "group.joined", member)
    assert opened[0]
    assert not any(opened[3:])
    leave(stage, members[:12], 9 * 7 * DAY + 3 * HOUR)
    assert stage.alerts[-1].state == "updated", "at another hour it is still a spike"


def test_an_alert_is_named_by_whom_and_when() -> None:
    keys = [
        ("b", "g", "k", 1),
        ("b", "g", "k", 2),
        ("b", "h", "k", 1),
        ("bg", "", "k", 1),
        ("b", "g", "l", 1),
    ]
    names = {alert_id(*key) for key in keys}
    assert len(names) == 5
    assert alert_id("b", "g", "k", 1) in names


def test_a_timer_overdue_for_years_fires_at_its_own_time(stage) -> None:
    members = stage.fill(100)
    leave(stage, members[:8], DAY)
    (closed,) = stage.until(3000 * DAY)
    assert closed.closed_at is not None
    assert closed.closed_at - closed.opened_at < HOUR * 1000
