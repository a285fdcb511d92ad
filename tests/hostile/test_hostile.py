"""Twenty thousand hostile inputs in a good stream: each a dead letter or an event, and the good ones' results as without them."""

import itertools
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Reason
from schemas.rows import KINDS
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from tests.hostile.inputs import EXAMPLES, GOOD, NAMES, TOKENS, Hostile, hostile
from tests.hostile.mixed import Outcome, account, good_stream, mixed, outcome

SEED, COUNT = 20_260_105, 20_000


@pytest.fixture(scope="module")
def good() -> list[tuple[str, int, bytes]]:
    return good_stream(7, 8_000)


@pytest.fixture(scope="module")
def without(good: list[tuple[str, int, bytes]]) -> Outcome:
    return outcome(mixed(good, [], 0))


@pytest.fixture(scope="module")
def attacked(good: list[tuple[str, int, bytes]]) -> tuple[Any, Outcome]:
    arrivals = mixed(good, itertools.islice(hostile(SEED), COUNT), SEED)
    return arrivals, outcome(arrivals)


def test_each_is_a_dead_letter_or_an_event(attacked: tuple[Any, Outcome]) -> None:
    seen = account(*attacked)
    assert seen.total() == COUNT
    assert seen.keys() == {"accepted", *Reason}, "each way of being wrong was tried"
    assert min(seen.values()) > 10


def test_the_good_ones_are_exactly_as_without_them(attacked: tuple[Any, Outcome], without: Outcome) -> None:
    assert attacked[1].facts == without.facts
    assert all(without.facts.values()), "there is something to be disturbed"
    kept = [row.raw for row in attacked[1].rows if GOOD.encode() in row.raw]
    assert kept == [row.raw for row in without.rows]


def test_the_store_takes_what_was_accepted_and_reads_the_same_in_it(
    attacked: tuple[Any, Outcome], tmp_path: Path
) -> None:
    """The store has a JSON parser of its own: what it would refuse or read otherwise must not get as far."""
    rows = [row for row in attacked[1].rows if GOOD.encode() not in row.raw]
    landing = [
        (row.raw, KINDS[row.source % len(KINDS)], row.source // len(KINDS), row.offset, row.ts)
        for row in rows
    ]
    with closing(EmbeddedEngine(tmp_path)) as engine:
        migrate(engine)
        engine.execute("SET optimize_on_insert = 0")  # most mutations share their event_id with others
        Writer(engine).write("events", "member-events", 0, 0, len(rows), landing)
        stored = {
            (one["_topic"], one["_offset"]): one
            for one in engine.query(f"SELECT * FROM {engine.database}.events")
        }
    assert len(stored) == len(rows) > 500
    for row in rows:
        found = stored[KINDS[row.source % len(KINDS)], row.offset]
        event = json.loads(row.raw)
        assert round(found["ts"].timestamp() * 1000) == row.ts
        for name in ("event_id", "kind", "type", "member_id", "group_id", "staff_id", "order_id"):
            assert found[name] == (event.get(name) or ""), row.raw
        assert found["brand_id"] == event.get("brand_id", "default")
        assert found["role"] == event.get("role", "customer")
        for name in ("paid_fen", "refund_fen"):
            assert found[name] == event.get(name), row.raw


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def changed(draw: st.DrawFn) -> Hostile:
    """An example with fields of any JSON value, or with a token in the place of one."""
    kind, raw = draw(st.sampled_from(EXAMPLES))
    event = json.loads(raw)
    names = st.sampled_from([*event, *NAMES]).filter(lambda name: "\\" not in name)
    event |= draw(st.dictionaries(names, json_values, max_size=3))
    event[draw(names)] = "@here@"
    token = draw(st.sampled_from(TOKENS) | json_values.map(json.dumps))
    text = json.dumps(event, ensure_ascii=draw(st.booleans())).replace('"@here@"', token)
    return Hostile(kind, None, text.encode("utf-8", "surrogatepass"), "changed")


random_bytes = st.builds(
    Hostile, st.sampled_from(KINDS), st.none(), st.none() | st.binary(max_size=60), st.just("random")
)


@settings(deadline=None, max_examples=60)
@given(bad=st.lists(changed() | random_bytes, min_size=1, max_size=30))
def test_whatever_comes(bad: list[Hostile]) -> None:
    few = good_stream(3, 20)
    bad = [one for one in bad if one.raw is None or GOOD.encode() not in one.raw]
    arrivals = mixed(few, bad, len(bad))
    found = outcome(arrivals)
    assert account(arrivals, found).total() == len(bad)
    assert sum(GOOD.encode() in row.raw for row in found.rows) == len(few)
