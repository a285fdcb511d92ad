"""A webhook: each version of an alert that is worth telling, as one signed POST."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from sinks.notify.base import NoticesRefused
from sinks.notify.calls import Caller, Refused
from sinks.notify.notice import Notice
from sinks.notify.signature import signed


class Webhook:
    """One address. A repeat carries the same ``webhook-id``."""

    repeat_seconds: float | None = None
    hold_seconds = 0.0

    def __init__(self, name: str, url: str, key: bytes, caller: Caller) -> None:
        """`key` signs; see `sinks.notify.signature`."""
        self.name = name
        self._url = url
        self._key = key
        self._caller = caller

    def batches(self, notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
        for notice in notices:
            yield [notice]

    async def tell(self, notices: Sequence[Notice], now: int) -> None:
        for notice in notices:
            body = body_of(notice, now)
            headers = signed(self._key, message_id(notice), now // 1000, body)
            try:
                await self._caller.post(self._url, body, headers | {"Content-Type": "application/json"})
            except Refused as error:
                raise NoticesRefused([(notice, str(error))]) from None

    async def close(self) -> None:
        await self._caller.close()


def message_id(notice: Notice) -> str:
    """What this version of the alert is known by."""
    return f"{notice.alert.alert_id}.{notice.alert.version}"


def body_of(notice: Notice, now: int) -> bytes:
    """The body: ``type``, ``timestamp`` of this sending, and under ``data`` the fact as it stands on its topic."""
    return msgspec.json.encode(
        {
            "type": f"alert.{notice.alert.state}",
            "timestamp": datetime.fromtimestamp(now / 1000, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "data": msgspec.Raw(notice.raw),
        }
    )
