"""One person behind several member ids, against small stories that are counted by hand."""

import json
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import yaml

from models.calendar import Calendar
from models.levels import Levels
from models.members import Members
from models.params import MemberParams
from models.rules import compile_rules
from schemas.view import read_event
from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.writer import Writer
from streams.rule_files import shipped_rules
from tests.sinks.story import Brand, act, event, read, tell

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


LEVELS = """
- says: one day signed in under two ids counts once, by the local day that an event tells
  events:
    - {at: 1, type: signin, member: a, ids: {unionid: u}}
    - {at: 1.5, type: signin, member: b, ids: {unionid: u}}
    - {at: 2.1, type: signin, member: b, local_day: "2026-03-02"}
    - {at: 2.2, type: signin, member: a}
    - {at: 2.3, type: signin, member: a, role: staff}
  rows: [[a, a, 2, 2, ""], [b, a, 2, 2, ""]]
- says: an order reported under both ids counts once, by the largest report; a refund reported under one lowers it
  events:
    - {at: 1, type: paid, member: a, order_id: o, paid_fen: 50000, ids: {unionid: u}}
    - {at: 1, type: paid, member: b, order_id: o, paid_fen: 60000, ids: {unionid: u}}
    - {at: 2, type: refunded, member: b, order_id: o, refund_fen: 9900}
    - {at: 2, type: refunded, member: a, order_id: o, refund_fen: 5000, refund_type: cashback}
  rows: [[a, a, 501, 501, silver], [b, a, 501, 501, silver]]
- says: whole yuan of an order are counted over its parcels, under whichever id; an order without an id is one of its own
  events:
    - {at: 1, type: paid, member: a, order_id: o1, parent_order_id: o, paid_fen: 150, ids: {unionid: u}}
    - {at: 1, type: paid, member: b, order_id: o2, parent_order_id: o, paid_fen: 150, ids: {unionid: u}}
    - {at: 1, type: paid, member: a, paid_fen: 199}
    - {at: 1, type: paid, member: b, paid_fen: 199}
  rows: [[a, a, 5, 5, ""], [b, a, 5, 5, ""]]
- says: what was paid from stored value brings nothing
  events:
    - {at: 1, type: paid, member: a, order_id: o, paid_fen: 60000, stored_fen: 20000, ids: {unionid: u}}
    - {at: 1, type: paid, member: b, order_id: o, paid_fen: 60000, stored_fen: 20000, ids: {unionid: u}}
    - {at: 2, type: refunded, member: a, order_id: o, refund_fen: 30000}
  rows: [[a, a, 200, 200, ""], [b, a, 200, 200, ""]]
- says: a refund whose payment nobody saw, and an order refunded as a whole, bring and take nothing
  events:
    - {at: 1, type: refunded, member: a, order_id: o1, refund_fen: 9000, ids: {unionid: u}}
    - {at: 1, type: paid, member: a, order_id: o2, paid_fen: 700}
    - {at: 1, type: paid, member: b, order_id: o3, paid_fen: 800, ids: {unionid: u}}
    - {at: 2, type: refunded, member: a, order_id: o3, refund_fen: 800}
  rows: [[a, a, 7, 7, ""], [b, a, 7, 7, ""]]
- says: who shares nothing is of their own, and who did nothing has no level
  events:
    - {at: 1, type: paid, member: a, order_id: o, paid_fen: 200000, ids: {unionid: u}}
    - {at: 1, type: paid, member: b, order_id: o, paid_fen: 60000, ids: {openid: u}}
    - {at: 1, type: message, member: c}
  rows: [[a, a, 2000, 2000, gold], [b, b, 600, 600, silver], [c, c, 0, 0, ""]]
- says: growth of day 1 counts until day 365, its level until day 395
  events:
    - {at: 1, type: paid, member: a, order_id: o, paid_fen: 50000}
    - {at: 365.9, type: message, member: a}
  rows: [[a, a, 500, 500, silver]]
- says: behind the period, within the grace
  events:
    - {at: 1, type: paid, member: a, order_id: o, paid_fen: 50000}
    - {at: 395.9, type: message, member: a}
  rows: [[a, a, 0, 500, silver]]
- says: behind the grace
  events:
    - {at: 1, type: paid, member: a, order_id: o, paid_fen: 50000}
    - {at: 396, type: message, member: a}
  rows: [[a, a, 0, 0, ""]]
"""


@pytest.mark.parametrize("story", yaml.safe_load(LEVELS), ids=lambda story: story["says"])
def test_the_level_of_a_person(shared_store: Engine, story: dict[str, Any]) -> None:
    brand = Brand(shared_store)
    brand.tell(*(event(one.pop("at"), one.pop("type"), one.pop("member"), **one) for one in story["events"]))
    found = brand.read("person_levels", "member_id, person_id, growth, growth_held, level")
    assert [list(row) for row in found] == story["rows"]


def test_steps_are_those_of_the_rules_full(shared_store: Engine) -> None:
    levels, brand = compile_rules(*shipped_rules("full")).levels, Brand(shared_store)
    assert levels == Levels(
        rungs=levels.rungs, per_yuan=1, signin=1, window_days=365, period_days=365, grace_days=30
    )
    for rung in levels.rungs:
        for name, fen in (("reached", 100 * rung.least), ("below", 100 * rung.least - 1)):
            brand.tell(
                event(1, "paid", f"{name} {rung.least:6}", order_id=f"{name} {rung.least}", paid_fen=fen)
            )
    found = dict(brand.read("person_levels", "member_id, level"))
    below = ["", *(rung.level for rung in levels.rungs)]
    assert [found[one] for one in sorted(found)] == [*below[:-1], *below[1:]]


def test_a_person_has_the_level_that_one_member_would_have(shared_store: Engine) -> None:
    """Random histories of three years, told under two ids here and under one to the model with the levels of the rules full."""
    levels = compile_rules(*shipped_rules("full")).levels
    tag = "  - {id: t, name: {zh: 甲, en: A}, class: c, source: own, when: {feature: level, known: true}}"
    rules = replace(compile_rules(f"version: 1\nrules:\n{tag}", "r.yaml"), levels=levels)
    members = Members(MemberParams(), rules, Calendar("Asia/Shanghai"), tell_features=True)
    draw, brand, told, wanted = Random(24), Brand(shared_store), [], {}  # noqa: S311
    end = event(1100, "signin", "end")
    for number in range(60):
        state = members.initial("b", f"p{number}")
        for offset, one in enumerate(_history(draw, f"p{number}")):
            seen = read_event(json.dumps(one).encode(), one["ts"])
            members.fold(state, seen, 0, offset)
            name = draw.choice("xy") + str(number)
            told.append({**one, "member_id": name, "ids": {"unionid": str(number)}})
            if draw.random() < 0.2:
                other = {
                    "event_id": one["event_id"] + "'",
                    "member_id": ("y" if name[0] == "x" else "x") + name[1:],
                }
                told.append({**told[-1], **other})
        members.judge(state, end["ts"], "timer")
        wanted[str(number)] = members.profile(state, end["ts"]).features["level"] or ""
    brand.tell(*told, end)
    found = brand.read("person_levels", "member_id, level", "member_id != 'end'")
    assert {(name, level) for name, level in found} <= {
        (way + who, level) for who, level in wanted.items() for way in "xy"
    }
    assert Counter(level for _, level in found).keys() == {"", "silver", "gold", "diamond"}


def _history(draw: Random, who: str) -> list[dict[str, Any]]:
    """Orders, refunds and sign-ins, most of them near others in time."""
    found: list[dict[str, Any]] = []
    size = draw.choice([150, 800, 8000])
    for number in range(draw.randint(1, 25)):
        day = (
            draw.choice([draw.randint(0, 1098), 366 + draw.randint(0, 40), draw.randint(0, 30)])
            + draw.random() / 2
        )
        order = {"order_id": f"{who}-{number}", "paid_fen": draw.randint(1, size) * 100 + draw.randint(0, 99)}
        found.append(event(day, "paid", who, **order) if draw.random() < 0.7 else event(day, "signin", who))
        if "order_id" in found[-1] and draw.random() < 0.2:
            back = draw.randint(1, order["paid_fen"])
            found.append(event(day + 1, "refunded", who, order_id=order["order_id"], refund_fen=back))
    return found
