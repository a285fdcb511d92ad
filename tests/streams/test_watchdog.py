"""A worker without a place in its group ends itself; one that has a place, or gets it in time, does not."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from streams import watchdog


class Ended(Exception):
    pass


def watched(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None], seconds: float) -> str | None:
    """Watch a flow without a place for `seconds`; `change` acts on it after a moment. The last words, if there are any."""

    def end(why: str) -> None:
        raise Ended(why)

    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watchdog, "end_process", end)
    flow: Any = SimpleNamespace(placed=False)

    async def run() -> None:
        asyncio.get_running_loop().call_later(0.05, change, flow)
        async with asyncio.timeout(seconds):
            await watchdog.watch_place([flow], 0.2)

    try:
        asyncio.run(run())
    except Ended as ended:
        return str(ended)
    except TimeoutError:
        return None
    raise AssertionError("it returned")


def test_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, lambda flow: None, 5) == "the group has given this worker no place for 0 s"


def test_a_place_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, lambda flow: setattr(flow, "placed", True), 0.6) is None
