"""The views of a campaign's steps, against small stories that are counted by hand. A story's last event is stored twice."""

import pytest

from tests.sinks.story import Brand, day, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

COURSE = {"paid_fen": 9900, "lines": [{"sku": "x"}, {"sku_type": "course"}]}


def reached(brand: Brand, path: str) -> list[tuple[object, ...]]:
    return brand.read("campaign_paths", "campaign_id, member_id, stage, step", f"path = '{path}'")


def test_the_spreading_way(brand: Brand) -> None:
    def starts(member: str, at: float = 0) -> list[dict[str, object]]:
        return [
            event(at, "account.followed", member, campaign_id="c"),
            event(at + 1, "group.joined", member, group_id="g"),
        ]

    picture = {"group_id": "g", "msg_type": "image"}
    brand.tell(
        event(0.5, "broadcast", group_id="g"),  # before anybody came
        event(2, "message", "butler", role="staff", group_id="g"),
        *starts("whole"),
        event(3, "message", "whole", **picture),
        event(3.5, "audit", "whole", audit_state="rejected"),
        event(4, "audit", "whole", audit_state="approved"),
        event(7, "signin", "whole"),  # to the millisecond within seven days
        *starts("late"),
        event(3, "message", "late", **picture),
        event(4, "audit", "late", audit_state="approved"),
        event(7.0001, "signin", "late"),
        *starts("early"),
        event(1.9, "message", "early", **picture),  # before being told
        event(4, "audit", "early", audit_state="approved"),
        *starts("never told", at=2),
        event(5, "message", "never told", **picture),
        event(1, "account.followed", "other", campaign_id="d"),
        event(1.1, "group.joined", "other", group_id="g", campaign_id="c"),  # of another campaign
        event(1, "account.followed", "no campaign"),
        event(9, "visited", "whole"),
    )
    assert reached(brand, "spreading") == [
        ("c", "early", 3, "told"),
        ("c", "late", 5, "approved"),
        ("c", "never told", 2, "joined"),
        ("c", "whole", 6, "signed_in"),
        ("d", "other", 1, "followed"),
    ]


def test_the_product_way(brand: Brand) -> None:
    def buys(member: str, **paid: object) -> list[dict[str, object]]:
        return [
            event(0, "account.followed", member, campaign_id="c"),
            event(0.1, "paid", member, order_id=member, **(COURSE | paid)),
            event(0.2, "contact.added", member, staff_id="s"),
            event(0.3, "group.joined", member, group_id="g"),
        ]

    brand.tell(
        event(0.4, "broadcast", group_id="g"),
        *buys("completes"),
        *(event(at + 0.5, "signin", "completes", activity_id="a", required_days=8) for at in range(8)),
        event(1, "moments_post", "completes"),
        *buys("stops"),
        event(0.5, "signin", "stops", activity_id="a", required_days=8),
        event(1, "share", "stops"),
        *buys("goods", lines=[{"sku_type": "goods"}]),
        event(9, "visited", "stops"),
    )
    assert reached(brand, "product") == [
        ("c", "completes", 8, "completed"),
        ("c", "goods", 1, "followed"),
        ("c", "stops", 7, "shared"),
    ]


def test_the_service_way(brand: Brand) -> None:
    def starts(member: str) -> list[dict[str, object]]:
        return [
            event(0, "account.followed", member, campaign_id="c"),
            event(0.1, "visited", member),
            event(0.2, "invite.sent", member, campaign_id="c", inviter_id=member),
        ]

    brand.tell(
        *starts("whole"),
        event(0.3, "account.followed", "friend", inviter_id="whole", campaign_id="c"),
        event(0.4, "enroll", "whole", activity_id="a"),
        event(0.5, "group.joined", "whole", group_id="g"),
        *starts("alone"),
        event(0.4, "enroll", "alone", activity_id="a"),
        *starts("before"),
        event(0.15, "group.joined", "guest", group_id="g", inviter_id="before"),
    )
    assert reached(brand, "service") == [
        ("c", "alone", 3, "invited"),
        ("c", "before", 3, "invited"),
        ("c", "friend", 1, "followed"),
        ("c", "whole", 6, "joined"),
    ]


def test_bets_are_active_failed_or_earned(brand: Brand) -> None:
    def signs(member: str, *days: float, **fields: object) -> list[dict[str, object]]:
        return [event(at, "signin", member, bet_id="x", required_days=3, **fields) for at in days]

    brand.tell(
        *signs("earned", 0, 1, 1.5, 2),
        *signs("misses", 0, 2, 3),
        *signs("active", 2, 3.1),
        *signs("today", 2, 3),  # the fourth day is not over
        *signs("mended", 0, 2),
        *signs("mended", 3, local_day="2026-03-02", makeup=True),
        event(0, "signin", "plain"),
        event(4.1, "visited", "plain"),
    )
    columns = f"member_id, bet_id, {day()}, required_days, days, state"
    assert brand.read("signin_runs", columns) == [
        ("active", "x", 2, 3, 2, "active"),
        ("earned", "x", 0, 3, 3, "earned"),
        ("mended", "x", 0, 3, 3, "earned"),
        ("misses", "x", 0, 3, 2, "failed"),
        ("today", "x", 2, 3, 2, "active"),
    ]
    brand.tell(event(5, "visited", "plain"))
    assert brand.read("signin_runs", "member_id", "state = 'active'") == []


def test_audits_and_how_long_they_take(brand: Brand) -> None:
    brand.tell(
        event(0, "task", "a", submission_id="s1"),
        event(0.25, "audit", "a", activity_id="p", submission_id="s1", audit_state="pending"),
        event(0.4, "audit", "a", activity_id="p", submission_id="s1", audit_state="rejected"),
        event(0.5, "audit", "a", activity_id="p", submission_id="s1", audit_state="approved"),
        event(0.1, "message", "b", group_id="g", msg_type="image"),
        event(0.2, "message", "b", group_id="g", msg_type="image"),
        event(0.45, "audit", "b", activity_id="p", audit_state="rejected"),
        event(0.6, "audit", "c", activity_id="p", audit_state="approved"),
        event(1, "share", "d"),
        event(8.5, "audit", "d", activity_id="q", audit_state="approved"),
        event(9, "audit", "d", activity_id="q", submission_id="open", audit_state="pending"),
    )
    columns = f"activity_id, {day()}, audits, approved, round(pass_rate, 3), minutes"
    # a waited half a day, b a quarter; of c nothing was handed in that we know; d's share is more than a week old.
    assert brand.read("audit_days", columns) == [("p", 0, 3, 2, 0.667, 540.0), ("q", 8, 1, 1, 1.0, None)]


def test_first_sign_in_after_joining(brand: Brand) -> None:
    brand.tell(
        event(0, "group.joined", "m", group_id="g"),
        event(0.5, "group.joined", "m", group_id="h"),
        event(1, "signin", "m", activity_id="a", submission_id="s"),
        event(1.1, "audit", "m", activity_id="a", submission_id="s", audit_state="rejected"),
        event(1.2, "audit", "m", activity_id="a", submission_id="s", audit_state="approved"),
        event(1.3, "audit", "m", activity_id="a", submission_id="t", audit_state="rejected"),
        event(0, "group.joined", "late", group_id="g"),
        event(-1, "signin", "late", activity_id="a"),
        event(1.01, "signin", "late", activity_id="a"),
        event(0.9, "audit", "late", activity_id="a", audit_state="approved"),
        event(1.4, "audit", "late", activity_id="a", audit_state="rejected"),
        event(1.5, "audit", "late", activity_id="a", audit_state="approved"),
        event(0, "group.joined", "waits", group_id="g"),
        event(0.25, "signin", "waits", activity_id="a"),
    )
    columns = f"member_id, {day()}, round(hours, 2), within_day, audit_state"
    assert brand.read("first_signins", columns) == [
        ("late", 1, 24.24, 0, "rejected"),
        ("m", 1, 24.0, 1, "approved"),
        ("waits", 0, 6.0, 1, "pending"),
    ]
