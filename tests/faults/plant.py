"""A plant: broker, workers, sink and store as processes of their own, behind proxies where a row of the matrix wants them.

The store is ClickHouse's engine behind the native protocol (`tests.sinks.native_server`), in a process that can be killed,
stopped and continued like every other. It does not merge, so that an insert made twice stays visible. Everything is done by
process id, and everything ends with `close`.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from clickhouse_driver import Client
from clickhouse_driver.errors import Error as ClickHouseError

from streams.drained import wait_until_drained
from streams.processes import Part, Parts, free_port
from streams.settings import Settings
from streams.topics import Layout, checked_layout
from tests.brokers import apache_kafka, kafka_classpath, tansu
from tests.faults.books import lines
from tests.faults.evidence import collect
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.proxy import Proxy
from tests.faults.scrape import scrape
from tests.faults.verdict import Verdict
from tests.faults.verify import verify
from tests.sinks.endpoint import Endpoint

ROOT = Path(__file__).resolve().parents[2]
PARTITIONS = 3

STOP_SECONDS = 60.0
"""Longest wait for a part that was asked to go. It goes in a second or two; so long only where the machine is out of breath."""

BrokerKind = Literal["tansu", "kafka"]


class NotHere(Exception):
    """A row cannot be run on this machine; the text says why."""


@dataclass(frozen=True)
class Wanted:
    """What a row wants of its plant."""

    broker: BrokerKind = "tansu"
    broker_proxy: bool = False
    store_proxy: bool = False
    sink: bool = True
    partitions: int = PARTITIONS
    merges: bool = False
    """The store merges, as it does in life; inserts made twice are then not seen."""
    load: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    store_options: str = ""


class Plant:
    """Running parts. Use `plant`, which ends them."""

    def __init__(self, folder: Path, wanted: Wanted, seed: int) -> None:
        self.folder = folder
        self.wanted = wanted
        self.seed = seed
        self.parts = Parts(folder / "logs")
        self.broker_parts = Parts(folder / "broker")
        self.load = Load(seed, **wanted.load)
        self.ended: list[tuple[str, int, str]] = []
        """Parts that ended without being told to: name, exit code, last line."""
        self.restarts: Counter[int] = Counter()
        self._stack = ExitStack()
        self._count = 0
        self._looks = 0
        self._hogs: list[subprocess.Popen[bytes]] = []
        self._commands: dict[str, tuple[str, dict[str, str]]] = {}
        self.broker_proxy: Proxy | None = None
        self.store_proxy: Proxy | None = None
        self.endpoint: Endpoint | None = None

    def start(self) -> None:
        """Broker, store, topics, a sink if one is wanted; no worker yet."""
        self.address = self._start_broker()
        self.env = {
            "QUNPULSE_KAFKA": self.address,
            "QUNPULSE_SESSION_SECONDS": "6",
            "QUNPULSE_PARTITIONS": str(self.wanted.partitions),
            "QUNPULSE_SINK_SECONDS": "0.1",
            "QUNPULSE_LOG_LEVEL": "info",
            "PYTHONPATH": str(ROOT),
        } | {f"QUNPULSE_{name.upper()}": value for name, value in self.wanted.settings.items()}
        self.settings = Settings(
            kafka=self.address, partitions=self.wanted.partitions, **self.wanted.settings
        )  # type: ignore[arg-type]
        self.layout: Layout = checked_layout(self.settings)
        self.ledger = Ledger(
            self.address, self.folder / "ledger.jsonl", seed=self.seed, partitions=self.wanted.partitions
        )
        self._stack.callback(self.ledger.close)
        if self.wanted.sink:
            self._start_store()
            self.start_sink()
            self.wait_for_tables()

    def _start_broker(self) -> str:
        advertised = None
        if self.wanted.broker_proxy:
            advertised = free_port()
        if self.wanted.broker == "tansu":
            address = self._stack.enter_context(
                tansu(self.folder / "broker", advertised=advertised, parts=self.broker_parts)
            )
        else:
            classpath = kafka_classpath()
            if classpath is None:
                raise NotHere("Apache Kafka: no JDK, no Maven, or its jars cannot be fetched")
            address = self._stack.enter_context(
                apache_kafka(
                    self.folder / "broker", classpath, advertised=advertised, parts=self.broker_parts
                )
            )
        if advertised is None:
            return address
        self.broker_proxy = Proxy(int(address.rpartition(":")[2]), port=advertised)
        self._stack.enter_context(self.broker_proxy)
        return f"127.0.0.1:{advertised}"

    def _start_store(self) -> None:
        self.endpoint = Endpoint(self.folder / "store")
        self._stack.callback(self.endpoint.kill)
        self.endpoint.start()
        port = self.endpoint.port
        if self.wanted.store_proxy:
            self.store_proxy = self._stack.enter_context(Proxy(port))
            port = self.store_proxy.port
        self.env["QUNPULSE_CLICKHOUSE"] = (
            f"clickhouse://default:@127.0.0.1:{port}/qunpulse{self.wanted.store_options}"
        )

    def store(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the store itself, past the proxy."""
        assert self.endpoint is not None
        client = Client("127.0.0.1", port=self.endpoint.port, settings={"server_side_params": True})
        try:
            answer: list[tuple[Any, ...]] = client.execute(sql)
        finally:
            client.disconnect()
        return answer

    def wait_for_tables(self, seconds: float = 60) -> None:
        """Wait for the sink's migrations; from then on the store does not merge."""
        self.wait(
            "tables",
            seconds,
            lambda: (
                self.store(
                    "SELECT count() FROM system.columns WHERE table = 'dead_letters' AND name = 'replays'"
                )
                == [(1,)]
            ),
        )
        self.stop_merges()

    def stop_merges(self) -> None:
        """Keep every row that was inserted; to be said again to a store that was started again."""
        if not self.wanted.merges:
            with suppress(ClickHouseError):
                self.store("SYSTEM STOP MERGES")

    def let_mutate(self, table: str) -> None:
        """Let a table take another name of a column, which a store that works in the background not at all would never
        answer, and still merge nothing: no part is small enough."""
        limits = ("max_bytes_to_merge_at_max_space_in_pool", "max_bytes_to_merge_at_min_space_in_pool")
        self.store(
            f"ALTER TABLE qunpulse.{table} MODIFY SETTING " + ", ".join(f"{one} = 1" for one in limits)
        )
        self.store(f"SYSTEM START MERGES qunpulse.{table}")

    def start_worker(self, *under: str, **env: str) -> Part:
        """One more worker, under another command if one is given."""
        self._count += 1
        return self._start(f"worker-{self._count}", "worker", env, under)

    def start_sink(self, **env: str) -> Part:
        """A sink with its API on a free port."""
        self._count += 1
        return self._start(f"sink-{self._count}", "sink", env)

    def _start(self, name: str, command: str, env: dict[str, str], under: tuple[str, ...] = ()) -> Part:
        ports = {"QUNPULSE_WORKER_PORT": str(free_port()), "QUNPULSE_API_PORT": str(free_port())}
        more = ports | env
        self._commands[name] = command, more
        return self.parts.start(name, [*under, sys.executable, "-m", "streams.cli", command], self.env | more)

    def port(self, part: Part) -> int:
        """Port of a part's health and metrics."""
        command, env = self._commands[part.name]
        return int(env["QUNPULSE_WORKER_PORT" if command == "worker" else "QUNPULSE_API_PORT"])

    def health(self, part: Part) -> Any:
        """What a part says of its health."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port(part)}/healthz", timeout=5) as answer:
            return json.load(answer)

    def states(self, worker: Part) -> int | None:
        """How many states a worker holds; None when it does not say so at once."""
        try:
            return scrape(self.port(worker), 0.5)["qunpulse_state_entries"]
        except OSError:
            return None

    def running(self, command: str) -> list[Part]:
        """Parts of a kind that run."""
        return [part for part in self.parts.running if self._commands[part.name][0] == command]

    def kill(self, part: Part) -> None:
        """SIGKILL."""
        part.process.kill()
        part.process.wait()
        self.parts.running.remove(part)

    def stop(self, part: Part) -> None:
        """SIGSTOP: it hangs."""
        os.kill(part.process.pid, signal.SIGSTOP)

    def go_on(self, part: Part) -> None:
        """SIGCONT."""
        os.kill(part.process.pid, signal.SIGCONT)

    def terminate(self, part: Part, seconds: float = STOP_SECONDS) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds that it took. Raises TimeoutExpired after `seconds`."""
        if self._commands[part.name][0] == "worker":  # a process that still starts has no ending of its own
            self.wait("answer of the worker", 90, lambda: bool(self.health(part)))
        began = time.monotonic()
        part.process.terminate()
        code = part.process.wait(seconds)
        self.parts.running.remove(part)
        return code, time.monotonic() - began

    def wait_for_end(self, part: Part, seconds: float = 60) -> int:
        """Wait until a part ends by itself; its exit code."""
        code = part.process.wait(seconds)
        self.parts.running.remove(part)
        return code

    def hog(self, count: int) -> None:
        """Processes that do nothing but use the CPU."""
        for _ in range(count):
            hog = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            self._hogs.append(hog)

    def unhog(self) -> None:
        for hog in self._hogs:
            hog.kill()
            hog.wait()
        self._hogs.clear()

    def keep_up(self) -> None:
        """Start what has ended by itself again, as a supervisor would, without an armed failpoint."""
        for part in list(self.parts.running):
            code = part.process.poll()
            if code is None:
                continue
            self.parts.running.remove(part)
            self.ended.append((part.name, code, part.last_words(1)))
            self.restarts[code] += 1
            command, env = self._commands[part.name]
            again = {
                name: value
                for name, value in env.items()
                if name not in {"QUNPULSE_FAILPOINT", "QUNPULSE_WORKER_PORT", "QUNPULSE_API_PORT"}
            }
            (self.start_worker if command == "worker" else self.start_sink)(**again)

    def send(self, count: int) -> None:
        """Send so many records and wait for the broker's word."""
        self.ledger.send(self.load.some(count))
        self.ledger.settle()

    def trickle(self, count: int, seconds: float, between: Callable[[], None] = lambda: None) -> None:
        """Send so many records over so many seconds; `between` is called about ten times a second."""
        pieces = max(1, int(seconds * 10))
        for piece in range(pieces):
            began = time.monotonic()
            self.ledger.send(self.load.some(count * (piece + 1) // pieces - count * piece // pieces))
            between()
            time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
        self.ledger.settle()

    def wait(self, what: str, seconds: float, done: Callable[[], bool]) -> float:
        """Wait until `done`; the seconds that it took. Errors of a part that is not up yet are waited out."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            with suppress(OSError, EOFError, ClickHouseError):
                if done():
                    return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"no {what} within {seconds} s\n{self.last_words()}")

    def drain(self, seconds: float = 300, *, sink: bool | None = None) -> float:
        """Wait until all that was acknowledged has come through, keeping parts up; the seconds that it took."""
        began = time.monotonic()

        def check() -> None:
            self.keep_up()
            assert time.monotonic() - began < seconds, f"not drained in {seconds} s\n{self.last_words()}"

        with_sink = self.wanted.sink if sink is None else sink
        asyncio.run(wait_until_drained(self.settings, self.layout, self.ledger.ends, check, sink=with_sink))
        return time.monotonic() - began

    def last_words(self) -> str:
        """What each part said last."""
        told = [f"{name} ended ({code}): {line}" for name, code, line in self.ended]
        return "\n".join(told + [f"{part.name}: {part.last_words(4)}" for part in self.parts.running])

    def entries(self) -> list[dict[str, Any]]:
        """The producer's ledger so far."""
        return list(lines(self.folder / "ledger.jsonl"))

    def write_off(self, gone: Mapping[tuple[str, int], tuple[int, int]]) -> None:
        """Records from one offset up to another, by topic and partition, were taken away: they may appear or not."""
        kept = []
        for entry in self.entries():
            first, end = gone.get((entry["topic"], entry["partition"]), (0, 0))
            lost = entry["acked"] and first <= entry["offset"] < end
            kept.append(
                entry | {"acked": False, "topic": None, "partition": None, "offset": None} if lost else entry
            )
        text = "".join(json.dumps(entry) + "\n" for entry in kept)
        (self.folder / "ledger.jsonl").write_text(text)

    def forget_log(self) -> None:
        """The broker began anew: what was acknowledged is gone, and so is its ledger."""
        self.ledger.forget()

    def judge(self) -> Verdict:
        """Compare all ledgers as they are now; the evidence of a look that found nothing is removed."""
        self._looks += 1
        folder = self.folder / f"evidence-{self._looks}"
        folder.mkdir()
        shutil.copy(self.folder / "ledger.jsonl", folder)
        store = None if self.endpoint is None or not self.wanted.sink else self.endpoint.port
        collect(folder, self.address, store, self.env, self.wanted.partitions)
        verdict = verify(folder)
        if verdict.ok:
            shutil.rmtree(folder)
        return verdict

    def close(self) -> None:
        """End everything."""
        self.unhog()
        for part in self.parts.running:
            with suppress(ProcessLookupError):
                os.kill(part.process.pid, signal.SIGCONT)
        self.parts.stop()
        self._stack.close()


@contextmanager
def plant(folder: Path, wanted: Wanted, seed: int) -> Iterator[Plant]:
    """A plant that is ended whatever happens."""
    made = Plant(folder, wanted, seed)
    try:
        made.start()
        yield made
    finally:
        made.close()
