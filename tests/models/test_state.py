import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.identity import LEAST_RECENT, MOST_RECENT, RECENT_S, hash64, remember
from models.members import Members
from models.state import STATE_VERSION, StateVersionError, initial, restore, snapshot
from models.ties import Tie, say
from schemas.view import Event
from tests.models.histories import histories, live


@settings(max_examples=30, deadline=None)
@given(events=histories())
def test_what_is_written_is_read_and_written_the_same(members: Members, events: list[Event]) -> None:
    state, _ = live(members, events, events[-1].at)
    data = snapshot(state)
    assert snapshot(restore(data)) == data
    assert msgspec.msgpack.decode(data)[0] == STATE_VERSION


def test_fields_are_stored_in_an_order_that_never_changes() -> None:
    fields = initial("b", "m", 1).__struct_fields__
    assert fields == (
        "version", "brand_id", "member_id", "fence", "recent", "first", "last", "joined", "spoke", "days", "cells",
        "orders", "first_paid", "signins", "groups", "contacts", "follows", "manual", "on", "judged_at", "due",
        "revision", "rules", "work", "tallies", "keyed", "touches", "acted", "carts", "waits", "ending", "sessions", "looks",
        "decided", "pushes", "answers", "gifts", "spoken", "heard", "stored", "plans", "coupons", "bets", "alerts",
        "complaints", "written",
    )  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x01", msgspec.msgpack.encode([STATE_VERSION + 1, "b"])])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(StateVersionError, match=r"version|no member's state"):
        restore(data)


@given(seconds=st.lists(st.integers(0, 30 * 86_400), max_size=700))
def test_the_window_of_event_ids(seconds: list[int]) -> None:
    recent: dict[int, int] = {}
    for number, second in enumerate(seconds):
        assert remember(recent, number, second * 1000)
        assert len(recent) <= MOST_RECENT
    last = range(max(0, len(seconds) - LEAST_RECENT), len(seconds))
    assert all(not remember(recent, number, 0) for number in last)


def test_old_ids_beyond_the_last_are_let_go() -> None:
    recent: dict[int, int] = {}
    for number in range(2 * LEAST_RECENT):
        remember(recent, number, number * 1000 * (RECENT_S // LEAST_RECENT + 1))
    assert list(recent) == list(range(LEAST_RECENT, 2 * LEAST_RECENT))


def test_ids_are_hashed_to_64_bits() -> None:
    assert 0 <= hash64("打卡") < 2**64


WORDS = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=8)


@given(words=WORDS, data=st.data())
def test_the_latest_word_counts(words: list[tuple[bool, int]], data: st.DataObject) -> None:
    ties: dict[str, Tie] = {}
    for holds, at in data.draw(st.permutations(words)):
        say(ties, "g", holds, at)
    at, holds = max((at, holds) for holds, at in words)
    assert ties["g"] == Tie(holds, at)
