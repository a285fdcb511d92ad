"""One person behind several member ids, against small stories that are counted by hand."""

import json
from typing import Any

import pytest

from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.writer import Writer
from tests.sinks.story import act, read, tell

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")


def test_ids_that_share_an_identity_are_one_person(shared_store: Engine) -> None:
    def known(member: str, **ids: str) -> dict[str, Any]:
        return act("ids", 1, "visited", member, ids=ids)

    tell(
        shared_store,
        known("a1", unionid="u"),
        known("z9", unionid="u", phone_hash="p"),
        known("b2", phone_hash="p"),
        known("b2", openid="o"),
        known("c3", openid="o"),
        known("d4", unionid="p"),  # the same word as a telephone's, but of another sort
        act("ids", 1, "visited", "e5"),
        act("else", 1, "visited", "a1", ids={"openid": "x"}),
        act("ids", 1, "message", "crew", role="staff", ids={"unionid": "u"}),
    )
    assert read(shared_store, "identities", "member_id, person_id", "brand_id = 'ids'") == [
        ("a1", "a1"),
        ("b2", "a1"),
        ("c3", "a1"),
        ("d4", "d4"),
        ("e5", "e5"),
        ("z9", "a1"),
    ]


def test_a_chain_of_identities_is_followed(shared_store: Engine) -> None:
    names = "abcde"
    tell(shared_store, *(act("chain", 1, "visited", one, ids={"unionid": one + "1", "openid": two + "1"})
         for one, two in zip(names, names[1:] + "f", strict=True)),
         *(act("chain", 1, "visited", one, ids={"unionid": one + "1", "openid": one + "1"}) for one in names))  # fmt: skip
    assert {who for (who,) in read(shared_store, "identities", "person_id", "brand_id = 'chain'")} == {"a"}


def test_a_person_neither_doubles_nor_loses(shared_store: Engine) -> None:
    shop, store = {"ids": {"unionid": "u"}}, {"ids": {"unionid": "u"}, "group_id": None}
    tell(
        shared_store,
        act("one", 1, "group.joined", "shop", group_id="h", **shop),
        act("one", 2, "group.joined", "shop", group_id="g"),
        act("one", 3, "group.joined", "store", group_id="g", ids={"unionid": "u"}),
        act("one", 3, "group.joined", "other", group_id="g"),
        act("one", 4, "paid", "shop", order_id="both", paid_fen=500, points_used=20),
        act("one", 4.1, "paid", "store", order_id="both", paid_fen=500, points_used=20, **store),
        act("one", 5, "refunded", "store", order_id="both", refund_fen=100, **store),
        act("one", 6, "paid", "store", order_id="own", paid_fen=300, **store),
        act("one", 6, "paid", "shop", order_id="back", paid_fen=200),
        act("one", 7, "refunded", "store", order_id="back", refund_fen=200, **store),
        act("one", 7, "refunded", "shop", order_id="both", refund_fen=50, refund_type="cashback"),
        act("one", 8, "signin", "shop", points_delta=30),
        act("one", 8, "points_grant", "store", points_delta=7, audit_state="approved", **store),
        act("one", 8, "points_grant", "store", points_delta=99, audit_state="pending", **store),
    )  # fmt: skip
    columns = "person_id, member_ids, first_seen_group, groups_n, orders, net_fen, points"
    assert read(shared_store, "persons", columns, "brand_id = 'one'") == [
        ("other", ["other"], "g", 1, 0, 0, 0),
        ("shop", ["shop", "store"], "h", 2, 2, 700, 17),
    ]
    assert read(shared_store, "person_reach", "memberships, persons, rate", "brand_id = 'one'") == [
        (4, 2, 0.5)
    ]
    erase_member(shared_store, "one", "shop")
    assert read(shared_store, "persons", "person_id, member_ids, net_fen", "brand_id = 'one'") == [
        ("other", ["other"], 0),
        ("store", ["store"], 500),  # a refund whose payment nobody knows any more
    ]


def test_levels_of_one_person_that_differ(shared_store: Engine) -> None:
    def profile(member: str, level: str | None) -> bytes:
        return json.dumps({
            "schema_version": 1, "brand_id": "levels", "member_id": member, "version": 1, "as_of": 1, "first_seen": 1,
            "last_seen": 1,
            "activity_score": 0.0, "activity": "new", "activity_freq": "none", "stage": "intro", "f": 0,
            "m_fen": 0, "orders": 0, "revenue_fen": 0, "streak_days": 0,
            "longest_streak_days": 0, "checkin_days": 0, "p_alive": 1.0,
            "churn": "none", "churn_risk": 0.0, "groups": 0, "tags": [], "features": {"level": level},
        }).encode()  # fmt: skip

    ids = {"a1": "u", "a2": "u", "b1": "v", "b2": "v"}
    tell(shared_store, *(act("levels", 1, "visited", one, ids={"unionid": of}) for one, of in ids.items()))
    rows = [profile("a1", "gold"), profile("a2", "silver"), profile("b1", "gold"), profile("b2", "gold")]
    Writer(shared_store).write(
        "member_profiles", "p", 0, 0, len(rows) - 1, [(raw, "p", 0, n) for n, raw in enumerate(rows)]
    )
    assert read(shared_store, "persons", "person_id, levels, levels_differ", "brand_id = 'levels'") == [
        ("a1", ["gold", "silver"], 1),
        ("b1", ["gold"], 0),
    ]
