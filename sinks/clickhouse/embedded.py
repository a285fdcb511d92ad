"""The ClickHouse engine inside our own process (chdb), with its data under a directory.

Facts that shape this file, seen on chdb 4.4 (engine 26.9):

* one process per path and one path per process; several sessions of one process may share the path;
* ``Session.send_insert`` hides an error raised by a materialized view; an insert through ``query`` raises it. So
  rows go through a short-lived file of MessagePack, which takes bytes as they are and is read twice as fast as
  JSON in the statement (some 150,000 events a second on a shared core);
* ``query`` lets go of the GIL, but is not to be called by two threads on one session.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import msgspec

from sinks.base import Params, Row
from sinks.clickhouse.codes import reaction
from sinks.clickhouse.insert import checked_rows, insert_settings
from sinks.clickhouse.migrate import checked_name
from sinks.errors import InsertRefused, SinkError, SinkMisconfigured, SinkUnavailable

_pack: Final = msgspec.msgpack.Encoder().encode
_decode_line: Final = msgspec.json.Decoder().decode

_SESSION: Final = (
    "SET session_timezone = 'UTC', output_format_json_quote_64bit_integers = 0, "
    "output_format_json_quote_denormals = 0, date_time_output_format = 'simple'"
)


class EmbeddedEngine:
    """An `Engine` on the directory ``path``, which is made if it is missing.

    Raises `SinkMisconfigured` when another process holds the path, when this process has another path open
    already, or when chdb is not installed.
    """

    def __init__(self, path: str | Path, database: str = "qunpulse") -> None:
        self._database = checked_name(database)
        self._path = Path(path)
        self._lock = threading.Lock()
        self._session = _open(self._path)
        self.execute(_SESSION)

    @property
    def database(self) -> str:
        return self._database

    def execute(self, sql: str, settings: Mapping[str, str | int] | None = None) -> None:
        with self._lock:
            for name, value in (settings or {}).items():
                self._run(f"SET {name} = {_literal(value)}")
            try:
                self._run(sql)
            finally:
                for name in settings or {}:
                    self._run(f"SET {name} = DEFAULT")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], token: str) -> None:
        if not checked_rows(rows):
            return
        # One block whatever the size: no parallel parsing, and no limit of rows below the batch.
        settings = insert_settings(token) | {
            "input_format_parallel_parsing": 0,
            "max_insert_block_size": len(rows),
            "min_insert_block_size_rows": len(rows),
            "min_insert_block_size_bytes": 0,
        }
        clause = ", ".join(f"{name} = {_literal(value)}" for name, value in settings.items())
        names = ", ".join(columns)
        packed = _packed(rows)
        try:
            with self._lock, NamedTemporaryFile(prefix="qunpulse-", suffix=".msgpack") as file:
                file.write(packed)
                file.flush()
                source = f"FROM INFILE {_literal(file.name)} SETTINGS {clause} FORMAT MsgPack"
                self._run(f"INSERT INTO {table} ({names}) {source}")
        except OSError as error:
            raise SinkUnavailable(f"cannot write the rows of an insert to a file: {error}") from None

    def query(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        bound = {name: _parameter(value) for name, value in (params or {}).items()}
        with self._lock:
            answer = self._run(sql, "JSONCompactEachRowWithNamesAndTypes", bound)
        lines = answer.splitlines()
        if not lines:
            return []
        names, types = _decode_line(lines[0]), _decode_line(lines[1])
        readers = [(place, _reader(kind)) for place, kind in enumerate(types)]
        special = [(place, reader) for place, reader in readers if reader is not None]
        rows = []
        for line in lines[2:]:
            values = _decode_line(line)
            for place, reader in special:
                if values[place] is not None:
                    values[place] = reader(values[place])
            rows.append(dict(zip(names, values, strict=True)))
        return rows

    def ping(self) -> None:
        with self._lock:
            self._run("SELECT 1")

    def close(self) -> None:
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    def _run(self, sql: str, output: str = "Null", params: Mapping[str, str] | None = None) -> bytes:
        if self._session is None:
            raise SinkUnavailable(f"the embedded store at {self._path} is closed")
        try:
            answer: bytes | None = self._session.query(sql, output, params=dict(params or {})).bytes()
        except RuntimeError as error:  # ChdbError is one
            raise _mapped(error) from None
        return answer or b""


def _open(path: Path) -> Any:
    try:
        from chdb.session import Session  # noqa: PLC0415  (an optional dependency: qunpulse[embedded])
    except ImportError as error:
        raise SinkMisconfigured(f"the embedded store needs chdb: {error}") from None
    try:
        path.mkdir(parents=True, exist_ok=True)
        session: Callable[[str], Any] = Session
        return session(str(path))
    except OSError as error:
        raise SinkMisconfigured(f"cannot open the embedded store at {path}: {error}") from None
    except RuntimeError as error:
        text = str(error)
        if "already initialized with path" in text:
            raise SinkMisconfigured(f"this process has another embedded store open, not {path}") from None
        if "Error initializing EmbeddedServer" in text:
            raise SinkMisconfigured(f"another process{_holder(path)} holds {path}") from None
        raise SinkMisconfigured(f"cannot open the embedded store at {path}: {text[:300]}") from None


def _holder(path: Path) -> str:
    """`` (pid 123)`` as the engine's status file tells it, or nothing."""
    try:
        first = path.joinpath("status").read_text("utf-8", "replace").splitlines()[0]
    except (OSError, IndexError):
        return ""
    return f" (pid {first.removeprefix('PID: ').strip()})" if first.startswith("PID: ") else ""


def _mapped(error: RuntimeError) -> SinkError:
    head, _, rest = str(error).partition("DB::Exception:")
    digits = "".join(filter(str.isdigit, head))
    return reaction(int(digits), rest) if digits else SinkUnavailable(str(error)[:300])


def _packed(rows: Sequence[Row]) -> memoryview:
    """All values in one row of MessagePack, which is what the engine reads; bytes and text alike fill a String."""
    try:
        values = _pack([value for row in rows for value in row])
    except (TypeError, ValueError, OverflowError) as error:
        raise InsertRefused(f"{type(error).__name__}: {error}"[:200]) from None
    count = len(rows) * len(rows[0])
    head = 1 if count < 16 else 3 if count < 65536 else 5  # of the array, which the engine does not expect
    return memoryview(values)[head:]


def _literal(value: str | int) -> str:
    if isinstance(value, int):
        return str(int(value))
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _parameter(value: str | int) -> str:
    """The engine reads a parameter as a field of a TSV line."""
    text = str(value)
    for raw, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0")):
        text = text.replace(raw, escaped)
    return text


def _reader(kind: str) -> Callable[[Any], Any] | None:
    """What turns a JSON value of type ``kind`` into what the server's driver gives; None: it is that."""
    bare = kind.removeprefix("Nullable(").removeprefix("LowCardinality(")
    if bare.startswith("DateTime"):
        return _time
    return float if bare.startswith("Float") else None


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
