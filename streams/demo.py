"""``qunpulse demo``: the whole pipeline on the embedded parts over a simulated community, live on the terminal."""

import asyncio
import contextlib
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from kafka import KafkaProducer
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.connection import connection
from streams.embedded import PLAIN, Embedded
from streams.outbox import partition_of
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.simulated_activities import Activities
from streams.simulator import Simulator, encode
from streams.topics import Layout, checked_layout

EMPTYING_AFTER_SECONDS = 25
"""The group that empties begins to, so long after the start: late enough to have been seen lively."""


@dataclass
class Seen:
    """What the terminal shows."""

    started: float = field(default_factory=time.monotonic)
    sent: int = 0
    rate: float = 0.0
    tags: Counter[str] = field(default_factory=Counter)
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    alerts: dict[str, str] = field(default_factory=dict)
    opened: int = 0
    first_tag_after: float | None = None
    behind: float | None = None

    def fact(self, kind: str, data: dict[str, Any]) -> None:
        """Take in a fact of the stream."""
        if kind == "tag-change":
            if self.first_tag_after is None:
                self.first_tag_after = time.monotonic() - self.started
            entered = data["change"] == "entered"
            self.tags["entered" if entered else "left"] += 1
            sign = "[green]+[/]" if entered else "[red]-[/]"
            self.recent.append(f"{sign} {data['member_id']}  {data['name_zh']} · {data['name_en']}")
        elif kind == "alert":
            mark = "[green]▼[/]" if data["state"] == "closed" else "[bold red]▲[/]"
            self.opened += data["state"] == "opened"
            self.alerts[data["alert_id"]] = (
                f"{mark} {data['text_zh']}\n  {data['text_en']}"  # one line an episode
            )


class Demo:
    """Runs until a signal; see `run`."""

    def __init__(self, settings: Settings, seconds: float | None, speed: float) -> None:
        self._settings = settings
        self._seconds = seconds
        self._speed = speed
        self._stop = threading.Event()
        self._seen = Seen()

    def run(self) -> None:
        """Start everything, show what happens, end everything.

        Raises:
            PartFailed: a part did not start or has ended.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop.set())
        with tempfile.TemporaryDirectory(prefix="qunpulse-demo-") as folder:
            store = Path(folder) / "store"
            with Embedded(
                Path(folder) / "logs", store, replay=False, api_port=self._settings.api_port
            ) as embedded:
                inner = self._settings.model_copy(update=PLAIN | {"kafka": embedded.env["QUNPULSE_KAFKA"]})
                layout = checked_layout(inner)
                embedded.start_worker()
                embedded.start_sink()
                feeder = threading.Thread(target=self._feed, args=(inner, layout), daemon=True)
                feeder.start()
                asyncio.run(self._show(embedded))
                feeder.join(timeout=1)

    def _feed(self, settings: Settings, layout: Layout) -> None:
        producer = KafkaProducer(**connection(settings), linger_ms=20)
        seed = random.randrange(1 << 30)
        simulator = Simulator(seed, speed=self._speed, emptying_after_ms=EMPTYING_AFTER_SECONDS * 1000)
        activities = Activities(seed)

        def send(event: dict[str, Any]) -> None:
            kind = event["kind"]
            whose = event.get("member_id") or event.get("group_id") or event["event_id"]
            key = f"default\x1f{whose}".encode()
            partition = partition_of(key, layout.partitions[kind])
            producer.send(settings.topic(kind), encode(event), key=key, partition=partition)
            self._seen.sent += 1

        for event in simulator.opening(wall_ms()):
            send(event)
        before = wall_ms()
        for event in activities.announcements(before):
            send(event)
        while not self._stop.wait(0.05):
            now = wall_ms()
            for event in activities.among(simulator.between(before, now)):
                send(event)
            before = now
        producer.close(timeout=1)

    async def _show(self, embedded: Embedded) -> None:
        base = f"http://127.0.0.1:{embedded.ports.api}"
        listening = asyncio.create_task(self._listen(base))
        console = Console(stderr=False)
        deadline = None if self._seconds is None else time.monotonic() + self._seconds
        screen = (
            Live(self._picture(base, embedded), console=console, refresh_per_second=4)
            if console.is_terminal
            else None
        )
        told = 0
        try:
            with screen or contextlib.nullcontext():
                if screen is None:
                    self._say(f"live page {base}/  (Ctrl-C ends everything)")
                    self._say(f"broker QUNPULSE_KAFKA={embedded.env['QUNPULSE_KAFKA']}")
                while not self._stop.is_set() and (deadline is None or time.monotonic() < deadline):
                    for one in embedded.keep_up():
                        self._say(one)
                    before = self._seen.sent
                    await asyncio.sleep(0.25)
                    self._seen.rate = 0.8 * self._seen.rate + 0.2 * (self._seen.sent - before) * 4
                    if screen is not None:
                        screen.update(self._picture(base, embedded))
                    elif time.monotonic() - self._seen.started > told:
                        told += 2
                        self._line()
        finally:
            self._stop.set()
            listening.cancel()
        self._say("ending …")

    async def _listen(self, base: str) -> None:
        """Follow the stream of facts; begin again while the API is not up."""
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                    async with session.get(
                        f"{base}/v1/stream?kinds=tag-change,alert", timeout=None
                    ) as answer:
                        kind = ""
                        async for raw in answer.content:
                            line = raw.decode().rstrip("\n")
                            if line.startswith("event:"):
                                kind = line[6:].strip()
                            elif line.startswith("data:"):
                                self._seen.fact(kind, json.loads(line[5:]))
                await asyncio.sleep(0.2)

    def _line(self) -> None:
        seen = self._seen
        last = Text.from_markup(seen.recent[-1]).plain if seen.recent else "no tag yet"
        first = "" if seen.first_tag_after is None else f" · first tag after {seen.first_tag_after:.1f} s"
        self._say(
            f"{seen.sent:>7} events · {seen.rate:.0f}/s · tags +{seen.tags['entered']} -{seen.tags['left']}{first} · {last}"
        )
        for alert in seen.alerts.values():
            self._say(Text.from_markup(alert).plain)
        seen.alerts.clear()

    @staticmethod
    def _say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def _picture(self, base: str, embedded: Embedded) -> Group:
        seen = self._seen
        head = Table.grid(padding=(0, 3))
        first = "…" if seen.first_tag_after is None else f"{seen.first_tag_after:.1f} s"
        tags = f"tags [green]+{seen.tags['entered']}[/] [red]-{seen.tags['left']}[/]"
        head.add_row(
            f"[bold]{seen.rate:6.0f}[/] events/s",
            f"[bold]{seen.sent}[/] sent",
            tags,
            f"first tag after {first}",
        )
        worker = f"http://127.0.0.1:{embedded.ports.worker}"
        places = Text.from_markup(
            f"live page [bold]{base}/[/]   API {base}/openapi.json   metrics {base}/metrics {worker}/metrics\n"
            f"broker for other commands [bold]QUNPULSE_KAFKA={embedded.env['QUNPULSE_KAFKA']}[/]\n"
            "[dim]evaluation broker and store: everything is forgotten at the end · Ctrl-C ends all[/]"
        )
        quiet = f"a group begins to empty after {EMPTYING_AFTER_SECONDS} s"
        return Group(
            Panel(head, title="QunPulse 群脉 demo"),
            Panel("\n".join(seen.recent) or "waiting for the first tag …", title="tags entering and leaving"),
            Panel(
                "\n".join(list(seen.alerts.values())[-5:]) or quiet, title=f"alerts ({seen.opened} opened)"
            ),
            places,
        )


def run_demo(settings: Settings, seconds: float | None, speed: float) -> None:
    """Run the demo; `seconds` bounds it, None runs it until Ctrl-C."""
    Demo(settings, seconds, speed).run()
