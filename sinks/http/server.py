"""Serving the API from inside another service, whose signals and life it must not take over."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import FastAPI
from uvicorn import Config, Server

GRACE_SECONDS: Final = 5
"""How long open requests may go on once the server is told to stop."""


class QuietServer(Server):
    """A server that leaves signals to the process: set `should_exit` to stop it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build_server(app: FastAPI, host: str, port: int) -> QuietServer:
    """A server for `app`: ``await server.serve()`` runs it, ``server.should_exit = True`` ends that.

    Close the `FactFeed` first, or the streams hold it open for `GRACE_SECONDS`. Call `check_bind` before.
    """
    config = Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return QuietServer(config)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free loopback port from a thread of its own; yields ``http://127.0.0.1:port``.

    Raises:
        RuntimeError: the server did not start.
    """
    server = build_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="http", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the HTTP server did not start")
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(GRACE_SECONDS + 5)
