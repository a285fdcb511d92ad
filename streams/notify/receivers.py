"""The receivers that the settings name."""

import base64
import re
from typing import Final

from pydantic import SecretStr

from sinks.errors import SinkMisconfigured
from sinks.notify.alertmanager import Alertmanager
from sinks.notify.base import Receiver
from sinks.notify.calls import Caller, check_url
from sinks.notify.links import Links
from sinks.notify.signature import key_of
from sinks.notify.webhook import Webhook
from sinks.notify.wecom import Pace, WeComRobot
from streams.settings import Settings

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_BETWEEN: Final = re.compile(r"\s*(?:\n|,(?=\s*[a-z][a-z0-9-]*=))\s*")


def receivers(settings: Settings) -> list[Receiver]:
    """All of them; names are unique.

    Raises:
        SinkMisconfigured: none is named, or one is not whole. The text holds no address and no secret.
    """
    links = Links(settings.board_url, settings.runbook_url)
    found: list[Receiver] = []
    if settings.alertmanager.strip():
        found.append(_alertmanager(settings, links))
    webhooks = _named("QUNPULSE_WEBHOOKS", settings.webhooks)
    secrets = _secrets(settings.webhook_secrets, list(webhooks))
    for name, url in webhooks.items():
        found.append(Webhook(name, url, secrets[name], Caller(settings.notify_ca)))
    for name, url in _named("QUNPULSE_WECOM_ROBOTS", settings.wecom_robots).items():
        found.append(
            WeComRobot(
                name,
                url,
                Caller(settings.notify_ca),
                links,
                zone=settings.timezone,
                language=settings.notify_language,
                pace=Pace(),
            )
        )
    names = [receiver.name for receiver in found]
    for name in names:
        if names.count(name) > 1:
            raise SinkMisconfigured(f"two receivers of alerts are named {name}")
    if not found:
        raise SinkMisconfigured(
            "no receiver of alerts: set QUNPULSE_ALERTMANAGER, QUNPULSE_WEBHOOKS or QUNPULSE_WECOM_ROBOTS"
        )
    return found


def _alertmanager(settings: Settings, links: Links) -> Alertmanager:
    addresses = [one.strip() for one in settings.alertmanager.split(",") if one.strip()]
    for address in addresses:
        check_url("QUNPULSE_ALERTMANAGER", address)
        if "@" in address:
            raise SinkMisconfigured(
                "QUNPULSE_ALERTMANAGER holds a login: use QUNPULSE_ALERTMANAGER_USER and QUNPULSE_ALERTMANAGER_PASSWORD"
            )
    if settings.alertmanager_repeat_seconds * 2 > settings.alertmanager_hold_seconds:
        raise SinkMisconfigured(
            "QUNPULSE_ALERTMANAGER_HOLD_SECONDS must be at least twice QUNPULSE_ALERTMANAGER_REPEAT_SECONDS"
        )
    return Alertmanager(
        addresses,
        Caller(settings.notify_ca),
        links,
        headers=_login(settings),
        repeat_seconds=settings.alertmanager_repeat_seconds,
        hold_seconds=settings.alertmanager_hold_seconds,
    )


def _login(settings: Settings) -> dict[str, str]:
    if settings.alertmanager_password is None:
        return {}
    password = settings.alertmanager_password.get_secret_value()
    if settings.alertmanager_user is None:
        return {"Authorization": f"Bearer {password}"}
    both = base64.b64encode(f"{settings.alertmanager_user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {both}"}


def _named(setting: str, value: SecretStr | None) -> dict[str, str]:
    """Names and addresses of a setting."""
    found: dict[str, str] = {}
    for item in _BETWEEN.split((value.get_secret_value() if value else "").strip()):
        if not item:
            continue
        name, _, url = item.partition("=")
        if not NAME.fullmatch(name) or name in found:
            raise SinkMisconfigured(
                f"{setting}: NAME=URL is expected, each name once, of small letters, digits and hyphens"
            )
        check_url(f"{setting}: {name}", url.strip())
        found[name] = url.strip()
    return found


def _secrets(value: SecretStr | None, names: list[str]) -> dict[str, bytes]:
    """What each webhook is signed with."""
    text = value.get_secret_value().strip() if value else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    own = {name: line[len(name) + 1 :] for line in lines for name in names if line.startswith(f"{name}=")}
    common = lines[0] if len(lines) == 1 and not own else None
    keys: dict[str, bytes] = {}
    for name in names:
        secret = own.get(name, common)
        if secret is None:
            raise SinkMisconfigured(
                f"QUNPULSE_WEBHOOK_SECRETS (or QUNPULSE_WEBHOOK_SECRETS_FILE) has no secret for {name}"
            )
        try:
            keys[name] = key_of(secret)
        except ValueError as error:
            raise SinkMisconfigured(f"QUNPULSE_WEBHOOK_SECRETS: {name}: {error}") from None
    return keys
