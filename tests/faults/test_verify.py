"""The verifier sees what is planted: a lost, a doubled, a changed thing in any ledger; and nothing where nothing is wrong."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.verify import verify

Rows = list[dict[str, Any]]


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def entry(number: int, kind: str, raw: bytes, **event: Any) -> dict[str, Any]:
    known = dict.fromkeys(("member_id", "group_id", "order_id", "paid_fen", "refund_fen"))
    return {
        **{"acked": True, "topic": f"qunpulse.{kind}", "partition": 0, "offset": number, "kind": kind, "good": True},
        **{"sha256": sha(raw), "raw": None, "brand_id": "default", "event_id": f"e{kind}{number}"},
        **known, **event,
    }  # fmt: skip


LEDGER: Rows = [
    entry(0, "chat", b"zero", type="message", member_id="m1", group_id="g1"),
    entry(1, "chat", b"one", type="message", member_id="m2", group_id="g1"),
    entry(2, "chat", b"one", type="message", member_id="m2", group_id="g1", event_id="echat1"),  # sent twice
    entry(0, "order", b"two", type="paid", member_id="m1", order_id="o1", paid_fen=500),
    {**entry(1, "order", b"bad"), "good": False, "raw": "YmFk", "event_id": None, "member_id": None},
]


def row(number: int) -> list[Any]:
    one = LEDGER[number]
    return [f"{one['kind']}:0", one["offset"], 1000 + number, one["sha256"]]


def record(offset: int, value: Any) -> dict[str, Any]:
    return {"partition": 0, "offset": offset, "value": value}


CHANGE = {"brand_id": "default", "member_id": "m1", "tag": "stage.intro", "at": 7, "change": "entered", "source": "order:0:0",
          "event_id": "eorder0", "evidence": {"stage": "intro"}, "next_at": None}  # fmt: skip
PROFILES = [
    {
        "brand_id": "default",
        "member_id": "m1",
        "version": 2,
        "revenue_fen": 500,
        "orders": 1,
        "tags": ["stage.intro"],
    },
    {"brand_id": "default", "member_id": "m2", "version": 1, "revenue_fen": 0, "orders": 0, "tags": []},
]
WINDOW = {"brand_id": "default", "group_id": "g1", "window_start": 0, "window_seconds": 300, "part": 0, "version": 5,
          "as_of": 9, "messages": 2, "members": 2}  # fmt: skip
ALERT = {
    "brand_id": "default",
    "alert_id": "a1",
    "group_id": "g1",
    "version": 1,
    "observed": 4,
    "evidence": {"x": 1},
}
LETTER = {"topic": "qunpulse.order", "partition": 0, "offset": 1, "stage": "contract", "detail": "no", "value_base64": "YmFk",
          "value_sha256": sha(b"bad")}  # fmt: skip
EVENTS = [
    {"brand_id": "default", "event_id": LEDGER[n]["event_id"], "sha256": LEDGER[n]["sha256"]}
    for n in (0, 1, 3)
]

TRUE: dict[str, Rows] = {
    "ledger": LEDGER,
    "topics/member-events": [
        record(0, {"marks": 0, "rows": [row(0), row(3)]}),
        record(1, {"marks": 1, "rows": [row(1), row(2)]}),
    ],
    "topics/group-events": [
        record(0, {"marks": 0, "rows": [row(0), row(1)]}),
        record(1, {"marks": 1, "rows": [row(2)]}),
    ],
    "topics/tag-changes": [record(0, CHANGE), record(1, CHANGE)],
    "topics/member-profiles": [
        record(0, {**PROFILES[0], "version": 1, "orders": 0}),
        record(1, PROFILES[0]),
        record(2, PROFILES[1]),
    ],
    "topics/group-stats": [record(0, WINDOW)],
    "topics/alerts": [record(0, ALERT)],
    "topics/dead-letters": [record(0, LETTER)],
    "said/tag-changes": [CHANGE],
    "said/member-profiles": PROFILES,
    "said/group-stats": [{**WINDOW, "version": 3, "as_of": 8}],
    "said/alerts": [ALERT],
    "store/events": EVENTS,
    "store/tag_changes": [{**CHANGE, "evidence": json.dumps(CHANGE["evidence"])}],
    "store/member_profiles": PROFILES,
    "store/group_stats": [WINDOW],
    "store/alerts": [ALERT],
    "store/dead_letters": [{**{k: v for k, v in LETTER.items() if k != "value_base64"}, "value": "YmFk"}],
}

PHYSICAL: dict[str, list[list[Any]]] = {
    "events": [["qunpulse.chat", 0, 0, 1], ["qunpulse.chat", 0, 1, 1], ["qunpulse.chat", 0, 2, 1], ["qunpulse.order", 0, 0, 1]],
    "tag_changes": [["qunpulse.tag-changes", 0, 0, 1], ["qunpulse.tag-changes", 0, 1, 1]],
}  # fmt: skip


def write(folder: Path, books: dict[str, Rows], physical: dict[str, list[list[Any]]]) -> None:
    for name, rows in books.items():
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    (folder / "store" / "physical.json").write_text(json.dumps(physical))


def test_ledgers_that_agree(tmp_path: Path) -> None:
    write(tmp_path, TRUE, PHYSICAL)
    verdict = verify(tmp_path)
    assert verdict.ok, verdict
    assert verdict.notes == {
        "rows forwarded again": 0,
        "rows inserted twice": 0,
        "tag-changes told again": 1,
        "alerts told again": 0,
    }
    assert verdict.compared["sums"] == 3


def without(number: int) -> Callable[[Rows], Rows]:
    return lambda rows: [*rows[:number], *rows[number + 1 :]]


def but(number: int, **fields: Any) -> Callable[[Rows], Rows]:
    return lambda rows: [*rows[:number], rows[number] | fields, *rows[number + 1 :]]


def and_(*more: Any) -> Callable[[Rows], Rows]:
    return lambda rows: [*rows, *more]


@pytest.mark.parametrize(
    ("where", "change", "sort", "says"),
    [
        ("topics/member-events", without(1), "lost", "chat:0:1 (echat1) was acknowledged and not forwarded"),
        ("topics/group-events", without(0), "lost", "chat:0:0 (echat0)"),
        ("topics/member-events", and_(record(2, {"marks": 0, "rows": [["chat:0", 9, 1, "f00"]]})), "doubled", "chat:0:9"),
        ("topics/member-events", and_({**record(0, {"marks": 0, "rows": [row(0)]}), "partition": 1}), "wrong", "two ways"),
        ("topics/group-events", lambda rows: rows[::-1], "wrong", "comes behind"),
        ("topics/member-events", but(0, value={"marks": 0, "rows": [[*row(0)[:3], "f00"], row(3)]}), "wrong", "other bytes"),
        ("topics/dead-letters", without(0), "lost", "order:0:1 is bad and no dead letter"),
        ("store/dead_letters", but(0, value="QkFE"), "wrong", "other bytes"),
        ("topics/dead-letters", and_(record(1, {**LETTER, "offset": 0})), "lost", "was good and became a dead letter"),
        ("store/events", without(2), "lost", "eorder0"),
        ("store/events", and_(EVENTS[0]), "doubled", "stored 2 times"),
        ("store/events", and_({**EVENTS[0], "event_id": "ghost"}), "doubled", "never sent"),
        ("store/events", but(0, sha256="f00"), "wrong", "other bytes"),
        ("topics/tag-changes", lambda _: [], "lost", "stage.intro"),
        ("topics/tag-changes", and_(record(2, {**CHANGE, "at": 8})), "doubled", "must not be"),
        ("topics/tag-changes", and_(record(2, {**CHANGE, "next_at": 9})), "wrong", "next_at"),
        ("store/tag_changes", but(0, evidence='{"stage": "growth"}'), "wrong", "evidence"),
        ("store/member_profiles", but(0, orders=2), "wrong", "orders must be 1 and is 2"),
        ("topics/member-profiles", without(2), "lost", "m2"),
        ("topics/member-profiles", without(1), "wrong", "version must be 2 and is 1"),
        ("store/group_stats", and_(WINDOW), "doubled", "twice under FINAL"),
        ("topics/group-stats", but(0, value={**WINDOW, "messages": 3}), "wrong", "messages must be 2 and is 3"),
        ("topics/alerts", and_(record(1, {**ALERT, "version": 2})), "doubled", "a1"),
        ("said/member-profiles", lambda rows: [{**one, "revenue_fen": 9} for one in rows], "wrong", "revenue_fen"),
    ],
)  # fmt: skip
def test_what_is_planted_is_seen(
    tmp_path: Path, where: str, change: Callable[[Rows], Rows], sort: str, says: str
) -> None:
    write(tmp_path, TRUE | {where: change(TRUE[where])}, PHYSICAL)
    verdict = verify(tmp_path)
    assert not verdict.ok
    assert any(one.sort == sort and says in one.text for one in verdict.differences), verdict
    assert "first difference" in str(verdict) and verdict.history


def test_an_error_of_the_models_shows_in_the_sums(tmp_path: Path) -> None:
    wrong = [{**PROFILES[0], "revenue_fen": 1000}, PROFILES[1]]
    topic = [record(n, one) for n, one in enumerate(wrong)]
    books = {"said/member-profiles": wrong, "topics/member-profiles": topic, "store/member_profiles": wrong}
    write(tmp_path, TRUE | books, PHYSICAL)
    verdict = verify(tmp_path)
    assert [(one.sort, one.ledger) for one in verdict.differences] == [("doubled", "sums")]


def test_an_insert_made_twice_is_told(tmp_path: Path) -> None:
    twice = PHYSICAL | {"tag_changes": [["qunpulse.tag-changes", 0, 0, 2]]}
    write(tmp_path, TRUE, twice)
    verdict = verify(tmp_path)
    assert verdict.ok and verdict.notes["rows inserted twice"] == 1


def test_a_send_of_unknown_end_may_appear_or_not(tmp_path: Path) -> None:
    unknown = {
        **entry(5, "chat", b"five", type="message", member_id="m1", group_id="g1"),
        "acked": False,
        "offset": None,
    }
    write(tmp_path, TRUE | {"ledger": [*LEDGER, unknown]}, PHYSICAL)
    assert verify(tmp_path).ok
    there = record(2, {"marks": 0, "rows": [["chat:0", 5, 1, unknown["sha256"]]]})
    stored = {"brand_id": "default", "event_id": "echat5", "sha256": unknown["sha256"]}
    books = {"ledger": [*LEDGER, unknown], "store/events": [*EVENTS, stored],
             "topics/member-events": [*TRUE["topics/member-events"], there]}  # fmt: skip
    write(tmp_path, TRUE | books, PHYSICAL)
    assert verify(tmp_path).ok


def test_nothing_compared_is_no_proof(tmp_path: Path) -> None:
    write(tmp_path, {name: [] for name in TRUE}, {})
    assert not verify(tmp_path).ok
