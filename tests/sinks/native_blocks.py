"""Blocks and literals of `native_server`: from the wire's form to what the engine reads, and back."""

import contextlib
import re
from types import SimpleNamespace
from typing import Any

from clickhouse_driver.bufferedreader import BufferedSocketReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.streams.native import BlockInputStream, BlockOutputStream


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def unquoted(dump: str) -> str:
    """The text of a parameter, which travels as a quoted and escaped literal."""
    letters = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "a": "\a", "v": "\v"}
    return re.sub(r"\\(.)", lambda m: letters.get(m[1], m[1]), dump[1:-1], flags=re.DOTALL)


def context(revision: int) -> Any:
    """What the driver's block streams want to know. Strings stay bytes: text here may be anything."""
    return SimpleNamespace(
        server_info=SimpleNamespace(used_revision=revision, get_timezone=lambda: "UTC"),
        client_settings={"strings_as_bytes": True, "strings_encoding": "utf-8", "use_numpy": False},
        settings={},
    )


class Bytes:
    """Bytes as the driver's buffered reader and writer see a socket."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)

    def recv_into(self, buffer: Any) -> int:
        size = min(len(buffer), len(self.data))
        buffer[:size] = self.data[:size]
        del self.data[:size]
        return size

    def sendall(self, data: Any) -> None:
        self.data += data


def to_native(block: Any) -> bytes:
    store = Bytes()
    BlockOutputStream(BufferedSocketWriter(store, 1 << 16), context(0)).write(block)
    return bytes(store.data)


def from_native(data: bytes) -> list[Any]:
    store = Bytes(data)
    reader = BufferedSocketReader(store, 1 << 16)
    stream = BlockInputStream(reader, context(0))
    blocks = []
    with contextlib.suppress(EOFError):
        while True:
            block = stream.read()
            block.data = [list(column) for column in block.data]  # writing it back puts zeros for NULLs
            blocks.append(block)
    return blocks
