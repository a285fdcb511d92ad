"""The proxy does what it says: each fault is seen from a client's end."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Cut, Hang, Proxy, Reset, Slow


@pytest.fixture
def echo() -> Iterator[int]:
    """Port of a server that sends back what it gets."""

    def serve(peer: socket.socket) -> None:
        with peer:
            try:
                while data := peer.recv(65_536):
                    peer.sendall(data)
            except OSError:
                return

    def accept(server: socket.socket) -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(peer,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def client(proxy: Proxy) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", proxy.port), 5)
    found.settimeout(5)
    return found


def exchange(peer: socket.socket, data: bytes) -> bytes:
    peer.sendall(data)
    back = b""
    while len(back) < len(data):
        piece = peer.recv(65_536)
        if not piece:
            break
        back += piece
    return back


def test_bytes_go_through_both_ways(echo: int) -> None:
    data = bytes(range(256)) * 2000
    with Proxy(echo) as proxy, client(proxy) as peer:
        assert exchange(peer, data) == data
        assert (proxy.accepted, proxy.connections) == (1, 2)


def test_slow_takes_its_time(echo: int) -> None:
    with Proxy(echo) as proxy, client(proxy) as peer:
        proxy.fault = Slow(delay=0.1, rate=100_000)
        began = time.monotonic()
        assert exchange(peer, b"x" * 20_000) == b"x" * 20_000
        assert time.monotonic() - began >= 0.2 + 0.4


def test_cut_lets_so_many_bytes_through_and_no_more(echo: int) -> None:
    with Proxy(echo) as proxy:
        proxy.fault = Cut(after=1000)
        with client(proxy) as peer:
            back = b""
            peer.sendall(b"x" * 5000)
            try:
                while piece := peer.recv(65_536):
                    back += piece
            except ConnectionResetError:
                pass
        assert len(back) <= 1000 and proxy.cuts == 1
        proxy.fault = None
        with client(proxy) as peer:
            assert exchange(peer, b"again") == b"again"


def test_hang_says_nothing_until_it_is_over(echo: int) -> None:
    with Proxy(echo) as proxy, client(proxy) as old:
        assert exchange(old, b"a") == b"a"
        proxy.fault = Hang()
        with client(proxy) as new:
            for peer in (old, new):
                peer.settimeout(0.2)
                peer.sendall(b"b")
                with pytest.raises(TimeoutError):
                    peer.recv(1)
            proxy.fault = None
            for peer in (old, new):
                peer.settimeout(5)
                assert peer.recv(1) == b"b"


def test_reset_and_refuse(echo: int) -> None:
    with Proxy(echo) as proxy:
        proxy.fault = Reset()
        with client(proxy) as peer, pytest.raises(ConnectionResetError):
            peer.sendall(b"a")
            time.sleep(0.1)
            peer.recv(1)
        proxy.fault = None
        with client(proxy) as peer:
            assert exchange(peer, b"a") == b"a"
            proxy.refuse()
            with pytest.raises(ConnectionResetError):
                peer.recv(1)
        with pytest.raises(ConnectionRefusedError):
            client(proxy)
        proxy.listen()
        with client(proxy) as peer:
            assert exchange(peer, b"a") == b"a"
