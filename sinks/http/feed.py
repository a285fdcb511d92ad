"""Facts on their way to the clients of ``/v1/stream``.

The sink publishes each fact once; every client has a bounded queue of its own. A client that does not keep up
is dropped with a last message instead of slowing the others or filling the memory. Nothing is kept for a
client that is not there: whoever connects again reads the present state from ``/v1`` and goes on from there.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal, get_args

FactKind = Literal["tag-change", "alert", "group-stats", "member-profile"]

KINDS: Final[tuple[FactKind, ...]] = get_args(FactKind)
"""Kinds of facts, which are also the event names of the stream."""

QUEUE_FACTS: Final = 10_000
"""Facts a client may fall behind. At 300 bytes each a stuck client holds some 3 MB, then it is dropped."""

CLIENTS: Final = 200
"""Most clients at a time."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as the stream sends it: `data` is its JSON."""

    kind: FactKind
    brand_id: str
    data: bytes


class TooManyClients(Exception):
    """The feed has as many clients as it takes."""


class Client:
    """One client's queue. Only the event loop that made it may `take`; the feed gives from any thread."""

    def __init__(self, brand_id: str, kinds: Collection[FactKind], size: int) -> None:
        self.brand_id = brand_id
        self.kinds = frozenset(kinds)
        self.missed = 0
        self.ended = False
        self._size = size
        self._queue: deque[Fact] = deque()
        self._lock = Lock()
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()

    async def take(self, seconds: float) -> list[Fact]:
        """Facts that have come since the last call, waiting for the first at most `seconds`.

        Empty when none came, or when the client has `missed` some or is `ended`.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (self._queue or self.missed or self.ended):
                    self._ready.clear()
                    await self._ready.wait()
        except TimeoutError:
            return []
        with self._lock:
            facts = list(self._queue)
            self._queue.clear()
        return facts

    def _put(self, facts: list[Fact]) -> None:
        with self._lock:
            if self.missed or len(self._queue) + len(facts) > self._size:
                self.missed += len(facts) + len(self._queue)
                self._queue.clear()
            else:
                self._queue.extend(facts)
        self._wake()

    def _end(self) -> None:
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ready.set)


class FactFeed:
    """Where the sink publishes facts and the API finds them."""

    def __init__(self, queue_facts: int = QUEUE_FACTS, clients: int = CLIENTS) -> None:
        self._queue_facts = queue_facts
        self._most = clients
        self._clients: set[Client] = set()
        self._lock = Lock()
        self._closed = False

    @property
    def clients(self) -> int:
        """Clients connected now."""
        return len(self._clients)

    def publish(self, facts: Iterable[Fact]) -> None:
        """Give facts to every client that asked for their kind and brand. Never waits; from any thread."""
        with self._lock:
            clients = list(self._clients)
        if not clients:
            return
        batch = list(facts)
        for client in clients:
            wanted = [
                fact for fact in batch if fact.kind in client.kinds and fact.brand_id == client.brand_id
            ]
            if wanted:
                client._put(wanted)

    def join(self, brand_id: str, kinds: Collection[FactKind]) -> Client:
        """A new client, to be given back to `leave`.

        Raises:
            TooManyClients: the feed is full.
        """
        client = Client(brand_id, kinds, self._queue_facts)
        with self._lock:
            if len(self._clients) >= self._most:
                raise TooManyClients(f"{self._most} clients are connected, which is the most")
            self._clients.add(client)
        if self._closed:
            client._end()
        return client

    def leave(self, client: Client) -> None:
        """Forget a client."""
        with self._lock:
            self._clients.discard(client)

    def close(self) -> None:
        """End every client's stream, so that the server can stop."""
        with self._lock:
            self._closed = True
            clients = list(self._clients)
        for client in clients:
            client._end()
