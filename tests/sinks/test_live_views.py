"""The views of live streams, of repurchase in groups, and of super members apart. A story's last event is stored twice."""

import json

import pytest

from sinks.clickhouse.writer import Writer
from tests.sinks.story import Brand, event, numbers

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""


def test_phases_of_a_live_stream(brand: Brand) -> None:
    before, during = ({"live_id": "l", "live_phase": phase} for phase in ("直播前", "直播中"))
    brand.tell(
        event(1, "group.joined", "a", group_id="g", **before),
        event(1, "account.followed", "a", **before),
        event(1, "contact.added", "a", staff_id="s", **before),
        *(event(2, "visited", one, **during) for one in ("a", "a", "b")),
        event(2, "visited", "clerk", role="staff", **during),
        event(2, "visited", "b", live_phase="直播中"),  # of no stream
        event(2, "lottery", "a", **during),
        event(2, "paid", "a", order_id="1", paid_fen=500, attributed_group_id="g", **during),
        event(2, "paid", "b", order_id="2", paid_fen=300, **during),
        event(2, "paid", order_id="3", paid_fen=20, group_id="g", **during),
        event(2, "paid", "b", order_id="4", paid_fen=300, **during),
        event(3, "refunded", "a", order_id="1", refund_fen=100),
        event(3, "refunded", "b", order_id="4", refund_fen=300),
    )
    columns = "live_id, phase, visitors, joins, fans, drawing, orders, net_fen, group_fen"
    assert brand.read("live_phases", columns) == [
        ("l", "直播中", 2, 0, 0, 1, 3, 720, 420),
        ("l", "直播前", 0, 1, 1, 0, 0, 0, 0),
    ]


def test_repurchase_in_a_group(brand: Brand) -> None:
    brand.tell(
        *(event(0, "group.joined", one, group_id="g") for one in ("twice", "once", "old", "left", "none")),
        event(1, "group.left", "left", group_id="g"),
        event(0, "group.joined", "once", group_id="h"),
        *(
            event(50 + n, "paid", one, order_id=f"{one}{n}", paid_fen=5)
            for one in ("twice", "left")
            for n in (0, 1)
        ),
        event(50, "paid", "once", order_id="kept", paid_fen=5),
        event(51, "paid", "once", order_id="back", paid_fen=5),
        event(52, "refunded", "once", order_id="back", refund_fen=5),
        event(9, "paid", "old", order_id="o1", paid_fen=5),
        event(60, "paid", "old", order_id="o2", paid_fen=5),
        event(99, "visited", "none"),  # the first order of old is 90 days ago
    )
    assert brand.read("group_repurchase", "group_id, buyers, repeat_buyers, round(rate, 3)") == [
        ("g", 3, 1, 0.333),
        ("h", 1, 0, 0.0),
    ]


def test_super_members_apart(brand: Brand) -> None:
    def holds(version: int, *tags: str) -> tuple[str, str, int, int]:
        profile = {"brand_id": brand.name, "member_id": "s", "version": version, "tags": tags}
        return json.dumps(profile), "t", 0, first + version

    first = next(numbers) * 1000
    brand.tell(
        event(0, "member.registered", "s"),
        event(0, "member.registered", "m"),
        *(event(1, "visited", one, platform="app") for one in "smo"),
        event(2, "paid", "s", order_id="1", paid_fen=5, platform="app"),
    )
    counts = "relation, visitors, payers"
    assert brand.read("relation_platforms", counts) == [("member", 2, 1), ("other", 1, 0)]
    writer = Writer(brand.store, "profiles")
    writer.write(
        "member_profiles", "t", 0, first, first + 1, [holds(0, "value.buyer"), holds(1, "value.super")]
    )
    assert brand.read("relation_platforms", counts) == [("member", 1, 0), ("other", 1, 0), ("super", 1, 1)]
