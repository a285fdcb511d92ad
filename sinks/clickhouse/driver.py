"""A ClickHouse server (24 or newer) over the native protocol, through clickhouse-driver.

What the driver needs from us (clickhouse-driver 0.2.11): one statement at a time; a connection that saw any
error is thrown away; rows materialised, so that an insert is one block; its errors are not all
`errors.Error`.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from ssl import create_default_context
from typing import Any, TypeVar

from clickhouse_driver import Client, errors

from sinks.base import Params, Row
from sinks.clickhouse.codes import brief, reaction
from sinks.clickhouse.dsn import parse_dsn
from sinks.clickhouse.insert import MAX_ROWS, checked_rows, insert_settings
from sinks.errors import InsertRefused, SinkError, SinkMisconfigured, SinkUnavailable

T = TypeVar("T")


class DriverEngine:
    """An `Engine` on the server at ``dsn``, see `parse_dsn`; connects when used, and again after errors.

    Raises `SinkMisconfigured` for an address, or a file of certificates, that cannot be read.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = parse_dsn(dsn)
        if self._dsn.secure:
            _check_authorities(self._dsn.ca_certs)
        self._lock = threading.Lock()
        self._client = Client(
            self._dsn.host,
            port=self._dsn.port,
            database="",  # it may not exist yet; every statement names its database
            user=self._dsn.user,
            password=self._dsn.password,
            client_name="qunpulse",
            secure=self._dsn.secure,
            verify=self._dsn.verify,
            ca_certs=self._dsn.ca_certs,
            compression=self._dsn.compression,
            connect_timeout=self._dsn.connect_timeout,
            send_receive_timeout=self._dsn.send_receive_timeout,
            sync_request_timeout=self._dsn.sync_request_timeout,
            tcp_keepalive=True,
            settings_is_important=True,  # a server that does not know one of them refuses, and does not ignore it
            settings={"server_side_params": True, "insert_block_size": MAX_ROWS},
        )

    @property
    def database(self) -> str:
        return self._dsn.database

    def execute(self, sql: str, settings: Mapping[str, str | int] | None = None) -> None:
        self._run(lambda: self._client.execute(sql, settings=dict(settings or {})))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], token: str) -> None:
        if not checked_rows(rows):
            return
        block = list(rows)
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES"
        try:
            self._run(lambda: self._client.execute(sql, block, settings=insert_settings(token)))
        except (TypeError, AttributeError, ValueError) as error:
            raise InsertRefused(self._scrubbed(f"{type(error).__name__}: {error}")) from None

    def query(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        def select() -> list[dict[str, Any]]:
            rows, columns = self._client.execute(sql, dict(params or {}), with_column_types=True)
            names = [name for name, _ in columns]
            return [dict(zip(names, row, strict=True)) for row in rows]

        return self._run(select)

    def ping(self) -> None:
        self._run(lambda: self._client.execute("SELECT 1"))

    def close(self) -> None:
        with self._lock:
            self._client.disconnect()

    def _run(self, work: Callable[[], T]) -> T:
        with self._lock:
            try:
                return work()
            except (errors.Error, OSError, EOFError) as error:
                self._client.disconnect()
                raise self._mapped(error) from None
            except BaseException:
                # A value that its column cannot hold, or an interrupt: half a block may be on the wire.
                self._client.disconnect()
                raise

    def _mapped(self, error: Exception) -> SinkError:
        if isinstance(error, errors.TypeMismatchError):
            return InsertRefused(self._scrubbed(error))
        if (why := _distrust(error)) is not None:
            return SinkMisconfigured(self._safe(f"certificate: {why} (see ca_certs in the address)"))
        if isinstance(error, errors.NetworkError | errors.SocketTimeoutError):
            return SinkUnavailable(self._safe(error))
        if isinstance(error, errors.ServerException):
            return self._answered(reaction(error.code, str(error.message)))
        return SinkUnavailable(self._safe(f"{type(error).__name__}: {error}"))

    def _answered(self, found: SinkError) -> SinkError:
        """``found`` with the server's place in its text; a refusal of rows reads the same wherever it came from."""
        found.args = (self._scrubbed(found) if isinstance(found, InsertRefused) else self._safe(found),)
        return found

    def _safe(self, said: object) -> str:
        return f"ClickHouse {self._dsn.place}: {self._scrubbed(said)}"

    def _scrubbed(self, said: object) -> str:
        """One line without our password, should driver or server repeat it."""
        text = brief(str(said))
        return text.replace(self._dsn.password, "***") if self._dsn.password else text


def _distrust(error: Exception) -> str | None:
    """Why a certificate was not trusted; the driver makes a network error of it, of which only the text is left."""
    found = re.search(r"certificate verify failed: (.*?)(?: \(|$)", str(error))
    return found[1] if found else None


def _check_authorities(file: str | None) -> None:
    """Raise `SinkMisconfigured` if the file of certificates cannot be used: the driver would call the network broken."""
    try:
        create_default_context(cafile=file)
    except OSError as error:
        raise SinkMisconfigured(f"ClickHouse: ca_certs {file}: {error.strerror or error}") from None
