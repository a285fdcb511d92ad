"""One receiver is told, however often it takes; what it has taken or refused goes to the ledger at once."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from sinks.clickhouse.backoff import backoff
from sinks.metrics import METRICS
from sinks.notify.base import NoticesRefused, Receiver, ReceiverBroke, ReceiverUnavailable
from sinks.notify.notice import Notice
from streams.chunk import Partition
from streams.failpoints import passes
from streams.notify.ledger import Entry
from streams.notify.letters import NoticeLetters
from streams.notify.place import Place
from streams.outbox import Outbox
from streams.runtime import wall_ms

log = structlog.get_logger(__name__)

State = Callable[[str, bool, str], None]
"""Called with the receiver's name, whether it takes what it is given, and a sentence."""

Ours = Callable[[Place], bool]
"""Whether a place is still this process's to tell of."""

NEVER: Final = float("-inf")


class Telling:
    """Tells one receiver."""

    def __init__(
        self, receiver: Receiver, letters: NoticeLetters, outbox: Outbox, ledger_topic: str, state: State
    ) -> None:
        self.receiver = receiver
        self.stopping = asyncio.Event()
        """Set: nothing more is begun."""
        self._letters = letters
        self._outbox = outbox
        self._ledger_topic = ledger_topic
        self._state = state
        self._repeated = NEVER

    async def tell(self, place: Place, due: Sequence[Entry], ours: Ours, give_up: float) -> bool:
        """Tell of all of `due`; False when the place is somebody else's by now, or the process ends.

        A receiver that breaks at a batch for `give_up` seconds is taken to refuse it.
        """
        by_id = {entry.alert.alert_id: entry for entry in due}
        for batch in self.receiver.batches([entry.notice() for entry in due]):
            entries = [by_id[notice.alert.alert_id] for notice in batch]
            if not await self._insist(place, entries, batch, ours, give_up):
                return False
        return True

    async def _insist(
        self, place: Place, entries: Sequence[Entry], batch: Sequence[Notice], ours: Ours, give_up: float
    ) -> bool:
        attempt, broken_since = 0, None
        while ours(place) and not self.stopping.is_set():
            try:
                await self.receiver.tell(batch, wall_ms())
            except NoticesRefused as error:
                self._refuse(place, entries, {n.alert.alert_id: why for n, why in error.refused})
            except ReceiverUnavailable as error:
                broke = isinstance(error, ReceiverBroke)
                broken_since = (broken_since or time.monotonic()) if broke else None
                if broken_since is None or time.monotonic() - broken_since < give_up:
                    attempt += 1
                    await self._wait(error, attempt)
                    continue
                self._refuse(place, entries, {e.alert.alert_id: f"given up: {error}" for e in entries})
            else:
                self._told(place, entries)
            passes("insert_done")
            self._state(self.receiver.name, True, "")
            if ours(place):
                await self.save(place)
                return True
        return False

    async def save(self, place: Place) -> None:
        """Write what changed in the ledger, and dead letters, and wait for the broker's word."""
        target = Partition(self._ledger_topic, place.partition.partition)
        for key, value in place.ledger.drain(self.receiver.name, wall_ms()):
            self._outbox.put_at(target, key, value)
        await self._outbox.deliver("changelog_sent")

    async def repeat(self, places: Sequence[Place]) -> None:
        """Tell a receiver that forgets what it should know. A failure waits for the next time: the facts are safe."""
        every = self.receiver.repeat_seconds
        if every is None or not places or time.monotonic() - self._repeated < every:
            return
        self._repeated = time.monotonic()
        hold = int(self.receiver.hold_seconds * 1000)
        now = wall_ms()
        notices = [entry.notice() for place in places for entry in place.ledger.to_repeat(now, hold)]
        for batch in self.receiver.batches(notices):
            try:
                await self.receiver.tell(batch, wall_ms())
            except NoticesRefused as error:
                log.warning("alerts told again were refused", receiver=self.receiver.name, error=str(error))
            except ReceiverUnavailable as error:
                self._failed(error)
                return
            self._state(self.receiver.name, True, "")

    def _failed(self, error: ReceiverUnavailable) -> None:
        METRICS.notify_retries.labels(receiver=self.receiver.name, reason=error.reason).inc()
        self._state(self.receiver.name, False, str(error))

    async def _wait(self, error: ReceiverUnavailable, attempt: int) -> None:
        self._failed(error)
        pause = pause_after(error, attempt, random.random())
        log.warning(
            "a receiver of alerts took nothing",
            receiver=self.receiver.name,
            error=str(error),
            retry_in=round(pause, 1),
        )
        try:
            async with asyncio.timeout(pause):
                await self.stopping.wait()
        except TimeoutError:
            return

    def _told(self, place: Place, entries: Sequence[Entry]) -> None:
        for entry in entries:
            place.ledger.told(entry, wall_ms())
            METRICS.notify_told.labels(receiver=self.receiver.name, state=entry.alert.state).inc()

    def _refuse(self, place: Place, entries: Sequence[Entry], why: dict[str, str]) -> None:
        """Some are refused for good, each becomes a dead letter; the others of the batch were taken."""
        self._told(place, [entry for entry in entries if entry.alert.alert_id not in why])
        for entry in entries:
            if entry.alert.alert_id in why:
                place.ledger.refused(entry)
                self._letters.refused(place.partition, entry, why[entry.alert.alert_id])


def pause_after(error: ReceiverUnavailable, attempt: int, jitter: float) -> float:
    """Seconds until the next attempt: growing to a minute, and never less than the receiver has asked for.

    >>> pause_after(ReceiverUnavailable("busy", "429", retry_after=300.0), 1, 0.5)
    300.0
    """
    return max(error.retry_after, backoff(attempt - 1, jitter))
