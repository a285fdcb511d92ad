"""The views of groups by type, weekday and VIP members, against small stories that are counted by hand."""

import json
from typing import Any

import pytest

from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.writer import Writer
from tests.sinks.story import act, day, read, tell

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")

MONDAY = 1  # 2 March 2026


def meta(brand: str, at: float, group: str, type_: str = "group.created", **fields: Any) -> dict[str, Any]:
    """What a group is said to be; `said` is beside the group's own facts."""
    said = fields.pop("said", {})
    return act(brand, at, type_, group_id=group, group_meta=fields, **said)


TYPES = [
    ("G01", {"purpose": "welfare", "welfare_weekday": 3}),
    ("G02", {"purpose": "exchange"}),
    ("G03", {"purpose": "knowledge"}),
    ("G04", {"purpose": "camp", "planned_end_ts": "2026-04-01T00:00:00+08:00"}),
    ("G05", {"purpose": "job"}),
    ("G06", {"growth_type": "traffic"}),
    ("G07", {"growth_type": "flash", "planned_end_ts": 1_775_000_000_000, "campaign_id": "c"}),
    ("G08", {"growth_type": "content"}),
    ("G09", {"purpose": "signin"}),
    ("G10", {"growth_type": "product"}),
    ("G11", {"tier": "base"}),
    ("G12", {"tier": "vip"}),
    ("G13", {"tier": "buffer", "warehouse_id": "w"}),
    ("G14", {"purpose": "distributor"}),
    ("G15", {"purpose": "seed"}),
    ("G16", {"store": "s", "city": "杭州", "community_no": "7"}),
    ("G17", {"audience": "宝妈"}),
    ("G18", {"owned": False}),
    ("G19", {"purpose": "game"}),
    ("G20", {"entry_gate": "paid"}),
    ("G22", {"audience": "业主"}),
]
BESIDE = {"campaign_id", "warehouse_id", "city", "entry_gate"}
"""Told by the event, not in its group_meta."""


@pytest.mark.parametrize(("row", "told"), TYPES, ids=[row for row, _ in TYPES])
def test_the_type_of_a_group_is_the_latest_word(shared_store: Engine, row: str, told: dict[str, Any]) -> None:
    own = {name: value for name, value in told.items() if name not in BESIDE}
    said = {name: value for name, value in told.items() if name in BESIDE}
    tell(
        shared_store,
        meta(row, 2, "g", "group.updated", **own, said=said),
        meta(row, 1, "g", purpose=own.get("purpose", "older"), audience=own.get("audience", "all")),
        meta(row, 1, "other", purpose="other"),
    )
    names = [name for name in told if name != "planned_end_ts"]
    columns = ", ".join(
        [*names, "isNotNull(planned_end) AS ends", day("toDate(created_at, 'Asia/Shanghai')")]
    )
    found = read(shared_store, "group_types", columns.replace("n_toDate(created_at, 'Asia/Shanghai')", "made"),
                 f"brand_id = '{row}' AND group_id = 'g'")  # fmt: skip
    assert found == [(*(told[name] for name in names), "planned_end_ts" in told, 1)]


def test_a_group_beside_groups_of_its_type(shared_store: Engine) -> None:
    def window(group: str, at: float, joins: int, left: int, planned: int) -> dict[str, Any]:
        return {
            "schema_version": 1, "brand_id": "types", "group_id": group, "version": 1, "as_of": 0,
            "window_start": act("types", at, "message")["ts"], "window_seconds": 300, "part": 0, "members": 2, "joins": joins,
            "leaves": left + planned, "left_self": left, "kicked": 0, "banned": 0, "planned": planned, "messages": 0,
            "speakers": 0, "active_rate": 0.0,
        }  # fmt: skip

    tell(
        shared_store,
        *(meta("types", 0, one, growth_type="traffic") for one in ("t1", "t2", "t3")),
        meta("types", 0, "c", growth_type="content"),
        *(
            act("types", 1, "group.joined", m, group_id=g)
            for g in ("t1", "t2", "t3", "c")
            for m in ("m", "n")
        ),
        act("types", 2, "group.joined", "m", group_id="plain"),
        *(act("types", 20 + d, "signin", "m", group_id="t1") for d in (0, 0.1, 1, 2)),
        *(act("types", 20, "visited", m, group_id="c") for m in ("m", "n")),
        act("types", 20, "paid", "n", group_id="c", order_id="1", paid_fen=1),
        act("types", 30, "message", "m", group_id="t2"),
    )
    rows = [
        window("t1", 10, 4, 2, 3),
        window("t2", 10, 0, 6, 0),
        window("t3", 10, 1, 0, 0),
        window("t3", 0, 9, 9, 0),
    ]
    Writer(shared_store).write(
        "group_stats", "s", 0, 0, len(rows) - 1, [(_json(row), "s", 0, n) for n, row in enumerate(rows)]
    )
    figures = "group_id, growth_type, members, joins, leaves, joins_per_leave, leave_rate, round(checkin_rate, 4), conversion"
    alike = "type_groups, type_leave_rate, type_conversion, expected_conversion"
    assert read(shared_store, "group_profiles", f"{figures}, {alike}", "brand_id = 'types'") == [
        ("c", "content", 2, 0, 0, None, 0.0, 0.0, 0.5, 1, 0.0, 0.5, 0.4),
        ("plain", "", 1, 0, 0, None, 0.0, 0.0, None, 1, 0.0, None, None),
        ("t1", "traffic", 2, 4, 2, 2.0, 0.5, 0.05, None, 3, 0.5, None, None),
        ("t2", "traffic", 2, 0, 6, 0.0, 0.75, 0.0, None, 3, 0.5, None, None),
        ("t3", "traffic", 2, 1, 0, None, 0.0, 0.0, None, 3, 0.5, None, None),
    ]  # fmt: skip


def _json(row: dict[str, Any]) -> bytes:
    return json.dumps(row).encode()


def test_what_a_group_does_on_wednesdays(shared_store: Engine) -> None:
    wednesday = MONDAY + 2
    tell(
        shared_store,
        meta("wed", 0, "g", purpose="welfare", welfare_weekday=3),
        *(act("wed", wednesday + 7 * week, "message", "mn"[week % 2]) for week in range(4)),
        *(
            act("wed", wednesday + 7 * week, "paid", "m", order_id=f"o{week}", paid_fen=100)
            for week in range(3)
        ),
        act("wed", MONDAY, "message", "m"),
        act("wed", MONDAY + 1, "paid", "m", order_id="back", paid_fen=100),
        act("wed", MONDAY + 2, "refunded", "m", order_id="back", refund_fen=100),
        act("wed", MONDAY + 4, "paid", "n", order_id="fri", paid_fen=50),
        act("wed", wednesday, "message", "crew", role="staff"),
    )
    columns = "weekday, messages, speakers, orders, net_fen, messages_lift, orders_lift, welfare"
    assert read(shared_store, "group_weekdays", columns, "brand_id = 'wed'") == [
        (1, 1, 1, 0, 0, 1.5, 0.0, 0),
        (2, 0, 0, 0, 0, 0.0, 0.0, 0),
        (3, 4, 2, 3, 300, 24.0, 18.0, 1),
        (4, 0, 0, 0, 0, 0.0, 0.0, 0),
        (5, 0, 0, 1, 50, 0.0, 2.0, 0),
        (6, 0, 0, 0, 0, 0.0, 0.0, 0),
        (7, 0, 0, 0, 0, 0.0, 0.0, 0),
    ]


def test_the_portrait_of_a_vip(shared_store: Engine) -> None:
    def lines(*categories: str) -> list[dict[str, Any]]:
        return [{"sku": one, "category": one} for one in categories]

    tell(
        shared_store,
        meta("vip", 0, "v", tier="base"),
        meta("vip", 1, "v", "group.updated", tier="VIP"),
        act("vip", 2, "group.joined", "rich", group_id="v"),
        act("vip", 2, "group.joined", "quiet", group_id="v"),
        act("vip", 2, "group.joined", "gone", group_id="v"),
        act("vip", 3, "group.left", "gone", group_id="v"),
        act("vip", 2, "group.joined", "plain", group_id="g"),
        act("vip", 3, "profile.updated", "rich", profile={"age": 30, "occupation": "nurse"}),
        act("vip", 4, "profile.updated", "rich", profile={"age": 31}, ids={"phone_hash": "p"}),
        *(act("vip", 5, "visited", "rich", query_category="tea", lines=lines(one)) for one in ("rice", "tea")),
        act("vip", 5, "message", "rich", intent=["反馈"]),
        act("vip", 5, "form", "rich"),
        *(act("vip", at, "paid", "rich", order_id=f"o{at}", paid_fen=300, platform="shop", lines=lines("rice"))
          for at in (10, 20, 40)),
        act("vip", 41, "paid", "rich", order_id="back", paid_fen=900, platform="mall", lines=lines("tea")),
        act("vip", 42, "refunded", "rich", order_id="back", refund_fen=900),
        act("vip", 42, "paid", "plain", order_id="else", paid_fen=300),
    )  # fmt: skip
    who = "member_id, groups, age, occupation, phone_known, wechat_known"
    does = "wanted, suggestions, category, orders, days_between, platform, net_fen, share"
    assert read(shared_store, "vip_portraits", f"{who}, {does}", "brand_id = 'vip'") == [
        ("quiet", ["v"], None, "", 0, 0, "", 0, "", 0, None, "", 0, 0.0),
        ("rich", ["v"], 31, "nurse", 1, 0, "tea", 2, "rice", 3, 15.0, "shop", 900, 0.75),
    ]
    erase_member(shared_store, "vip", "rich")
    assert read(shared_store, "vip_portraits", "member_id", "brand_id = 'vip'") == [("quiet",)]


def test_the_path_of_vip_members_by_month(shared_store: Engine) -> None:
    april, may = 31, 61
    coupon = {"reward": {"type": "coupon"}}
    tell(
        shared_store,
        meta("path", 0, "v", tier="vip"),
        *(
            act("path", 1, "group.joined", one, group_id="v")
            for one in ("buys", "takes", "once", "new", "left")
        ),
        act("path", 2, "group.left", "left", group_id="v"),
        *(act("path", 3, "signin", one) for one in ("buys", "takes", "once", "plain")),
        *(act("path", april + 3, "lottery", one, **coupon) for one in ("buys", "takes", "plain")),
        act("path", april + 4, "signin", "new"),
        act("path", april + 5, "paid", "buys", order_id="1", paid_fen=9),
        act("path", april + 5, "paid", "new", order_id="2", paid_fen=9),
        act("path", may + 1, "message", "plain"),
    )
    columns = f"{day('month')}, members, active, retained, stimulated, bought"
    assert read(shared_store, "vip_months", columns, "brand_id = 'path'") == [
        (0, 5, 3, 0, 0, 0),
        (april, 4, 3, 2, 2, 1),
        (may, 4, 0, 0, 0, 0),
    ]
