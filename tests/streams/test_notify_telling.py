"""How long a receiver is left alone."""

from sinks.notify.base import ReceiverUnavailable
from streams.notify.telling import pause_after


def test_pauses_grow_to_a_minute_and_keep_to_what_was_asked() -> None:
    away = ReceiverUnavailable("away", "connection")
    assert [pause_after(away, attempt, 0.0) for attempt in (1, 2, 3, 4, 50)] == [1.0, 1.0, 2.0, 4.0, 30.0]
    assert pause_after(away, 50, 0.999) < 60
    asked = ReceiverUnavailable("busy", "429", retry_after=7.0)
    assert [pause_after(asked, attempt, 0.0) for attempt in (1, 4, 50)] == [7.0, 7.0, 30.0]
    long = ReceiverUnavailable("busy", "429", retry_after=3600.0)
    assert pause_after(long, 3, 0.9) == 3600.0
