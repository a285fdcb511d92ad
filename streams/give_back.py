"""Memory that was freed, back to the system.

Reading a state back passes the whole of its log through memory. The C library keeps much of what was freed for itself, so that
each takeover of a partition would leave a worker larger, up to the largest log that it ever read.
"""

import ctypes


def give_back() -> None:
    """Ask the C library to return what it keeps; some libraries cannot, and then nothing happens."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
