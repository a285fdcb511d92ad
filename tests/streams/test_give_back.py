"""Freed memory goes back to the system where the C library can do that."""

import asyncio
import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from streams import give_back as module
from streams.give_back import give_back, keep_giving_back


def test_the_library_is_asked_to_return_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    library = SimpleNamespace(malloc_trim=asked.append)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    give_back()
    assert asked == [0]


def test_a_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    library: Any = SimpleNamespace()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    give_back()


def test_it_is_done_again_and_again_until_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(malloc_trim=asked.append))
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.001)

    async def until_the_third() -> None:
        keeping = asyncio.create_task(keep_giving_back())
        async with asyncio.timeout(10):
            while len(asked) < 3:
                await asyncio.sleep(0.001)
        keeping.cancel()

    asyncio.run(until_the_third())
    assert len(asked) >= 3
