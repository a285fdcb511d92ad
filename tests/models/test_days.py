from hypothesis import given
from hypothesis import strategies as st

from models.days import DaySet

DAYS = st.lists(st.integers(20_000, 20_080), max_size=40)


def runs(days: set[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for day in sorted(days):
        if found and found[-1][-1] == day - 1:
            found[-1].append(day)
        else:
            found.append([day])
    return found


@given(days=DAYS, today=st.integers(20_000, 20_090), window=st.integers(1, 40))
def test_reads_like_a_plain_set(days: list[int], today: int, window: int) -> None:
    ours, plain = DaySet(days), set(days)
    assert list(ours) == sorted(plain, reverse=True)
    assert len(ours) == len(plain)
    assert (today in ours) is (today in plain)
    since = today - window + 1
    assert ours.count(since, today) == sum(since <= day <= today for day in plain)
    assert ours.longest_run() == max(map(len, runs(plain)), default=0)
    expected = sorted(plain, reverse=True)
    assert ours.gaps(5) == [a - b for a, b in zip(expected, expected[1:], strict=False)][:5]
    assert ours.first() == min(plain, default=None)
    assert ours.last == max(plain, default=None)


@given(days=DAYS)
def test_order_and_repetition_leave_no_trace(days: list[int]) -> None:
    assert DaySet(days) == DaySet(reversed(days + days)) == DaySet(sorted(days))


@given(days=DAYS, ahead=st.integers(0, 5))
def test_current_run(days: list[int], ahead: int) -> None:
    ours = DaySet(days)
    today = max(days, default=20_000) + ahead
    last = runs(set(days))[-1] if days else []
    assert ours.run(today) == (len(last) if ahead <= 1 else 0)


@given(days=DAYS, window=st.integers(1, 30))
def test_next_expiry_is_the_first_day_with_fewer(days: list[int], window: int) -> None:
    ours = DaySet(days)
    today = max(days, default=20_000)
    count = ours.count(today - window + 1, today)
    expiry = ours.next_expiry(today, window)
    if expiry is None:
        assert count == 0
        return
    assert ours.count(expiry - window, expiry - 1) == count
    assert ours.count(expiry - window + 1, expiry) == count - 1
