"""The views of what groups do together, against small stories that are counted by hand; each story is a brand of its own."""

from typing import Any

import pytest

from models.params import MemberParams
from sinks.base import Engine
from tests.sinks.story import MINUTE, START, act, day, event, read, tell
from tests.sinks.test_clickhouse_read import window
from tests.sinks.test_clickhouse_read import write as write_facts

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

DAY = 86_400_000


def size(shared_store: Engine, brand: str, members: int, group: str = "g") -> None:
    """The group has so many members at the end of day 0."""
    start = int(START.timestamp() * 1000) + DAY // 2
    write_facts(
        shared_store, "group_stats", window(start, members=members) | {"brand_id": brand, "group_id": group}
    )


def test_own_acts_are_those_of_the_model(shared_store: Engine) -> None:
    acts = MemberParams().acts
    tell(
        shared_store,
        *(act("own", 1, one, one) for one in [*acts, "push_delivered", "points_grant", "refunded"]),
        act("own", 1, "message", "robot", role="bot"),
        act("own", 1, "paid", "elsewhere", group_id="h", attributed_group_id="g"),
    )
    found = read(shared_store, "own_acts", "member_id, type, speaks", "brand_id = 'own' AND group_id = 'g'")
    assert found == sorted(
        [("elsewhere", "paid", 0), *((one, one, int(how.speaks)) for one, how in acts.items())]
    )


def test_chains(shared_store: Engine) -> None:
    buying = {"solitaire": {"id": "c1", "type": "group_buy"}}
    talk = {"solitaire": {"type": "interact"}}
    size(shared_store, "chains", 8)
    tell(
        shared_store,
        act("chains", 1, "solitaire", "m", **buying),
        act("chains", 1.1, "solitaire", "m", **buying),
        act("chains", 1.2, "solitaire", "n", **buying),
        act("chains", 1.2, "solitaire", "late", **buying),
        act("chains", 1.3, "solitaire", "butler", role="staff", **buying),
        act("chains", 2, "paid", "m", order_id="1", paid_fen=10),
        act("chains", 2, "paid", "n", order_id="2", paid_fen=10),
        act("chains", 3, "refunded", "n", order_id="2", refund_fen=10),
        act("chains", 8.3, "paid", "late", order_id="3", paid_fen=10),
        # Two chains without an id, told apart by their days; the sleeper came long before and never spoke.
        act("chains", 0, "group.joined", "sleeper"),
        act("chains", 15, "solitaire", "sleeper", **talk),
        act("chains", 16, "solitaire", "sleeper", **talk),
    )
    columns = f"type, {day()}, parts, participants, rate, payers, round(paid_rate, 2), woken"
    assert read(shared_store, "chains", columns, "brand_id = 'chains'") == [
        ("group_buy", 1, 4, 3, 0.375, 1, 0.33, 0),
        ("interact", 15, 1, 1, 0.125, 0, 0.0, 1),
        ("interact", 16, 1, 1, 0.125, 0, 0.0, 0),
    ]


def test_a_silence_ends(shared_store: Engine) -> None:
    tell(
        shared_store,
        act("awake", 0, "group.joined", "spoke"),
        act("awake", 3, "message", "spoke"),
        act("awake", 16.9, "signin", "spoke"),  # not yet fourteen days
        act("awake", 31, "share", "spoke"),  # ends none, so the next act counts too
        act("awake", 32, "message", "spoke"),
        act("awake", 33, "message", "spoke"),
        act("awake", 25, "group.joined", "new"),
        act("awake", 31, "message", "new"),
        act("awake", 24, "group.joined", "week"),
        act("awake", 31, "message", "week"),
        act("awake", 31, "message", "unheard of"),
    )
    assert read(shared_store, "awakenings", f"member_id, type, {day()}", "brand_id = 'awake'") == [
        ("spoke", "message", 32),
        ("spoke", "share", 31),
        ("week", "message", 31),
    ]


def test_part_in_activities(shared_store: Engine) -> None:
    size(shared_store, "parts", 4)
    tell(
        shared_store,
        act("parts", 1, "quiz", "m", activity_id="q"),
        act("parts", 2, "quiz", "m", activity_id="q"),
        act("parts", 2, "quiz", "n", activity_id="q"),
        act("parts", 2, "quiz", "crew", activity_id="q", role="staff"),
        act("parts", 2, "points_grant", "n", activity_id="q"),
        act("parts", 2, "quiz", "n", activity_id="q", group_id="unknown size"),
        act("parts", 2, "solitaire", "n", solitaire={"id": "c", "type": "interact"}),
    )
    columns = f"group_id, type, activity_id, {day()}, participants, members, rate"
    assert read(shared_store, "activity_parts", columns, "brand_id = 'parts'") == [
        ("g", "quiz", "q", 1, 2, 4, 0.5),
        ("g", "solitaire", "c", 2, 1, 4, 0.25),
        ("unknown size", "quiz", "q", 2, 1, 0, None),
    ]


def test_signing_in(shared_store: Engine) -> None:
    week = {"activity_id": "three days", "required_days": 3}
    size(shared_store, "signin", 4)
    tell(
        shared_store,
        *(act("signin", at, "signin", "m", **week) for at in (1, 1.5, 2, 3)),
        *(act("signin", at, "signin", "n", **week) for at in (1, 2)),
        act("signin", 4, "signin", "n", local_day="2026-03-04", makeup=True),  # of no campaign
        act("signin", 1, "signin", "robot", role="bot", **week),
    )
    assert read(shared_store, "signin_days", f"{day()}, signed, members, rate", "brand_id = 'signin'") == [
        (1, 2, 4, 0.5),
        (2, 2, 4, 0.5),
        (3, 2, 4, 0.5),
    ]
    columns = "activity_id, required_days, members, completed, rate"
    assert read(shared_store, "signin_campaigns", columns, "brand_id = 'signin'") == [
        ("three days", 3, 2, 1, 0.5)
    ]


def test_code_words(shared_store: Engine) -> None:
    word = {"code_word": "spring"}
    tell(
        shared_store,
        act("code", 1, "code_word", "m", answer="spring", activity_id="a"),
        act("code", 2, "code_word", "m", answer="spring", activity_id="a"),
        act("code", 1, "code_word", "n", answer="spring"),
        act("code", 1.5, "paid", "n", order_id="other", paid_fen=7, group_id="h"),
        # m's order names no group, so it belongs to the one where m told the word; a stranger's in a store names h.
        event(3, "paid", "m", brand_id="code", order_id="1", paid_fen=50, **word),
        event(3, "refunded", "m", brand_id="code", order_id="1", refund_fen=20),
        event(
            3,
            "paid",
            brand_id="code",
            order_id="2",
            paid_fen=9,
            attributed_group_id="h",
            store_id="s",
            **word,
        ),
        act("code", 3, "paid", "n", order_id="3", paid_fen=5, **word),
        act("code", 4, "refunded", "n", order_id="3", refund_fen=5),
    )
    columns = f"group_id, code_word, {day()}, members, bought, orders, store_orders, net_fen"
    assert read(shared_store, "code_words", columns, "brand_id = 'code'") == [
        ("g", "spring", 1, 2, 2, 0, 0, 0),
        ("g", "spring", 3, 0, 0, 1, 0, 30),
        ("h", "spring", 3, 0, 0, 1, 1, 9),
    ]


def test_a_flash_sale_by_the_minute(shared_store: Engine) -> None:
    sale = {"promo": [{"type": "flash", "id": "f"}, {"type": "满减", "id": "x"}]}
    tell(
        shared_store,
        act("flash", 1, "visited", "m", **sale),
        act("flash", 1, "visited", "n", **sale),
        act("flash", 1, "placed", "m", order_id="1", **sale),
        act("flash", 1, "paid", "m", order_id="1", paid_fen=9, lines=[{"sku": "a", "qty": 2}], **sale),
        act(
            "flash",
            1 + 2 * MINUTE,
            "paid",
            "n",
            order_id="2",
            paid_fen=5,
            lines=[{"qty": 1}, {"qty": 3}],
            **sale,
        ),
        act("flash", 1, "paid", "n", order_id="3", paid_fen=5, promo=[{"type": "满减"}]),
    )
    columns = "promo_id, toMinute(minute), visitors, placed, paid, pieces, paid_fen, sold"
    assert read(shared_store, "flash_minutes", columns, "brand_id = 'flash'") == [
        ("f", 0, 2, 1, 1, 2, 9, 2),
        ("f", 2, 0, 0, 1, 4, 5, 6),
    ]


def packet(packet_id: str, **fields: Any) -> dict[str, Any]:
    return {"red_packet": {"id": packet_id, **fields}}


def test_red_packets_at_their_expiry(shared_store: Engine) -> None:
    start = int(START.timestamp() * 1000)
    tell(
        shared_store,
        act("packets", 0, "group.joined", "sleeper"),
        act("packets", 20, "red_packet_sent", "s", role="staff", staff_id="s", **packet("p", parts=5, amount_fen=500)),
        act("packets", 20 + MINUTE, "red_packet_claimed", "m", **packet("p", amount_fen=90)),
        act("packets", 20 + 2 * MINUTE, "red_packet_claimed", "sleeper", **packet("p", amount_fen=110)),
        act("packets", 20 + 3 * MINUTE, "red_packet_claimed", "s", role="staff", **packet("p", amount_fen=50)),
        act("packets", 21.5, "red_packet_claimed", "too late", **packet("p", amount_fen=50)),
        # A packet with an end of its own, not over when the story ends; nobody took a part.
        act("packets", 21, "red_packet_sent", "m", **packet("q", parts=2, amount_fen=9, expire_ts=start + 30 * DAY)),
        act("packets", 21.6, "message", "m"),
    )  # fmt: skip
    columns = "packet_id, sender, staff_id, expired, parts, claimed, claimed_by_members, rate, claimed_fen, returned_fen"
    assert read(shared_store, "red_packets", columns, "brand_id = 'packets'") == [
        ("p", "s", "s", 1, 5, 3, 2, 0.5, 250, 250),
        ("q", "m", "", 0, 2, 0, 0, 0.0, 0, None),
    ]
    figures = "packet_id, seconds_to_last, woken, fen_for_woken"
    assert read(shared_store, "red_packets", figures, "brand_id = 'packets'") == [
        ("p", 120.0, 1, 250.0),
        ("q", None, 0, None),
    ]


def test_the_luckiest_goes_free_once_for_each_packet(shared_store: Engine) -> None:
    best = {"amount_fen": 9, "best": True}
    tell(
        shared_store,
        act("lucky", 1.5, "red_packet_claimed", "m", **packet("p1", **best)),
        act("lucky", 1.6, "red_packet_claimed", "m", **packet("p2", **best)),
        act("lucky", 1.7, "red_packet_claimed", "m", **packet("p3", **best)),
        act("lucky", 1.5, "red_packet_claimed", "n", **packet("p1", amount_fen=1)),
        act("lucky", 1.1, "paid", "m", order_id="early", paid_fen=10),
        act("lucky", 1.9, "paid", "m", order_id="evening", paid_fen=20),
        act("lucky", 2, "paid", "m", order_id="next day", paid_fen=30),
        act("lucky", 1.2, "paid", "n", order_id="not lucky", paid_fen=40),
    )
    columns = f"packet_id, member_id, {day()}, order_id, net_fen"
    assert read(shared_store, "lucky_receipts", columns, "brand_id = 'lucky'") == [
        ("p1", "m", 1, "early", 10),
        ("p2", "m", 1, "evening", 20),
        ("p3", "m", 1, "", 0),
    ]


def test_joint_orders_after_a_game(shared_store: Engine) -> None:
    hour = 1 / 24
    joint = {"groupbuy_id": "buy"}
    tell(
        shared_store,
        *(act("team", 1, "game", one) for one in ("m", "n", "k")),
        act("team", 1 + hour, "game", "m"),
        act("team", 1 + 4 * hour, "placed", "m", order_id="1", group_id="h", **joint),
        act("team", 1 + 2 * hour, "placed", "n", order_id="2", **joint),
        act("team", 1 + 4 * hour, "placed", "k", order_id="3", **joint),  # three hours are over
        act("team", 1 + hour, "placed", "other", order_id="4", **joint),
        act("team", 1 + hour, "placed", "n", order_id="alone"),
    )
    columns = f"group_id, {day()}, players, groupbuys, orders, buyers, round(rate, 2)"
    assert read(shared_store, "team_orders", columns, "brand_id = 'team'") == [("g", 1, 3, 1, 2, 2, 0.67)]
