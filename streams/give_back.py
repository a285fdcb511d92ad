"""Memory that was freed, back to the system.

Reading a state back passes the whole of its log through memory, and catching up with a backlog passes larger chunks and batches
through it than live events do. The C library keeps much of what was freed for itself, so that each takeover would leave a worker
larger, up to the largest log that it ever read, and each pause of the store a sink, up to the largest batches that it ever held.
"""

import asyncio
import ctypes
import time

PAUSE_SECONDS = 15.0
"""Shortest time between two times that `keep_giving_back` gives back."""

SHARE = 0.001
"""Most of the time that it may take: in a heap of 1.4 GB with 300,000 gaps once took 45 to 80 ms."""


def give_back() -> None:
    """Ask the C library to return what it keeps; some libraries cannot, and then nothing happens."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def keep_giving_back() -> None:
    """Give back again and again, until cancelled: for a process that cannot tell when it has let go of much."""
    pause = PAUSE_SECONDS
    while True:
        await asyncio.sleep(pause)
        began = time.monotonic()
        give_back()
        pause = max(PAUSE_SECONDS, (time.monotonic() - began) / SHARE)
