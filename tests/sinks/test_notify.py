"""What receivers of alerts are sent, and what their answers mean; over real sockets, on loopback."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sinks.errors import SinkMisconfigured
from sinks.notify.alertmanager import Alertmanager, payload
from sinks.notify.base import NoticesRefused, Receiver, ReceiverBroke, ReceiverUnavailable
from sinks.notify.calls import Caller, check_url
from sinks.notify.links import Links
from sinks.notify.notice import Notice, read_alert
from sinks.notify.signature import key_of, signed
from sinks.notify.webhook import Webhook
from sinks.notify.wecom import MOST_BYTES, Pace, WeComRobot, check_answer, markdown
from tests.sinks.notices import AT, endpoint, fact, notice, of_member, raw

KEY = b"0123456789abcdef0123456789abcdef"
LINKS = Links("http://board/?group={group_id}", "http://board/runbook")


def told(receiver: Receiver, notices: list[Notice], now: int = AT) -> None:
    """Tell, and close."""

    async def tell() -> None:
        try:
            for batch in receiver.batches(notices):
                await receiver.tell(batch, now)
        finally:
            await receiver.close()

    asyncio.run(tell())


def alertmanager(*urls: str) -> Alertmanager:
    return Alertmanager(urls, Caller(), LINKS, headers={}, repeat_seconds=60, hold_seconds=900)


def webhook(url: str) -> Webhook:
    return Webhook("crm", url, KEY, Caller(timeout=1))


def robot(url: str, pace: Pace | None = None) -> WeComRobot:
    return WeComRobot("wecom", url, Caller(), LINKS, zone="Asia/Shanghai", language="zh", pace=pace or Pace())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestAlertmanager:
    def test_an_open_alert_ends_later_and_a_closed_one_when_it_closed(self) -> None:
        (opened,) = payload(notice(), AT + 5_000, 900_000, LINKS)
        assert opened["startsAt"] == "2026-01-05T09:00:00.000Z"
        assert opened["endsAt"] == "2026-01-05T09:15:05.000Z"
        (closed,) = payload(notice(state="closed", closed_at=AT + 60_000), AT + 99_000, 900_000, LINKS)
        assert closed["endsAt"] == "2026-01-05T09:01:00.000Z"
        assert closed["labels"] == opened["labels"]

    def test_labels_and_annotations(self) -> None:
        (alert,) = payload(notice(), AT, 900_000, LINKS)
        assert alert["labels"] == {
            "alertname": "QunPulseChurnSpike",
            "service": "qunpulse",
            "kind": "churn_spike",
            "severity": "warning",
            "brand_id": "default",
            "group_id": "g1",
            "alert_id": "a1",
        }
        shown = alert["annotations"]
        assert shown["summary"] == "Group g1: 12 of 200 left." and shown["summary_zh"] == "群 g1 退群激增。"
        assert (shown["observed"], shown["expected"], shown["p_value"]) == ("12", "0.41", "3e-09")
        assert shown["evidence_broadcast_id"] == "b7" and shown["evidence_first_leavers"] == '["m1","m2"]'
        assert "evidence_nothing" not in shown
        assert shown["runbook_url"] == "http://board/runbook#qunpulsechurnspike"
        assert alert["generatorURL"] == "http://board/?group=g1"

    def test_an_alert_about_a_member_is_known_by_member_and_tag(self) -> None:
        links = Links("http://board/?member={member_id}&group={group_id}", "http://board/runbook")
        (alert,) = payload(notice(**of_member()), AT, 900_000, links)
        assert alert["labels"] == {
            "alertname": "QunPulseMemberTag",
            "service": "qunpulse",
            "kind": "member_tag",
            "severity": "warning",
            "brand_id": "default",
            "member_id": "m1",
            "tag": "risk.banned_again",
            "alert_id": "a1",
        }
        assert alert["annotations"] == {
            "summary": "Member m1 (group g2): banned and in a group again.",
            "summary_zh": "成员 m1(群 g2):被封禁的成员又入群。",
            "evidence_groups": '["g2"]',
            "runbook_url": "http://board/runbook#qunpulsemembertag",
        }
        assert alert["generatorURL"] == "http://board/?member=m1&group="

    def test_labels_do_not_move_with_the_figures(self) -> None:
        first = payload(notice(), AT, 900_000, LINKS)[0]
        later = payload(notice("warning", version=9, observed=99, as_of=AT + 1), AT + 9, 900_000, LINKS)
        assert [one["labels"] for one in later] == [first["labels"]]

    def test_a_risen_severity_ends_the_alert_under_the_old_one(self) -> None:
        old, new = payload(notice("warning", severity="critical", version=2), AT + 9_000, 900_000, LINKS)
        assert (old["labels"]["severity"], old["endsAt"]) == ("warning", "2026-01-05T09:00:08.999Z")
        assert (new["labels"]["severity"], new["endsAt"]) == ("critical", "2026-01-05T09:15:09.000Z")

    def test_event_time_ahead_of_the_wall_is_now(self) -> None:
        ahead = notice(state="closed", opened_at=AT + 70_000, closed_at=AT + 90_000)
        (alert,) = payload(ahead, AT, 900_000, LINKS)
        assert alert["startsAt"] == alert["endsAt"] == "2026-01-05T09:00:00.000Z"

    def test_one_of_several_that_takes_it_is_enough(self) -> None:
        with endpoint() as first, endpoint() as second:
            first.answers = [(503, {}, b"")]
            told(alertmanager(first.url, f"http://127.0.0.1:{free_port()}", second.url + "/"), [notice()])
            assert [path for path, _, _ in second.got] == ["/api/v2/alerts"]
            assert len(second.bodies()[0]) == 1

    def test_nobody_takes_it(self) -> None:
        with endpoint() as refusing:
            refusing.answers = [(400, {}, b"no")]
            with pytest.raises(ReceiverUnavailable) as found:
                told(alertmanager(refusing.url, f"http://127.0.0.1:{free_port()}"), [notice()])
            assert found.value.reason == "connection"

    def test_the_one_at_fault_is_found(self) -> None:
        with endpoint() as one:
            one.answers = [(400, {}, b"bad"), (200, {}, b""), (400, {}, b"bad label")]
            with pytest.raises(NoticesRefused) as found:
                told(alertmanager(one.url), [notice(), notice(alert_id="a2")])
            ((refused, why),) = found.value.refused
            assert refused.alert.alert_id == "a2" and "bad label" in why


class TestWebhook:
    def test_the_signature_is_that_of_standard_webhooks(self) -> None:
        """The example of the specification's own libraries."""
        key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        headers = signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_what_is_sent_can_be_checked(self) -> None:
        with endpoint() as crm:
            told(webhook(crm.url + "/hook?x=1"), [notice(version=3)], AT + 1_500)
            ((path, headers, body),) = crm.got
        assert path == "/hook?x=1"
        assert headers["webhook-id"] == "a1.3"
        assert headers["webhook-timestamp"] == str(AT // 1000 + 1)
        content = f"a1.3.{AT // 1000 + 1}.".encode() + body
        expected = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert json.loads(body) == {
            "type": "alert.opened",
            "timestamp": "2026-01-05T09:00:01.500Z",
            "data": fact(version=3),
        }

    def test_fields_of_later_versions_go_through(self) -> None:
        with endpoint() as crm:
            told(webhook(crm.url), [notice(later={"deep": [1]}, kind="silent_churn")])
            assert crm.bodies()[0]["data"]["later"] == {"deep": [1]}

    @pytest.mark.parametrize("status", [408, 425, 429, 502, 503, 504])
    def test_come_again(self, status: int) -> None:
        with endpoint() as crm:
            crm.answers = [(status, {"Retry-After": "7"}, b"")]
            with pytest.raises(ReceiverUnavailable) as found:
                told(webhook(crm.url), [notice()])
            assert not isinstance(found.value, ReceiverBroke)
            assert (found.value.reason, found.value.retry_after) == (str(status), 7.0)

    @pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 422])
    def test_never(self, status: int) -> None:
        with endpoint() as crm:
            crm.answers = [(status, {"Location": crm.url}, b"no such\nhook")]
            with pytest.raises(NoticesRefused) as found:
                told(webhook(crm.url + "/secret-path"), [notice()])
            assert len(crm.got) == 1
        ((_, why),) = found.value.refused
        assert f"answered {status}: no such hook" in why and "secret-path" not in why

    def test_it_broke(self) -> None:
        with endpoint() as crm:
            crm.answers = [(500, {}, b"oops")]
            with pytest.raises(ReceiverBroke):
                told(webhook(crm.url), [notice()])

    def test_nobody_there(self) -> None:
        url = f"http://127.0.0.1:{free_port()}/secret-path"
        with pytest.raises(ReceiverUnavailable) as found:
            told(webhook(url), [notice()])
        assert found.value.reason == "connection" and "secret-path" not in str(found.value)

    def test_no_answer_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            receiver = Webhook("crm", url, KEY, Caller(timeout=0.2))
            with pytest.raises(ReceiverUnavailable) as found:
                told(receiver, [notice()])
        assert found.value.reason == "timeout"

    def test_secrets_that_cannot_be_used(self) -> None:
        assert key_of("0123456789abcdef") == b"0123456789abcdef"
        for secret in ("brief", "whsec_***", "whsec_aGk="):
            with pytest.raises(ValueError, match="secret") as found:
                key_of(secret)
            assert secret not in str(found.value)


class TestWeCom:
    def test_a_message(self) -> None:
        with endpoint() as wecom:
            told(robot(wecom.url + "/send?key=k"), [notice()])
            (message,) = wecom.bodies()
        assert message["msgtype"] == "markdown"
        text = message["markdown"]["content"]
        assert text.startswith('**<font color="warning">预警 · 退群激增</font>** 警告\n群 g1 退群激增。\n')
        assert "开始: 2026-01-05 17:00" in text and "实际 / 预期: 12 / 0.41" in text
        assert text.endswith(
            "[查看看板](http://board/?group=g1)\n[处置手册](http://board/runbook#qunpulsechurnspike)"
        )

    def test_a_message_about_a_member(self) -> None:
        alert = read_alert(raw(**of_member()))
        assert markdown(alert, "zh", ZoneInfo("Asia/Shanghai"), LINKS).splitlines()[:3] == [
            '**<font color="warning">预警 · 成员</font>** 警告',
            "成员 m1(群 g2):被封禁的成员又入群。",
            '><font color="comment">开始: 2026-01-05 17:00</font>',
        ]
        assert "member" in markdown(alert, "en", ZoneInfo("UTC"), Links()).splitlines()[0]

    def test_the_end_of_an_episode(self) -> None:
        alert = read_alert(raw(state="closed", closed_at=AT + 3_600_000))
        text = markdown(alert, "en", ZoneInfo("UTC"), Links())
        assert text.startswith('**<font color="info">Over · churn spike</font>** warning')
        assert text.endswith('<font color="comment">Until: 2026-01-05 10:00</font>')

    def test_names_of_groups_call_nobody(self) -> None:
        alert = read_alert(raw(text_zh="群 <@all>\n**x** [a](http://b) 退群"))
        text = markdown(alert, "zh", ZoneInfo("UTC"), Links())
        assert "<@all>" not in text and "[a](" not in text and "**x**" not in text

    def test_many_alerts_are_few_messages(self) -> None:
        many = [notice(alert_id=f"a{n}", text_zh=f"第 {n} 条 " + "长" * 300) for n in range(30)]
        with endpoint() as wecom:
            told(robot(wecom.url), many)
            texts = [message["markdown"]["content"] for message in wecom.bodies()]
        assert len(texts) <= 15
        assert all(len(text.encode()) <= MOST_BYTES for text in texts)
        joint = "\n\n".join(texts)
        assert [joint.index(f"第 {n} 条") for n in range(30)] == sorted(
            joint.index(f"第 {n} 条") for n in range(30)
        )

    def test_one_message_never_is_too_long(self) -> None:
        alert = read_alert(raw(text_zh="长" * 5000, brand_id="b" * 128, group_id="群" * 128))
        text = markdown(alert, "zh", ZoneInfo("UTC"), LINKS)
        assert len(text.encode()) <= MOST_BYTES

    def test_twenty_a_minute(self) -> None:
        clock, waits = [1000.0], []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            clock[0] += seconds

        pace = Pace(clock=lambda: clock[0], sleep=sleep)

        async def turns() -> list[float]:
            times = []
            for _ in range(45):
                await pace.turn()
                times.append(clock[0])
                clock[0] += 0.5
            return times

        times = asyncio.run(turns())
        assert all(times[n + 20] - times[n] >= 60 for n in range(25))
        assert times[-1] == 1122.0 and len(waits) == 25

    def test_answers(self) -> None:
        check_answer('{"errcode":0,"errmsg":"ok"}')
        for answer in ('{"errcode":45009}', '{"errcode":-1}', "<html>", "{}", "[]"):
            with pytest.raises(ReceiverUnavailable):
                check_answer(answer)

    def test_an_unknown_key_is_refused(self) -> None:
        with endpoint() as wecom:
            wecom.usual = b'{"errcode":93000,"errmsg":"invalid webhook url"}'
            with pytest.raises(NoticesRefused) as found:
                told(robot(wecom.url + "/send?key=hidden"), [notice(), notice(alert_id="a2")])
        assert [n.alert.alert_id for n, _ in found.value.refused] == ["a1", "a2"]
        assert "93000" in str(found.value) and "hidden" not in str(found.value)


def test_addresses_that_cannot_be_used() -> None:
    for url in ("", "crm.example/x", "ftp://crm/secret", "http://", "http://h:99999/secret"):
        with pytest.raises(SinkMisconfigured) as found:
            check_url("crm", url)
        assert "secret" not in str(found.value)
    check_url("crm", "https://crm.example/hook")


def test_certificates_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SinkMisconfigured, match="QUNPULSE_NOTIFY_CA"):
        Caller(tmp_path / "none.pem")


def test_what_is_no_alert() -> None:
    for body in (b"", b"{", b"[]", b"{}", raw(version="1"), raw(state="gone"), b"\xff"):
        with pytest.raises(ValueError):
            read_alert(body)


@pytest.mark.parametrize("page", ["docs/alerts.md", "docs/zh/alerts.md"])
def test_the_check_in_the_docs_checks(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    exec(text.split("```python\n")[1].split("```")[0], found)
    for secret in ("0123456789abcdef", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"):
        now = int(time.time())
        headers = signed(key_of(secret), "a1.1", now, b"{}")
        assert found["genuine"](secret, headers, b"{}")
        assert not found["genuine"](secret, headers, b"{ }")
        assert not found["genuine"](secret + "B" * 4, headers, b"{}")
        assert not found["genuine"](secret, headers | {"webhook-id": "a1.2"}, b"{}")
        assert not found["genuine"](secret, signed(key_of(secret), "a1.1", now - 400, b"{}"), b"{}")
