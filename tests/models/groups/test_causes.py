"""Why they left: what leavers share, what they took with them."""

import pytest

from schemas.view import GroupMeta

HOUR = 3600
DAY = 24 * HOUR


def wave(stage, members, at=10 * DAY, type="group.left", **more):
    for number, member in enumerate(members):
        stage.play(at + number, type, member, **more)
    return [alert for alert in stage.alerts if alert.kind == "churn_spike"][-1]


def joined(stage, count, at, prefix, **more):
    names = [f"{prefix}{number}" for number in range(count)]
    for name in names:
        stage.play(at, "group.joined", name, **more)
    return names


@pytest.mark.parametrize(
    ("trait", "told"),
    [("inviter_id", "inviter"), ("campaign_id", "campaign"), ("channel_id", "channel")],
)
def test_leavers_who_came_the_same_way_are_told_apart_from_the_group(stage, trait, told) -> None:
    for day in range(6):
        joined(stage, 10, day * DAY, f"d{day}-", **{trait: f"other{day}"})
    suspects = [
        name for day in range(6) for name in joined(stage, 2, day * DAY + 1, f"s{day}-", **{trait: "x7"})
    ]
    alert = wave(stage, suspects)
    assert (alert.evidence["cause"], alert.evidence["cause_detail"]) == (told, "x7")
    assert f"{told}:x7" in alert.evidence["causes"]
    assert "x7" in alert.text_en
    assert "x7" in alert.text_zh


def test_leavers_who_joined_on_one_day(stage) -> None:
    for day in range(6):
        joined(stage, 12, day * DAY, f"d{day}-")
    alert = wave(stage, [f"d3-{number}" for number in range(8)])
    assert (alert.evidence["cause"], alert.evidence["cause_detail"]) == ("join_day", "2026-01-08")


def test_a_mixed_wave_has_no_known_cause(stage) -> None:
    for day in range(8):
        joined(stage, 8, day * DAY, f"d{day}-", inviter_id=f"i{day}")
    alert = wave(stage, [f"d{day}-0" for day in range(8)])
    assert alert.evidence["cause"] == "unknown"
    assert alert.evidence["causes"] == []


def test_members_removed_by_staff(stage) -> None:
    alert = wave(stage, stage.fill(50)[:8], type="group.kicked")
    assert (alert.evidence["cause"], alert.evidence["cause_detail"]) == ("removed", "kicked")


def test_who_took_a_benefit_and_went(stage) -> None:
    members = stage.fill(60)
    for member in members[:6]:
        stage.play(10 * DAY - HOUR, "claim", member)
    for member in members[6:10]:
        stage.play(7 * DAY, "claim", member)
    alert = wave(stage, members[:9])
    assert alert.evidence["cause"] == "benefit"
    alert = stage.alerts[0]
    assert alert.evidence["claimed_first"] == 5


def test_a_return_keeps_the_first_origin(stage) -> None:
    members = joined(stage, 30, 0, "m")
    joined(stage, 30, 3 * DAY, "k")
    for member in members[:10]:
        stage.play(5 * DAY, "group.left", member)
        stage.play(5 * DAY + 60, "group.joined", member)
    assert all(packed >> 16 == 20_458 for member, packed in stage.state.came.items() if member in members)


def test_what_valuable_members_took_with_them(stage) -> None:
    members = stage.fill(60)
    for number, member in enumerate(members[:20]):
        stage.play(
            DAY + number, "paid", member, order_id=f"o{number}", paid_fen=1000 if number < 16 else 9000
        )
    stage.play(DAY + 50, "refunded", members[19], order_id="o19", refund_fen=9000)
    alert = wave(stage, members[15:22])
    first = stage.alerts[0]
    assert first.observed == 5
    assert (first.evidence["valuable_left"], first.evidence["paid_left_fen"]) == (3, 28_000)
    assert alert.evidence["expected_further_leaves_24h"] > 20
    assert alert.evidence["expected_further_loss_fen"] > 10_000


def test_an_announced_clean_up_is_no_churn_until_it_is_over(stage) -> None:
    members = stage.fill(100)
    end = stage.event(10 * DAY + HOUR, "message").at
    stage.play(10 * DAY - 60, "group.updated", None, group_meta=GroupMeta(cleanup_until_ts=end))
    for number in range(30):
        stage.play(10 * DAY + number, "group.kicked", members[number])
    assert stage.alerts == []
    for number in range(8):
        stage.play(10 * DAY + 2 * HOUR + number, "group.kicked", members[50 + number])
    assert stage.alerts[0].state == "opened"


def test_a_group_past_its_planned_end_loses_nobody_unplanned(stage) -> None:
    members = stage.fill(100)
    end = stage.event(10 * DAY, "message").at
    stage.play(0, "group.created", None, group_meta=GroupMeta(planned_end_ts=end))
    for number in range(40):
        stage.play(10 * DAY + number, "group.left", members[number])
    assert stage.alerts == []


def test_a_traffic_group_is_believed_to_lose_many(new_stage) -> None:
    told = []
    for growth in (None, "traffic"):
        stage = new_stage()
        stage.play(0, "group.created", None, group_meta=GroupMeta(growth_type=growth))
        members = stage.fill(200, at=1)
        for number in range(30):
            stage.play(HOUR + number * 100, "group.left", members[number])
        told.append(any(alert.kind == "churn_spike" for alert in stage.alerts))
    assert told == [True, False]


def test_what_is_known_of_members_goes_with_them(stage) -> None:
    for day in range(12):
        for name in joined(stage, 10, day * DAY, f"d{day}-", inviter_id=f"i{day}"):
            stage.play(day * DAY + 60, "group.left", name)
    stage.play(40 * DAY, "message", "m1")
    assert len(stage.state.came) == 0
    assert len(stage.state.ways) == 0
