"""Starts and kills `native_server.py`, the test server that speaks ClickHouse's native protocol."""

import subprocess
import sys
from pathlib import Path

from streams.processes import _die_with_parent

SCRIPT = Path(__file__).with_name("native_server.py")


class Endpoint:
    """One server process on a loopback port; it keeps its port when it is started again."""

    def __init__(self, path: Path, password: str = "") -> None:
        self._path = path
        self._password = password
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self, hang_at: str = "") -> None:
        command = [
            *(sys.executable, str(SCRIPT), "--path", str(self._path), "--port", str(self.port)),
            *("--password", self._password, "--hang-at", hang_at),
        ]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call, no lock
        )
        self.port = int(self.line())

    def line(self) -> str:
        """The next line that the server prints."""
        assert self._process is not None and self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said, "the server has ended"
        return said.strip()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def dsn(self, database: str, options: str = "", password: str | None = None) -> str:
        secret = self._password if password is None else password
        return f"clickhouse://default:{secret}@127.0.0.1:{self.port}/{database}{options}"
