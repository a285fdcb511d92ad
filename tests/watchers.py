"""The real Alertmanager and Prometheus for tests, each as a process of its own on loopback, ended by id."""

import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from sinks.metrics import CONTENT_TYPE, Metrics
from streams.processes import Parts, free_port, wait_for_port

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")

with_alertmanager = pytest.mark.skipif(ALERTMANAGER is None, reason="Alertmanager is not installed")
with_amtool = pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool is not installed")

ROUTING = """
route:
  receiver: hook
  group_by: [brand_id, group_id]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 4h
receivers:
  - name: hook
    webhook_configs:
      - url: {url}
        send_resolved: true
"""


@dataclass(frozen=True)
class Alerts:
    """A running Alertmanager."""

    url: str

    def known(self) -> list[dict[str, Any]]:
        """Alerts that it shows: those that are over are not among them."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def silence(self, *matchers: str) -> None:
        """Silence what `matchers` name, with amtool."""
        command = ["amtool", f"--alertmanager.url={self.url}", "silence", "add", *matchers]
        command += ["--duration=10m", "--author=test", "--comment=announced"]
        subprocess.run(command, check=True, capture_output=True, timeout=20)


@contextmanager
def alertmanager(folder: Path, hook: str, routing: str = ROUTING) -> Iterator[Alerts]:
    """Alertmanager that notifies `hook`."""
    assert ALERTMANAGER is not None
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "alertmanager.yml"
    config.write_text(routing.format(url=hook), encoding="utf-8")
    port, parts = free_port(), Parts(folder)
    try:
        parts.start(
            "alertmanager",
            [
                *(ALERTMANAGER, f"--config.file={config}", f"--storage.path={folder / 'data'}"),
                *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="),
            ],
        )
        wait_for_port(parts, port, 20)
        yield Alerts(f"http://127.0.0.1:{port}")
    finally:
        parts.stop()


@contextmanager
def prometheus(folder: Path, config: dict[str, Any]) -> Iterator[str]:
    """Prometheus with `config`; yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    port, parts = free_port(), Parts(folder)
    try:
        parts.start(
            "prometheus",
            [
                *("prometheus", f"--config.file={folder / 'prometheus.yml'}"),
                *(f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"),
            ],
        )
        wait_for_port(parts, port, 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        parts.stop()


@contextmanager
def exposing(metrics: Metrics) -> Iterator[str]:
    """Metrics over HTTP; yields host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = metrics.text()
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def until(what: Callable[[], Any], seconds: float = 20) -> Any:
    """Ask again until the answer is true; returns it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = what()
        except OSError:
            answer = None  # it does not listen yet
        if answer or time.monotonic() > deadline:
            assert answer, f"not in {seconds} s"
            return answer
        time.sleep(0.1)
