"""An event at which a model fails is put aside: a dead letter, and everything else as if it had not been there (P3)."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from models.calendar import Calendar
from models.members import Members
from models.state import MemberState, OpenAlert
from schemas.erasure import Erasure
from schemas.rows import KINDS, ROWS_VERSION, Row, Rows, encode_rows
from schemas.view import Event
from streams.chunk import Partition
from streams.decisions import member_params, rule_set
from streams.letters import Letters, Limit
from streams.members import MembersFlow
from streams.place import Place
from streams.poison import ModelLetters
from streams.settings import Settings

NOON = 1_767_585_600_000
DAY = 86_400_000
PARTITION = Partition("member-events", 0)


class Broken(Members):
    """A model with a bug that shows at some events, after the state was changed."""

    bad: frozenset[str] = frozenset()

    def judge(
        self, state: Any, at: int, cause: Any, event: Event | None = None, row: Row | None = None
    ) -> Any:
        found = super().judge(state, at, cause, event, row)
        if event is not None and event.event_id in self.bad:
            raise ZeroDivisionError("a share of nothing")
        return found


class Kept:
    """An outbox that keeps what is put into it."""

    def __init__(self) -> None:
        self.facts: dict[str, list[bytes]] = {}

    def put(self, topic: str, key: bytes, value: bytes) -> None:
        self.facts.setdefault(topic, []).append(value)


def told(
    rows: list[Row], bad: frozenset[str] = frozenset()
) -> tuple[dict[str, list[Any]], dict[bytes, bytes]]:
    """Facts by topic, and encoded states, after `rows`; repeated facts count once."""
    outbox = Kept()
    flow, place = members_flow(outbox, bad)
    record: Any = SimpleNamespace(key=None, value=encode_rows(Rows(ROWS_VERSION, {}, rows)), offset=0)
    asyncio.run(flow.work(PARTITION, [record]))
    flow._fire(place, NOON + 60 * DAY)
    flow.prepare()
    facts = {topic: [json.loads(one) for one in sorted(set(some))] for topic, some in outbox.facts.items()}
    return facts, dict(place.store.drain())


def members_flow(outbox: Kept, bad: frozenset[str] = frozenset()) -> tuple[MembersFlow, Place[MemberState]]:
    """A flow with one partition and no broker."""
    settings = Settings()
    model = Broken(member_params(settings), rule_set(settings), Calendar(settings.timezone))
    model.bad = bad
    offsets: Any = SimpleNamespace()
    flow = MembersFlow(
        offsets,
        outbox,  # type: ignore[arg-type]
        model=model,
        topics={"tag-changes": "tags", "member-profiles": "profiles", "alerts": "alerts"},
        state=("memory", None),
        changelog="state",
        connection={},  # type: ignore[arg-type]
        sources=[0],
        letters=ModelLetters(Letters("letters", Limit(1000, 0.5)), {kind: kind for kind in KINDS}),
        flush_seconds=1,
        flush_rows=1000,
    )
    place = Place(flow.new_store(0), SimpleNamespace(), [0])  # type: ignore[arg-type]
    flow._places = {0: place}
    return flow, place


def row(offset: int, member: str, day: int, **fields: Any) -> Row:
    event = {
        "event_id": f"e{offset}",
        "kind": "chat",
        "type": "message",
        "member_id": member,
        "group_id": "g",
    }
    raw = json.dumps(event | {"ts": NOON + day * DAY} | fields).encode()
    return Row(0, offset, NOON + day * DAY, NOON + day * DAY, raw)


HISTORY = [
    row(0, "m1", 0),
    row(1, "m2", 0),
    row(2, "m1", 1, type="paid", kind="order", order_id="o1", paid_fen=500),
    row(3, "m1", 2),
    row(4, "m2", 40),
    row(5, "m1", 45),
]


@pytest.mark.parametrize("number", range(len(HISTORY)))
def test_one_event_is_put_aside_and_the_others_are_as_without_it(number: int) -> None:
    poison = HISTORY[number]
    facts, states = told(HISTORY, frozenset({f"e{poison.offset}"}))
    clean, clean_states = told([one for one in HISTORY if one is not poison])
    (letter,) = facts.pop("letters")
    assert (letter["stage"], letter["reason"], letter["offset"]) == (
        "model",
        "ZeroDivisionError",
        poison.offset,
    )
    assert "a share of nothing (stack " in letter["detail"]
    assert letter["value_size"] == len(poison.raw)
    for some in (facts, clean):
        for profile in some["profiles"]:
            del profile["version"]  # it counts the looks, too
    assert facts["profiles"] == clean["profiles"]
    assert facts["tags"] == clean["tags"]
    assert states.keys() == clean_states.keys()


def test_a_second_reading_after_a_crash_skips_what_was_put_aside() -> None:
    facts, _ = told([*HISTORY, *HISTORY], frozenset({"e3"}))
    once, _ = told(HISTORY, frozenset({"e3"}))
    assert facts["tags"] == once["tags"]
    assert {one["offset"] for one in facts["letters"]} == {3}


def test_the_stack_is_the_same_for_all_events_that_fail_at_one_place() -> None:
    facts, _ = told(HISTORY, frozenset({"e3", "e4"}))
    stacks = {one["detail"].partition("(stack ")[2] for one in facts["letters"]}
    assert len(facts["letters"]) == 2 and len(stacks) == 1


def test_an_erasure_closes_what_is_open_of_the_member() -> None:
    outbox = Kept()
    flow, place = members_flow(outbox)
    state = flow.initial("default", "m1")
    state.alerts["risk"] = OpenAlert(NOON, "e1", "warning", "回来了", "is back", 1, ("g",), ())
    place.store.put(b"default\x1fm1", state)
    for _ in range(2):
        flow.erase(place.store, Erasure("default", "m1", {0: 7}, "r1", NOON))
    (closed,) = [json.loads(one) for one in outbox.facts["alerts"]]
    assert (closed["state"], closed["version"], closed["member_id"]) == ("closed", 2, "m1")
    assert closed["evidence"] == {"event_id": "e1", "groups": ["g"]}
