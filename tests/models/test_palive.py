from hypothesis import given
from hypothesis import strategies as st

from models.palive import Spread, bg_nbd, mbg_falls_to, mbg_nbd
from models.rhythm import MOST_REGULAR, Rhythm, falls_to, outlasts, rhythm

CDNOW = Spread()


def test_published_values() -> None:
    assert round(bg_nbd(2, 30.43, 38.86, CDNOW), 5) == 0.72658
    assert round(mbg_nbd(2, 30.43, 38.86, CDNOW), 5) == 0.77442
    assert round(mbg_nbd(0, 0, 38.86, CDNOW), 5) == 0.63725
    assert round(mbg_falls_to(2, 30.43, 0.5, CDNOW), 3) == 70.584
    assert bg_nbd(0, 0, 100, CDNOW) == 1


@given(x=st.integers(0, 400), last=st.floats(0, 200), threshold=st.floats(0.05, 0.95))
def test_falls_to_is_the_inverse(x: int, last: float, threshold: float) -> None:
    age = mbg_falls_to(x, last, threshold, CDNOW)
    if age >= last:
        assert abs(mbg_nbd(x, last, age, CDNOW) - threshold) < 1e-6
    else:
        assert mbg_nbd(x, last, last, CDNOW) <= threshold + 1e-9


def test_extremes_do_not_overflow() -> None:
    assert mbg_nbd(100_000, 1.0, 10_000.0, CDNOW) == 0.0
    assert mbg_falls_to(0, 0.0, 1e-300, CDNOW) == float("inf")


GAPS = st.lists(st.integers(1, 60), max_size=12)


@given(gaps=GAPS, threshold=st.floats(0.01, 0.99))
def test_silence_meets_its_threshold(gaps: list[int], threshold: float) -> None:
    own = rhythm(gaps, 7.0, 3.0)
    assert 1 <= own.k <= MOST_REGULAR
    assert abs(outlasts(own, falls_to(own, threshold)) - threshold) < 1e-9


@given(gaps=GAPS)
def test_silence_only_grows_more_unusual(gaps: list[int]) -> None:
    own = rhythm(gaps, 7.0, 3.0)
    values = [outlasts(own, days / 4) for days in range(400)]
    assert values == sorted(values, reverse=True)
    assert values[0] == 1


def test_random_comers_are_exponential() -> None:
    assert round(outlasts(Rhythm(7.0, 1), 7.0), 6) == 0.367879


def test_the_same_silence_says_more_of_a_regular_member() -> None:
    regular, random = rhythm([7] * 12, 7.0, 3.0), rhythm([1, 13] * 6, 7.0, 3.0)
    assert regular.mean == random.mean == 7.0
    assert regular.k > random.k
    assert outlasts(regular, 14) < outlasts(random, 14)
