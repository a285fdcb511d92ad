"""Slow leaks and silent churn, judged day by day."""

import random

DAY = 86_400


def kinds(stage, kind):
    return [alert for alert in stage.alerts if alert.kind == kind]


def days(stage, members, first, last, leaves, talkers, chance):
    """Days in which so many leave (and are replaced) and so many speak."""
    for day in range(first, last):
        times = [(day * DAY + chance.uniform(7, 22) * 3600, "leave") for _ in range(leaves(day))]
        times += [(day * DAY + chance.uniform(7, 22) * 3600, "talk") for _ in range(talkers(day))]
        spoken = 0
        for at, what in sorted(times):
            if what == "talk":
                stage.play(at, "message", members[spoken])
                spoken += 1
                continue
            place = chance.randrange(60, len(members))
            stage.play(at, "group.left", members[place])
            members[place] = f"n{stage.offset}"
            stage.play(at + 1, "group.joined", members[place])


def test_a_slow_leak_is_told_once_and_closes(stage) -> None:
    chance = random.Random(2)
    members = stage.fill(150)
    days(stage, members, 0, 40, lambda day: chance.choice([1, 2, 2, 3]), lambda day: 8, chance)
    assert kinds(stage, "slow_leak") == []
    days(stage, members, 40, 60, lambda day: chance.choice([5, 6, 7]), lambda day: 8, chance)
    opened, *_ = kinds(stage, "slow_leak")
    assert opened.state == "opened"
    assert opened.observed >= 1.5 * opened.expected
    assert opened.evidence["level_a_day"] > 1.5 * opened.evidence["usual_a_day"]
    assert 40 * DAY <= (opened.opened_at - stage.event(0, "message").at) / 1000 <= 56 * DAY
    assert kinds(stage, "churn_spike") == []
    days(stage, members, 60, 120, lambda day: chance.choice([1, 2, 2, 3]), lambda day: 8, chance)
    assert kinds(stage, "slow_leak")[-1].state == "closed"
    assert len({alert.alert_id for alert in kinds(stage, "slow_leak")}) == 1


def test_a_group_that_falls_silent_while_nobody_leaves_is_told(stage) -> None:
    chance = random.Random(3)
    members = stage.fill(100)
    days(stage, members, 0, 42, lambda day: 0, lambda day: chance.randrange(15, 26), chance)
    assert stage.alerts == []
    days(stage, members, 42, 56, lambda day: 0, lambda day: chance.randrange(2, 6), chance)
    (opened, *_) = kinds(stage, "silent_churn")
    assert opened.evidence["speakers_a_day"] < 8
    assert opened.evidence["usual_speakers_a_day"] > 15
    days(stage, members, 56, 80, lambda day: 0, lambda day: chance.randrange(18, 30), chance)
    assert kinds(stage, "silent_churn")[-1].state == "closed"


def test_a_group_of_which_nothing_more_is_heard_is_told_by_the_timer(stage) -> None:
    chance = random.Random(3)
    members = stage.fill(100)
    days(stage, members, 0, 42, lambda day: 0, lambda day: chance.randrange(15, 26), chance)
    stage.until(60 * DAY)
    assert kinds(stage, "silent_churn")[0].state == "opened"


def test_an_empty_group_has_no_timer(stage) -> None:
    members = stage.fill(10)
    stage.play(10 * DAY, "group.dissolved")
    stage.until(20 * DAY)
    assert stage.state.size == 0
    assert stage.state.due is None
    assert len(members) == 10


def test_a_spike_alone_is_no_leak(stage) -> None:
    chance = random.Random(5)
    members = stage.fill(200)
    days(stage, members, 0, 40, lambda day: chance.choice([1, 2, 3]), lambda day: 8, chance)
    for number in range(60):
        stage.play(40 * DAY + 12 * 3600 + number, "group.left", members[100 + number])
    days(stage, members[:90], 41, 50, lambda day: chance.choice([1, 2]), lambda day: 8, chance)
    assert kinds(stage, "churn_spike")
    assert kinds(stage, "slow_leak") == []
