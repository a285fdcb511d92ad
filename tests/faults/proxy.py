"""A TCP proxy that misbehaves on purpose, switched while connections run through it.

    with Proxy(port_of_the_server) as proxy:
        proxy.fault = Slow(delay=0.2, rate=64_000)   # both ways: a wait before each piece, bytes a second
        proxy.fault = Cut(after=10_000)              # each connection ends once so many bytes went to the server
        proxy.fault = Hang()                         # accepts, takes nothing in, says nothing: a half-open peer
        proxy.fault = Reset()                        # a connection is answered by RST
        proxy.refuse()                               # nobody listens; `listen()` ends that
        proxy.fault = None

A fault holds for connections that are open too, but for `Cut`, which counts from the moment it is set. With `tls` the proxy
speaks TLS to its clients and plain to the server: a server behind a terminating proxy.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

PIECE = 65_536
LOOK_SECONDS = 0.02
"""How often a hanging connection looks whether the fault is over."""


@dataclass(frozen=True)
class Slow:
    """Each piece waits `delay` seconds; no more than `rate` bytes a second go each way of a connection."""

    delay: float = 0.0
    rate: float | None = None


@dataclass(frozen=True)
class Cut:
    """A connection is cut once `after` bytes more went to the server; `answers` counts bytes that come back instead."""

    after: int
    answers: bool = False


@dataclass(frozen=True)
class Hang:
    """Connections are accepted and nothing moves on any of them."""


@dataclass(frozen=True)
class Reset:
    """Connections are answered with RST."""


Fault = Slow | Cut | Hang | Reset | None


class Proxy:
    """Use as a context manager; `port` is where clients connect. All methods may be called from any thread."""

    def __init__(self, target: int, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.target = target
        self.port = port
        self.fault: Fault = None
        self.accepted = 0
        """Connections accepted so far."""
        self.cuts = 0
        """Connections cut by `Cut` so far."""
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passed: dict[asyncio.StreamWriter, int] = {}

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def listen(self) -> None:
        """Accept connections, on the same port as before."""
        self._call(self._listen())

    def refuse(self) -> None:
        """Nobody listens any more, and open connections are reset."""
        self._call(self._refuse())

    def break_off(self) -> None:
        """RST to everybody who is connected now."""
        self._call(self._break_off())

    @property
    def connections(self) -> int:
        """Ends of connections that are open now, two for each."""
        return len(self._open)

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._break_off()

    async def _break_off(self) -> None:
        for writer in list(self._open):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._open.add(writer)
        try:
            if await self._held():
                return
            theirs, ours = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(ours)
            ways = [
                asyncio.create_task(self._carry(reader, ours, answers=False)),
                asyncio.create_task(self._carry(theirs, writer, answers=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                self._open.discard(ours)
                self._passed.pop(ours, None)
                ours.close()
        except OSError:
            _reset(writer)  # the server refuses: so do we
        finally:
            self._open.discard(writer)
            self._passed.pop(writer, None)
            with contextlib.suppress(OSError, RuntimeError):
                _reset(writer) if isinstance(self.fault, Reset) else writer.close()

    async def _held(self) -> bool:
        """Wait while the proxy hangs; True when the connection must go instead."""
        while isinstance(self.fault, Hang):
            await asyncio.sleep(LOOK_SECONDS)
        return isinstance(self.fault, Reset)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while piece := await reader.read(PIECE):
                if await self._held() or not await self._pass(piece, writer, answers):
                    return

    async def _pass(self, piece: bytes, writer: asyncio.StreamWriter, answers: bool) -> bool:
        """Send a piece on as the fault has it; False when the connection ends here."""
        fault = self.fault
        if isinstance(fault, Cut):
            passed = self._passed.get(writer, 0)
            if fault.answers == answers:
                piece = piece[: max(0, fault.after - passed)]
                self._passed[writer] = passed + len(piece)
        else:
            self._passed.clear()
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.delay + (len(piece) / fault.rate if fault.rate else 0.0))
        writer.write(piece)
        await writer.drain()
        if isinstance(fault, Cut) and fault.answers == answers and self._passed[writer] >= fault.after:
            self.cuts += 1
            return False
        return True


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: a socket that lingers for no time throws away what it holds."""
    peer = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
