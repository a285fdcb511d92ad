"""Starting the parts of the embedded set-up as processes, and ending them: by id, all of them, in bounded time."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 3.0
"""Time a process gets after SIGTERM before SIGKILL: Ctrl-C ends everything within 5 s."""

LISTENING = range(15_000, 32_000)

_PR_SET_PDEATHSIG = 1


class PartFailed(Exception):
    """A part did not start or has ended; the text holds its last words."""


def free_port(wanted: int = 0) -> int:
    """A loopback port that nobody listens on now: `wanted`, if it is one.

    Others are drawn below those that systems give to outgoing connections, one of which would take the port before its server
    does: seen in a fault run, whose sink then could not start.
    """
    for port in (wanted, *random.sample(LISTENING, 100)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port:
                    return port
    raise PartFailed(f"no free port on loopback between {LISTENING.start} and {LISTENING.stop}")


def _die_with_parent() -> None:
    """On Linux a part ends with the process that started it, even when that one is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Part:
    """A running part, with the file that its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self, lines: int = 12) -> str:
        """End of what it printed."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


@dataclass
class Parts:
    """The parts of an embedded set-up, ended in the reverse order of their start."""

    folder: Path
    running: list[Part] = field(default_factory=list)

    def start(self, name: str, command: list[str], env: Mapping[str, str] | None = None) -> Part:
        """Start a part in a session of its own: a Ctrl-C in the terminal is for us to pass on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})}, start_new_session=True, preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call, no lock
            )  # fmt: skip
        part = Part(name, process, log)
        self.running.append(part)
        return part

    def check(self) -> None:
        """Raises PartFailed when a part has ended by itself."""
        for part in self.running:
            code = part.process.poll()
            if code is not None:
                raise PartFailed(f"{part.name} has ended (exit {code}); its last words:\n{part.last_words()}")

    def stop(self, name: str | None = None, seconds: float = STOP_SECONDS) -> None:
        """End the named part, or all, last started first; SIGKILL to what does not go in time."""
        going = [part for part in reversed(self.running) if name in (None, part.name)]
        for part in going:
            if part.process.poll() is None:
                part.process.terminate()
        deadline = time.monotonic() + seconds
        for part in going:
            try:
                part.process.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()
            self.running.remove(part)


def wait_for_port(parts: Parts, port: int, seconds: float) -> None:
    """Wait until something listens on `port`.

    Raises:
        PartFailed: a part has ended, or nothing listened in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        parts.check()
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise PartFailed(f"nothing listens on port {port} after {seconds:.0f} s")
