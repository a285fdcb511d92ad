"""Freed memory goes back to the system where the C library can do that."""

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from streams.give_back import give_back


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
