"""The shape of a receiver, and what can go wrong at one, named by what the caller does about it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from sinks.errors import SinkError
from sinks.notify.notice import Notice


class ReceiverUnavailable(SinkError):
    """Nobody takes notices now: no connection, no answer, overload. Wait ``retry_after`` seconds at least, for ever again."""

    def __init__(self, message: str, reason: str, retry_after: float = 1.0) -> None:
        """`reason` is a word for metrics."""
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class ReceiverBroke(ReceiverUnavailable):
    """The receiver failed at this very notice (500): perhaps at no other. Try again, but not for ever."""


class NoticesRefused(SinkError):
    """The receiver will never take these; it has taken every other of the batch."""

    def __init__(self, refused: Sequence[tuple[Notice, str]]) -> None:
        """Each with the reason."""
        super().__init__(f"{len(refused)} notice(s) refused; the first: {refused[0][1]}")
        self.refused = tuple(refused)


class Receiver(Protocol):
    """A place that is told of alerts."""

    @property
    def name(self) -> str:
        """Names it in settings, metrics, logs and its consumer group."""

    @property
    def repeat_seconds(self) -> float | None:
        """How often open and lately closed alerts are told again, because the receiver forgets; None: never."""

    @property
    def hold_seconds(self) -> float:
        """How long a closed alert goes on to be told again."""

    def batches(self, notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
        """Notices as they go out together, in their order."""

    async def tell(self, notices: Sequence[Notice], now: int) -> None:
        """Tell of one batch; `now` is ms since the epoch. A repeat does no harm beyond what the class says.

        Raises: `ReceiverUnavailable`, `ReceiverBroke` (the same batch again later), `NoticesRefused`.
        """

    async def close(self) -> None:
        """Let go of connections."""
