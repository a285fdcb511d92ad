"""Alerts for the tests of receivers, and a receiver that answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sinks.notify.notice import Notice, read_alert

AT = 1_767_603_600_000
"""2026-01-05T09:00:00Z, ms."""


def fact(**changed: Any) -> dict[str, Any]:
    """An alert as it stands on its topic."""
    alert: dict[str, Any] = {
        "schema_version": 1,
        "alert_id": "a1",
        "brand_id": "default",
        "group_id": "g1",
        "kind": "churn_spike",
        "state": "opened",
        "version": 1,
        "severity": "warning",
        "opened_at": AT,
        "closed_at": None,
        "as_of": AT,
        "window_seconds": 600,
        "observed": 12,
        "expected": 0.41,
        "p_value": 3e-9,
        "members": 200,
        "evidence": {"left": 12, "broadcast_id": "b7", "first_leavers": ["m1", "m2"], "nothing": None},
        "text_zh": "群 g1 退群激增。",
        "text_en": "Group g1: 12 of 200 left.",
    }
    return alert | changed


def of_member(**changed: Any) -> dict[str, Any]:
    """What an alert about a member has for its own."""
    return {
        "group_id": "",
        "member_id": "m1",
        "tag": "risk.banned_again",
        "kind": "member_tag",
        "evidence": {"groups": ["g2"]},
        "text_zh": "成员 m1(群 g2):被封禁的成员又入群。",
        "text_en": "Member m1 (group g2): banned and in a group again.",
    } | changed


def raw(**changed: Any) -> bytes:
    """The same as bytes."""
    return json.dumps(fact(**changed), ensure_ascii=False).encode()


def notice(told_severity: str | None = None, **changed: Any) -> Notice:
    """The same as a receiver gets it."""
    body = raw(**changed)
    return Notice(read_alert(body), body, told_severity)


@dataclass
class Endpoint:
    """What a receiver has got, and what it answers: the next of `answers`, and then 200."""

    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    usual: bytes = b'{"errcode":0,"errmsg":"ok"}'

    def bodies(self) -> list[Any]:
        """Bodies as JSON."""
        return [json.loads(body) for _, _, body in self.got]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A receiver on a free loopback port."""
    state = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.got.append((self.path, headers, body))
            status, extra, text = state.answers.pop(0) if state.answers else (200, {}, state.usual)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(text))} | extra).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
