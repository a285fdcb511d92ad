"""A ClickHouse server for tests: the native TCP protocol in front of the embedded engine (chdb).

``python native_server.py --path DIR [--port 0] [--password secret] [--hang-at received|stored]`` prints its port and
serves until it is killed. Blocks go to the engine as they came, as ``FORMAT Native``, so types, views, deduplication
and error codes are the engine's own; what is imitated is only the conversation.

``--hang-at`` answers nothing once the first insert into a landing table was received, or was stored but not yet
acknowledged; ``hanging`` is then printed.
"""

import argparse
import contextlib
import re
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chdb.session import Session
from clickhouse_driver.block import BlockInfo, ColumnOrientedBlock
from clickhouse_driver.bufferedreader import BufferedSocketReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.protocol import ClientPacketTypes, ServerPacketTypes
from clickhouse_driver.reader import (
    read_binary_str,
    read_binary_uint8,
    read_binary_uint64,
    read_binary_uint128,
)
from clickhouse_driver.streams.native import BlockInputStream, BlockOutputStream
from clickhouse_driver.varint import read_varint, write_varint
from clickhouse_driver.writer import write_binary_int32, write_binary_str, write_binary_uint8
from native_blocks import context, from_native, quoted, to_native, unquoted

REVISION = 54459
"""Young enough for server-side parameters, older than what comes after them."""

INSERT = re.compile(r"^\s*INSERT\s+INTO\s+(\S+)\s*\(([^)]*)\)\s*VALUES\s*$", re.IGNORECASE)


class ServerError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Query:
    sql: str
    settings: dict[str, str]
    params: dict[str, str]


class Engine:
    """The engine, one query at a time; its errors as `ServerError`."""

    def __init__(self, path: str) -> None:
        self._session = Session(path)
        self._lock = threading.Lock()

    def run(self, query: Query, output: str = "Native") -> bytes:
        with self._lock:
            for name, value in query.settings.items():
                self._one(f"SET {name} = {quoted(value)}", "Null", {})
            try:
                return self._one(query.sql, output, query.params)
            finally:
                for name in query.settings:
                    with contextlib.suppress(ServerError):
                        self._one(f"SET {name} = DEFAULT", "Null", {})

    def _one(self, sql: str, output: str, params: dict[str, str]) -> bytes:
        try:
            return self._session.query(sql, output, params=params).bytes() or b""
        except RuntimeError as error:
            found = re.search(r"Code: (\d+)", str(error))
            raise ServerError(int(found[1]) if found else 1002, str(error)) from None


@dataclass
class Options:
    user: str = "default"
    password: str = ""
    hang_at: str = ""
    port: int = 0
    path: str = ""
    hung: threading.Event = field(default_factory=threading.Event)


class Conversation:
    """One connection."""

    def __init__(self, peer: socket.socket, engine: Engine, options: Options) -> None:
        self._in = BufferedSocketReader(peer, 1 << 16)
        self._out = BufferedSocketWriter(peer, 1 << 16)
        self._engine = engine
        self._options = options
        self._context: Any = None

    def serve(self) -> None:
        try:
            self._hello()
            while True:
                self._packet(read_varint(self._in))
        except ServerError as error:
            self._exception(error)
        except (EOFError, OSError):
            return

    def _packet(self, kind: int) -> None:
        if kind == ClientPacketTypes.PING:
            write_varint(ServerPacketTypes.PONG, self._out)
            self._out.flush()
        elif kind == ClientPacketTypes.QUERY:
            query = self._read_query()
            try:
                self._answer(query)
            except ServerError as error:
                self._exception(error)
            else:
                write_varint(ServerPacketTypes.END_OF_STREAM, self._out)
                self._out.flush()
        else:
            raise ServerError(99, f"unexpected packet {kind}")

    def _hello(self) -> None:
        read_varint(self._in)
        read_binary_str(self._in)
        read_varint(self._in)
        read_varint(self._in)
        revision = min(REVISION, read_varint(self._in))
        read_binary_str(self._in)
        user, password = read_binary_str(self._in), read_binary_str(self._in)
        if (user, password) != (self._options.user, self._options.password):
            text = f"DB::Exception: {user}: Authentication failed: password is incorrect: {password}"
            raise ServerError(516, text)
        self._context = context(revision)
        write_varint(ServerPacketTypes.HELLO, self._out)
        write_binary_str("ClickHouse", self._out)
        for number in (26, 9, REVISION):
            write_varint(number, self._out)
        write_binary_str("UTC", self._out)
        write_binary_str("test", self._out)
        write_varint(2, self._out)
        self._out.flush()
        read_binary_str(self._in)  # the addendum: a quota key

    def _read_query(self) -> Query:
        read_binary_str(self._in)  # query id
        self._read_client_info()
        settings = self._read_settings()
        read_binary_str(self._in)  # secret between servers
        read_varint(self._in)  # stage
        assert not read_varint(self._in), "no compression here"
        sql = read_binary_str(self._in)
        params = {name: unquoted(value) for name, value in self._read_settings().items()}
        self._read_block()  # end of external tables
        return Query(sql, settings, params)

    def _read_client_info(self) -> None:
        read_binary_uint8(self._in)
        for _ in range(3):
            read_binary_str(self._in)
        read_binary_uint64(self._in)
        read_binary_uint8(self._in)
        for _ in range(3):
            read_binary_str(self._in)
        for _ in range(3):
            read_varint(self._in)
        read_binary_str(self._in)
        read_varint(self._in)
        read_varint(self._in)
        if read_binary_uint8(self._in):  # open telemetry
            read_binary_uint128(self._in)
            read_binary_uint64(self._in)
            read_binary_str(self._in)
            read_binary_uint8(self._in)
        for _ in range(3):
            read_varint(self._in)

    def _read_settings(self) -> dict[str, str]:
        settings = {}
        while name := read_binary_str(self._in):
            read_binary_uint8(self._in)
            settings[name] = read_binary_str(self._in)
        return settings

    def _read_block(self) -> Any:
        kind = read_varint(self._in)
        assert kind == ClientPacketTypes.DATA, kind
        read_binary_str(self._in)
        return BlockInputStream(self._in, self._context).read()

    def _answer(self, query: Query) -> None:
        insert = INSERT.match(query.sql)
        if insert is not None:
            self._insert(query, insert[1], insert[2])
            return
        blocks = from_native(self._engine.run(query))
        if blocks:
            self._send_header(blocks[0].columns_with_types)
        for block in blocks:
            self._send_block(block)

    def _insert(self, query: Query, table: str, columns: str) -> None:
        sample = f"SELECT {columns} FROM {table} LIMIT 1"
        types = self._engine.run(Query(f"DESCRIBE ({sample})", {}, {}), "TSVRaw").decode().splitlines()
        self._send_header([tuple(line.split("\t")[:2]) for line in types])
        self._out.flush()
        while (block := self._read_block()).num_columns and block.num_rows:
            self._hang("received", table)
            self._store(query, table, columns, block)
            self._hang("stored", table)
            self._profile_events()
        self._profile_events()

    def _store(self, query: Query, table: str, columns: str, block: Any) -> None:
        with tempfile.NamedTemporaryFile(suffix=".native") as file:
            file.write(to_native(block))
            file.flush()
            clause = ", ".join(f"{name} = {quoted(value)}" for name, value in query.settings.items())
            said = f" SETTINGS {clause}" if clause else ""
            sql = f"INSERT INTO {table} ({columns}) FROM INFILE '{file.name}'{said} FORMAT Native"
            self._engine.run(Query(sql, {}, {}), "Null")

    def _hang(self, moment: str, table: str) -> None:
        if self._options.hang_at == moment and table.endswith("_landing") and not self._options.hung.is_set():
            self._options.hung.set()
            print("hanging", flush=True)
            time.sleep(600)

    def _send_header(self, columns: list[tuple[str, ...]]) -> None:
        """A block of no rows: names and types only, which the driver's own stream does not write."""
        write_varint(ServerPacketTypes.DATA, self._out)
        write_binary_str("", self._out)
        BlockInfo().write(self._out)
        write_varint(len(columns), self._out)
        write_varint(0, self._out)
        for name, kind in columns:
            write_binary_str(name, self._out)
            write_binary_str(kind, self._out)
            write_binary_uint8(0, self._out)

    def _profile_events(self) -> None:
        self._send_block(ColumnOrientedBlock(), ServerPacketTypes.PROFILE_EVENTS)
        self._out.flush()

    def _send_block(self, block: Any, kind: int = ServerPacketTypes.DATA) -> None:
        write_varint(kind, self._out)
        write_binary_str("", self._out)
        BlockOutputStream(self._out, self._context).write(block)

    def _exception(self, error: ServerError) -> None:
        write_varint(ServerPacketTypes.EXCEPTION, self._out)
        write_binary_int32(error.code, self._out)
        for text in ("DB::Exception", str(error), "0. somewhere.cpp"):
            write_binary_str(text, self._out)
        write_binary_uint8(0, self._out)
        self._out.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--password", default="")
    parser.add_argument("--hang-at", default="")
    options = Options(**vars(parser.parse_args()))
    Path(options.path).mkdir(parents=True, exist_ok=True)
    engine = Engine(options.path)
    with socket.create_server(("127.0.0.1", options.port)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            peer, _ = server.accept()
            threading.Thread(target=Conversation(peer, engine, options).serve, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
