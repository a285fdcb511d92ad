from itertools import permutations
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decay import Decayed
from models.score import UNIT, Cell, Scale

LOVE = [(0, 3.0), (2, 1.0), (5, 2.0), (9, 1.5)]


@pytest.mark.parametrize("order", list(permutations(LOVE)))
def test_published_value_in_any_order(order: tuple[tuple[int, float], ...]) -> None:
    love = Decayed()
    for at, weight in order:
        love = love.add(at, weight, 14)
    assert round(love.value(10, 14), 6) == 5.490432


def test_undo() -> None:
    love = Decayed().add(0, 3, 14).add(9, 1.5, 14)
    assert isclose(love.add(5, 2, 14).add(5, -2, 14).value(10, 14), love.value(10, 14))


def test_time_of_falling_to_a_threshold() -> None:
    assert Decayed(8, 0).falls_to(4, 14) == 14.0
    assert Decayed(8, 0).falls_to(0, 14) == float("inf")


ACTS = st.lists(
    st.tuples(st.integers(0, 30 * 86_400_000), st.sampled_from([0.2, 1.0, 3.0]), st.booleans()), max_size=60
)


@given(acts=ACTS, data=st.data())
def test_capped_score_is_the_definition_in_any_order(
    acts: list[tuple[int, float, bool]], data: st.DataObject
) -> None:
    scale, now = Scale(7, 5), 31 * 86_400_000
    first = cells(scale, acts)
    assert first == cells(scale, data.draw(st.permutations(acts)))
    if first:
        last = max(first)
        points = scale.before(first, last) + scale.worth(first[last])
        ours = points * 2 ** ((last * 86_400_000 - now) / scale.half_life)
        assert isclose(ours, by_definition(acts, now), rel_tol=1e-6, abs_tol=1e-6)


def cells(scale: Scale, acts: list[tuple[int, float, bool]]) -> dict[int, Cell]:
    found: dict[int, Cell] = {}
    for at, weight, capped in acts:
        if scale.add(found, at // 86_400_000, at, weight, capped):
            scale.forget(found)
    return found


def by_definition(acts: list[tuple[int, float, bool]], now: int) -> float:
    raw: dict[int, float] = {}
    for at, weight, capped in acts:
        if capped:
            raw[at // 86_400_000] = raw.get(at // 86_400_000, 0.0) + weight
    total = 0.0
    for at, weight, capped in acts:
        share = min(1.0, 5 / raw[at // 86_400_000]) if capped else 1.0
        total += share * weight * 2 ** ((at - now) / (7 * 86_400_000))
    return total


def test_what_is_beyond_sixteen_half_lives_is_let_go() -> None:
    scale, found = Scale(1, 20), dict[int, Cell]()
    for day in (0, 100, 50, 84):
        if scale.add(found, day, day * 86_400_000, 1.0, True):
            scale.forget(found)
    assert sorted(found) == [84, 100]
    assert found[100] == Cell(UNIT, UNIT, 0)
