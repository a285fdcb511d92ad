"""The address of a ClickHouse server: ``clickhouse://user:password@host:9000/qunpulse?secure=1``."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from sinks.clickhouse.migrate import checked_name
from sinks.errors import SinkMisconfigured

_FLAGS: Final = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Dsn:
    """A parsed address. ``repr`` leaves the password out.

    ``ca_certs`` is a file of certificates to trust besides the system's; the times are seconds.
    ``send_receive_timeout`` bounds how long a hung server holds a batch, and must stay below Kafka's
    ``max.poll.interval.ms``.
    """

    host: str
    port: int
    database: str = "qunpulse"
    user: str = "default"
    password: str = field(default="", repr=False)
    secure: bool = False
    verify: bool = True
    ca_certs: str | None = None
    compression: bool = False
    connect_timeout: float = 5.0
    send_receive_timeout: float = 60.0
    sync_request_timeout: float = 5.0

    @property
    def place(self) -> str:
        """``user@host:port/database``, fit for a log."""
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


def parse_dsn(text: str) -> Dsn:
    """Read an address; ``clickhouses://`` means ``?secure=1``; user and password may be percent-encoded.

    Raises `SinkMisconfigured`, whose text names what is wrong and never holds the password.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
        if parts.scheme not in {"clickhouse", "clickhouses"} or not parts.hostname:
            raise ValueError("it must look like clickhouse://user:password@host:9000/database")
        options = _options(parts.query)
    except ValueError as error:
        raise SinkMisconfigured(f"bad ClickHouse address: {_harmless(error)}") from None
    secure = options.pop("secure", False) or parts.scheme == "clickhouses"
    return Dsn(
        host=parts.hostname,
        port=port or (9440 if secure else 9000),
        database=checked_name(parts.path.strip("/") or "qunpulse"),
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        secure=bool(secure),
        **options,  # type: ignore[arg-type]  # each was read by the reader of its own type
    )


def _options(query: str) -> dict[str, bool | float | str]:
    options: dict[str, bool | float | str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in {"secure", "verify", "compression"}:
            if value.lower() not in _FLAGS:
                raise ValueError(f"option {name} is 1 or 0")
            options[name] = _FLAGS[value.lower()]
        elif name in {"connect_timeout", "send_receive_timeout", "sync_request_timeout"}:
            options[name] = _seconds(name, value)
        elif name == "ca_certs":
            options[name] = value
        else:
            raise ValueError(f"unknown option {name[:40]!r}")
    return options


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ValueError(f"option {name} is a number of seconds above 0")
    return seconds


def _harmless(error: ValueError) -> str:
    """`urlsplit` quotes what it could not read as a port, which may be the end of a password."""
    text = str(error)
    return "the port is not a number, or the password needs percent-encoding" if "ort" in text[:20] else text
