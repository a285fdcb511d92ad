"""Alertmanager, by its API v2. It groups, routes and silences; we say what is open.

Alertmanager ends an alert that it does not hear of any more, so open ones are told again and again, each time with an end
some time ahead. An alert is known by its labels; when its severity rises they change, and the alert under the old labels is
ended in the same request, so that an episode is one alert at any time.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from sinks.notify.base import NoticesRefused, ReceiverUnavailable
from sinks.notify.calls import Caller, Refused
from sinks.notify.links import Links
from sinks.notify.notice import AlertView, Notice, alert_name

MOST: Final = 500
"""Alerts of one request."""

PATH: Final = "/api/v2/alerts"


class Alertmanager:
    """One or more Alertmanagers that form a cluster: told when one of them has taken the alerts, as Prometheus does it.

    Told twice, it knows the alert and notifies nobody again.
    """

    name = "alertmanager"

    def __init__(
        self,
        addresses: Sequence[str],
        caller: Caller,
        links: Links,
        *,
        headers: Mapping[str, str],
        repeat_seconds: float,
        hold_seconds: float,
    ) -> None:
        """`headers` carry the login; an alert that is not told again ends by itself after `hold_seconds`."""
        self._urls = [address.rstrip("/") + PATH for address in addresses]
        self._caller = caller
        self._links = links
        self._headers = {"Content-Type": "application/json"} | dict(headers)
        self.repeat_seconds: float | None = repeat_seconds
        self.hold_seconds = hold_seconds

    def batches(self, notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
        for start in range(0, len(notices), MOST):
            yield notices[start : start + MOST]

    async def tell(self, notices: Sequence[Notice], now: int) -> None:
        try:
            await self._post(notices, now)
        except Refused as error:
            if len(notices) == 1:
                raise NoticesRefused([(notices[0], str(error))]) from None
            await self._tell_each(notices, now)

    async def close(self) -> None:
        await self._caller.close()

    async def _tell_each(self, notices: Sequence[Notice], now: int) -> None:
        """A request is taken or refused as a whole: find out which alert is at fault."""
        refused: list[tuple[Notice, str]] = []
        for notice in notices:
            try:
                await self._post([notice], now)
            except Refused as error:
                refused.append((notice, str(error)))
        if refused:
            raise NoticesRefused(refused)

    async def _post(self, notices: Sequence[Notice], now: int) -> None:
        hold = int(self.hold_seconds * 1000)
        body = msgspec.json.encode(
            [told for notice in notices for told in payload(notice, now, hold, self._links)]
        )
        failures: list[ReceiverUnavailable | Refused] = []
        for url in self._urls:
            try:
                await self._caller.post(url, body, self._headers)
            except (ReceiverUnavailable, Refused) as error:
                failures.append(error)
        if len(failures) == len(self._urls):
            away = [error for error in failures if isinstance(error, ReceiverUnavailable)]
            raise away[0] if away else failures[0]


def payload(notice: Notice, now: int, hold: int, links: Links) -> list[dict[str, Any]]:
    """What is posted for one notice; `now` and `hold` in ms. Event times ahead of `now` are taken for now."""
    alert = notice.alert
    starts = min(alert.opened_at, now)
    ends = now + hold if not alert.over else max(starts, min(alert.closed_at or now, now))
    told = [_alert(alert, alert.severity, starts, ends, links)]
    if notice.told_severity not in (None, alert.severity):
        told.insert(0, _alert(alert, str(notice.told_severity), starts, max(starts, now - 1), links))
    return told


def _alert(alert: AlertView, severity: str, starts: int, ends: int, links: Links) -> dict[str, Any]:
    told: dict[str, Any] = {
        "labels": labels(alert, severity),
        "annotations": annotations(alert, links),
        "startsAt": _time(starts),
        "endsAt": _time(ends),
    }
    link = links.board(alert)
    return told if link is None else told | {"generatorURL": link}


def labels(alert: AlertView, severity: str) -> dict[str, str]:
    """What the alert is known, routed and silenced by. Nothing in it moves with the figures."""
    told = {
        "alertname": alert_name(alert.kind),
        "service": "qunpulse",
        "kind": alert.kind,
        "severity": severity,
        "brand_id": alert.brand_id,
        "alert_id": alert.alert_id,
    }
    if alert.member_id is None:
        return told | {"group_id": alert.group_id}
    return told | {"member_id": alert.member_id, "tag": alert.tag or ""}


def annotations(alert: AlertView, links: Links) -> dict[str, str]:
    """What a person reads: both sentences, the figures, and each piece of the evidence under its name."""
    told = {
        "summary": alert.text_en,
        "summary_zh": alert.text_zh,
        "runbook_url": links.runbook(alert),
    }
    if alert.figures:
        told |= {
            "observed": str(alert.observed),
            "expected": f"{alert.expected:.3g}",
            "p_value": f"{alert.p_value:.3g}",
            "members": str(alert.members),
        }
    told |= {f"evidence_{name}": _plain(value) for name, value in alert.evidence.items()}
    return {name: value for name, value in told.items() if value}


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
