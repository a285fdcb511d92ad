"""A worker without a place in its group, without its topics or at a standstill ends itself; another does not."""

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.rows import ROWS_VERSION, Rows, encode_rows
from streams import keyed, watchdog
from streams.chunk import Partition
from tests.streams.test_poison import PARTITION, Kept, members_flow, row


class Ended(Exception):
    pass


def last_words(monkeypatch: pytest.MonkeyPatch, watching: Coroutine[Any, Any, None], seconds: float,
               change: Callable[[], object]) -> str | None:  # fmt: skip
    """Watch for `seconds`; `change` is called after a moment. The last words, if there are any."""

    def end(why: str) -> None:
        raise Ended(why)

    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watchdog, "end_process", end)

    async def run() -> None:
        asyncio.get_running_loop().call_later(0.05, change)
        async with asyncio.timeout(seconds):
            await watching

    try:
        asyncio.run(run())
    except Ended as ended:
        return str(ended)
    except TimeoutError:
        return None
    raise AssertionError("it returned")


def watched(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None], seconds: float) -> str | None:
    """Watch a flow without a place; `change` acts on it after a moment."""
    flow: Any = SimpleNamespace(placed=False)
    return last_words(monkeypatch, watchdog.watch_place([flow], 0.2), seconds, lambda: change(flow))


def test_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, lambda flow: None, 5) == "the group has given this worker no place for 0 s"


def test_a_place_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, lambda flow: setattr(flow, "placed", True), 0.6) is None


def reading(partitions: set[Partition], ends: dict[Partition, int], position: int = 0) -> Any:
    """A flow at `position` in each of its partitions, which end at `ends`, as far as that is known."""
    return SimpleNamespace(
        partitions=partitions, offsets=SimpleNamespace(end_offset=ends.get), position=lambda _: position
    )


def topics_watched(monkeypatch: pytest.MonkeyPatch, back: set[str], seconds: float) -> str | None:
    """Watch a flow of two topics of which the broker knows one; after a moment it knows those of `back` too."""
    monkeypatch.setattr(watchdog, "GONE_SECONDS", 0.2)
    known = {"chat"}
    consumer: Any = SimpleNamespace(gone=lambda topics: topics - known)
    flow = reading({Partition("chat", 0), Partition("join", 0)}, {})
    idle = reading(set(), {})
    watching = watchdog.watch_topics(consumer, [flow, idle])
    return last_words(monkeypatch, watching, seconds, lambda: known.update(back))


def test_a_lost_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    assert topics_watched(monkeypatch, set(), 5) == "broker lost its log: it does not know join any more"


def test_a_topic_that_is_back_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert topics_watched(monkeypatch, {"join"}, 0.6) is None


def ends_watched(monkeypatch: pytest.MonkeyPatch, later: int, seconds: float) -> str | None:
    """Watch a flow at 7 of a log that ends at 3, and after a moment at `later`."""
    monkeypatch.setattr(watchdog, "GONE_SECONDS", 0.2)
    ends = {Partition("chat", 0): 3}
    consumer: Any = SimpleNamespace(gone=lambda topics: set())
    watching = watchdog.watch_topics(consumer, [reading(set(ends), ends, 7)])
    return last_words(monkeypatch, watching, seconds, lambda: ends.update({Partition("chat", 0): later}))


def test_a_log_that_ends_before_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ends_watched(monkeypatch, 4, 5) == "broker lost its log: chat[0] ends at 4, 7 was to be read"


def test_a_new_leader_that_catches_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ends_watched(monkeypatch, 7, 0.6) is None


def test_a_long_chunk_on_a_busy_machine_is_no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event takes a second of a clock that only this test moves; the watch looks at each of them."""
    flow, place = members_flow(Kept())
    now, said = [flow.progress_at], []
    monkeypatch.setattr(flow, "lag", lambda: 4)
    monkeypatch.setattr("streams.keyed.time", SimpleNamespace(monotonic=lambda: now[0]))
    fold = flow.apply

    def slowly(*args: Any) -> bool:
        now[0] += 1
        said.append(watchdog.stalled(flow, 60, now[0]))
        return fold(*args)

    monkeypatch.setattr(flow, "apply", slowly)
    monkeypatch.setattr(keyed, "ROWS_PER_STEP", 40)
    rows = [row(number, "m", 1) for number in range(120)]
    records: Any = [SimpleNamespace(key=None, value=encode_rows(Rows(ROWS_VERSION, {}, rows)))]
    asyncio.run(flow.work(PARTITION, records))
    assert len(said) == 120 and set(said) == {None}
    assert (
        watchdog.stalled(flow, 60, now[0] + 61)
        == "members has 4 records to read and made no progress for 60 s"
    )
    assert len(place.store) == 0 and place.store.dirty == 1
