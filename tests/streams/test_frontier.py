"""The frontier: the minimum of all sources, and what an end means."""

from hypothesis import given
from hypothesis import strategies as st

from streams.frontier import ENDED, Frontier


def test_unknown_until_every_source_was_heard_of() -> None:
    frontier = Frontier([0, 1])
    assert frontier.clock is None
    frontier.advance({0: 100})
    assert frontier.clock is None
    frontier.advance({1: 50})
    assert frontier.clock == 50


def test_no_sources_is_unknown_too() -> None:
    assert Frontier([]).clock is None
    assert not Frontier([]).ended


def test_an_ended_source_holds_nobody_back() -> None:
    frontier = Frontier([0, 1])
    frontier.advance({0: ENDED + 70, 1: 90})
    assert frontier.clock == 90
    assert not frontier.ended
    frontier.advance({1: ENDED + 95})
    assert frontier.clock == 95
    assert frontier.ended


@given(st.lists(st.dictionaries(st.integers(0, 3), st.integers(1, 1000)), max_size=30))
def test_never_goes_back(steps: list[dict[int, int]]) -> None:
    frontier, last = Frontier(range(4)), 0
    for marks in steps:
        frontier.advance(marks)
        now = frontier.clock
        if now is not None:
            assert now >= last
            last = now
