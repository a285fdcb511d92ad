"""Which receivers of alerts settings name, and what is said of those that are not whole."""

from pathlib import Path

import pytest

from sinks.errors import SinkMisconfigured
from streams.notify.receivers import receivers
from streams.settings import Settings, load

SECRET = "0123456789abcdef-secret"


def named(**settings: object) -> list[str]:
    return [receiver.name for receiver in receivers(Settings(**settings))]  # type: ignore[arg-type]


def test_all_of_them() -> None:
    assert named(
        alertmanager="http://am1:9093, https://am2:9093/prefix",
        webhooks="crm=https://crm.example/a,b?c=1,2, ops-2=http://ops/hook",
        webhook_secrets=SECRET,
        wecom_robots="day=https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k1\nnight=https://h/send?key=k2\n",
    ) == ["alertmanager", "crm", "ops-2", "day", "night"]


def test_a_secret_each() -> None:
    hooks = "crm=https://h/a,ops=https://h/b"
    assert named(webhooks=hooks, webhook_secrets=f"ops={SECRET}\ncrm={SECRET}==\n") == ["crm", "ops"]
    with pytest.raises(SinkMisconfigured, match="has no secret for ops"):
        named(webhooks=hooks, webhook_secrets=f"crm={SECRET}")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "no receiver of alerts"),
        ({"webhooks": "https://h/secret"}, "NAME=URL is expected"),
        ({"webhooks": "Crm=https://h/secret"}, "NAME=URL is expected"),
        ({"webhooks": "crm=https://h/secret,crm=https://h/2", "webhook_secrets": SECRET}, "each name once"),
        ({"webhooks": "crm=ftp://h/secret"}, "QUNPULSE_WEBHOOKS: crm"),
        ({"webhooks": "crm=https://h/"}, "has no secret for crm"),
        ({"webhooks": "crm=https://h/", "webhook_secrets": "secret"}, "too short"),
        (
            {"wecom_robots": "crm=https://h/", "webhooks": "crm=https://h/", "webhook_secrets": SECRET},
            "named crm",
        ),
        ({"wecom_robots": "alertmanager=https://h/", "alertmanager": "http://h"}, "named alertmanager"),
        ({"alertmanager": "am:9093"}, "QUNPULSE_ALERTMANAGER"),
        ({"alertmanager": "http://user:secret@am:9093"}, "QUNPULSE_ALERTMANAGER_USER"),
        ({"alertmanager": "http://am", "alertmanager_repeat_seconds": 600}, "at least twice"),
    ],
)
def test_what_is_not_whole(settings: dict[str, object], text: str) -> None:
    with pytest.raises(SinkMisconfigured, match=text) as found:
        named(**settings)
    assert (
        "h/secret" not in str(found.value)
        and "secret@" not in str(found.value)
        and SECRET not in str(found.value)
    )


def test_addresses_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "robots").write_text("day=https://h/send?key=k1\n", encoding="utf-8")
    monkeypatch.setenv("QUNPULSE_WECOM_ROBOTS_FILE", str(tmp_path / "robots"))
    monkeypatch.setenv("QUNPULSE_ENV_FILE", str(tmp_path / "none"))
    settings = load()
    assert [receiver.name for receiver in receivers(settings)] == ["day"]
    assert "key=k1" not in repr(settings)
