"""Dead letters: what a letter keeps, and how many of them are too many."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from streams.letters import KEPT_BYTES, REPLAY_OF, REPLAYS, Limit, TooManyLetters, dead_letter


def record(value: bytes | None, **more: Any) -> Any:
    return SimpleNamespace(offset=7, timestamp=5, key=b"k", value=value, **more)


def letter_of(value: bytes | None, **more: Any) -> Any:
    return dead_letter("qunpulse.chat", 2, record(value, **more), "contract", "not_json", "cut off", 9)


def test_a_letter_keeps_the_bytes_as_they_came() -> None:
    letter = letter_of(b"\xff\x00{")
    assert base64.b64decode(letter.value_base64) == b"\xff\x00{"
    assert (letter.status, letter.replays, letter.replay_of) == ("new", 0, None)
    assert letter_of(None).value_base64 is None


def test_of_a_large_original_the_beginning_size_and_hash_are_kept() -> None:
    letter = letter_of(b"x" * (KEPT_BYTES + 1))
    assert letter.value_size == KEPT_BYTES + 1
    assert len(base64.b64decode(letter.value_base64)) == 1024


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ([(REPLAY_OF, b"qunpulse.chat|0|3"), (REPLAYS, b"2")], ("qunpulse.chat|0|3", 2)),
        ([(REPLAY_OF, b"qunpulse.chat|0|3")], (None, 0)),
        ([(REPLAYS, b"2")], (None, 0)),
        ([(REPLAY_OF, b"x"), (REPLAYS, b"-1")], (None, 0)),
        ([(REPLAY_OF, b"x"), (REPLAYS, b"9" * 5000)], (None, 0)),
        ([(REPLAY_OF, b"\xff"), (REPLAYS, b"1")], ("�", 1)),
        ([], (None, 0)),
    ],
)
def test_a_letter_says_what_it_was_sent_again_from(headers: Any, told: tuple[str | None, int]) -> None:
    letter = letter_of(b"{", headers=headers)
    assert (letter.replay_of, letter.replays) == told


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_topic_that_is_mostly_letters_stops_the_worker() -> None:
    limit = Limit(10, 0.5, Clock())
    limit.taken("chat", 15)
    for _ in range(10):
        limit.letter("chat", "not_json", "")
    with pytest.raises(TooManyLetters, match="11 of 15 records of chat .*QUNPULSE_MAX_DEAD_LETTERS=10"):
        limit.letter("chat", "not_json", "cut off")


def test_few_among_many_are_no_reason_to_stop() -> None:
    limit = Limit(10, 0.5, Clock())
    limit.taken("chat", 10_000)
    for _ in range(5_000):
        limit.letter("chat", "not_json", "")
    with pytest.raises(TooManyLetters):
        limit.letter("chat", "not_json", "")


def test_each_topic_counts_for_itself_and_a_minute_is_forgotten() -> None:
    clock = Clock()
    limit = Limit(10, 0.5, clock)
    limit.taken("chat", 1_000_000)
    for _ in range(6):
        for _ in range(10):
            limit.taken("order", 1)
            limit.letter("order", "wrong_type", "")
        clock.now += 60
    with pytest.raises(TooManyLetters, match="of order"):
        for _ in range(11):
            limit.taken("order", 1)
            limit.letter("order", "wrong_type", "")


def test_zero_is_no_limit() -> None:
    limit = Limit(0, 0.0, Clock())
    for _ in range(10_000):
        limit.letter("chat", "not_json", "")
