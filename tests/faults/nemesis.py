"""What befalls a plant in a soak: one fault at a time, picked and timed by a seed, and a supervisor that starts what has ended.

Each kind of fault comes once, in an order of its own, before any comes again: what the hardest of them asks of memory has then
been asked within the warm-up, and what grows behind it is a leak. The hardest is to hold the partitions of all; it comes when
half of the warm-up is over, so that there is something to hold.
The first worker is never killed and the sink only at the very first, so that their memory can be watched: the *witnesses*.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tests.faults.plant import Plant
from tests.faults.proxy import Cut, Slow

PAUSE = (20.0, 60.0)
"""Seconds between two faults."""

SINK_KILLED = "sink killed"
ALONE = "one worker is left alone"

STAGES = (
    "fetch",
    "state",
    "facts_sent",
    "facts_delivered",
    "changelog_sent",
    "changelog_delivered",
    "offsets_committed",
)


class Nemesis(threading.Thread):
    """Runs until `over` is set; then wait for `resting`."""

    def __init__(self, plant: Plant, seed: int, half_warm: float) -> None:
        """`half_warm` is the monotonic time at which half of the warm-up is over."""
        super().__init__(name="nemesis", daemon=True)
        self.over = threading.Event()
        self.resting = threading.Event()
        """No fault is under way and none will come. The thread stays: what it has started ends with it."""
        self.done: Counter[str] = Counter()
        self.failed: BaseException | None = None
        self._plant = plant
        self._random = random.Random(seed)
        self._half_warm = half_warm

    def run(self) -> None:
        """A fault every 20 to 60 seconds."""
        try:
            while not self._wait(self._random.uniform(*PAUSE)):
                name, fault = self._next()
                print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)
                fault()
                self.done[name] += 1
        except Exception as error:  # noqa: BLE001 - the soak raises it
            self.failed = error
        self.resting.set()
        threading.Event().wait()

    def _next(self) -> tuple[str, Callable[[], None]]:
        """A kind of fault that has come least often."""
        if not self.done[SINK_KILLED]:
            return SINK_KILLED, self._kill_sink
        if time.monotonic() > self._half_warm and not self.done[ALONE]:
            return ALONE, self._leave_alone
        faults = self._faults()
        least = min(self.done[name] for name, _ in faults)
        return self._random.choice([fault for fault in faults if self.done[fault[0]] == least])

    def _wait(self, seconds: float) -> bool:
        """Let time pass, and start again what has ended; true when the soak is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.over.wait(0.5):
                return True
            self._plant.keep_up()
        return False

    def _faults(self) -> list[tuple[str, Callable[[], None]]]:
        faults: list[tuple[str, Callable[[], None]]] = [
            ("worker killed", self._kill_worker),
            ("worker asked to go", self._end_worker),
            ("worker dies at a stage", self._die_at_a_stage),
            ("worker hangs", self._hang_worker),
            ("a third worker comes and goes", self._third_worker),
            ("store killed", self._kill_store),
            ("store hangs", self._hang_store),
            ("store slow", self._slow_store),
            ("store connection cut", self._cut_store),
            ("broker hangs", self._hang_broker),
        ]
        return [*faults, (ALONE, self._leave_alone)] if self.done[ALONE] else faults

    def _kill_worker(self) -> None:
        for worker in self._plant.running("worker")[1:2]:
            self._plant.kill(worker)
        self._plant.start_worker()

    def _leave_alone(self) -> None:
        """The others are gone for longer than a session and a takeover last."""
        for worker in self._plant.running("worker")[1:]:
            self._plant.kill(worker)
        self._wait(self._random.uniform(25, 35))
        self._plant.start_worker()

    def _end_worker(self) -> None:
        for worker in self._plant.running("worker")[1:2]:
            self._plant.terminate(worker)
        self._plant.start_worker()

    def _die_at_a_stage(self) -> None:
        for worker in self._plant.running("worker")[1:2]:
            self._plant.kill(worker)
        stage = self._random.choice(STAGES)
        self._plant.start_worker(QUNPULSE_FAILPOINT=f"{stage}:crash@{self._random.randint(1, 200)}")

    def _hang_worker(self) -> None:
        worker = self._random.choice(self._plant.running("worker"))
        self._plant.stop(worker)
        self._wait(self._random.uniform(2, 12))
        self._plant.go_on(worker)

    def _third_worker(self) -> None:
        worker = self._plant.start_worker()
        self._wait(self._random.uniform(5, 15))
        if worker in self._plant.parts.running:
            self._plant.terminate(worker)

    def _kill_sink(self) -> None:
        self._plant.kill(self._plant.running("sink")[0])
        self._plant.start_sink()

    def _kill_store(self) -> None:
        endpoint = self._plant.endpoint
        assert endpoint is not None
        endpoint.kill()
        self._wait(self._random.uniform(2, 10))
        endpoint.start()

    def _hang_store(self) -> None:
        endpoint = self._plant.endpoint
        assert endpoint is not None
        os.kill(endpoint.pid, signal.SIGSTOP)
        self._wait(self._random.uniform(3, 12))
        os.kill(endpoint.pid, signal.SIGCONT)

    def _slow_store(self) -> None:
        self._with_store_proxy(Slow(delay=0.2, rate=200_000))

    def _cut_store(self) -> None:
        self._with_store_proxy(Cut(after=self._random.randint(1_000, 200_000)))

    def _with_store_proxy(self, fault: Slow | Cut) -> None:
        proxy = self._plant.store_proxy
        assert proxy is not None
        proxy.fault = fault
        self._wait(self._random.uniform(3, 10))
        proxy.fault = None

    def _hang_broker(self) -> None:
        (broker,) = self._plant.broker_parts.running
        with suppress(ProcessLookupError):
            os.kill(broker.process.pid, signal.SIGSTOP)
            self.over.wait(self._random.uniform(2, 8))
            os.kill(broker.process.pid, signal.SIGCONT)
