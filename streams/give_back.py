"""Memory that was freed, back to the system.

Reading a state back passes the whole of its log through memory, and so does a backlog that a sink catches up with. The C library
keeps much of what was freed for itself, so that each takeover of a partition would leave a worker larger, up to the largest log
that it ever read, and each pause of the store a sink, up to the largest batches that it ever held.
"""

import asyncio
import ctypes

PAUSE_SECONDS = 15.0
"""Between two times that `keep_giving_back` gives back."""


def give_back() -> None:
    """Ask the C library to return what it keeps; some libraries cannot, and then nothing happens."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def keep_giving_back() -> None:
    """Give back again and again, until cancelled: for a process that cannot tell when it has let go of much."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        give_back()
