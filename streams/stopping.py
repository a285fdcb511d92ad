"""How a process is asked to end."""

import asyncio
import signal


def stop_asked() -> asyncio.Event:
    """Set once SIGTERM or SIGINT has come; made inside the running loop."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    return asked
