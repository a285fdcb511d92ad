"""A WeCom group robot: alerts as Markdown messages.

A robot takes 20 messages a minute, each of at most 4096 bytes; so a message holds as many alerts as fit, and the next one
waits for its turn. Nothing tells a robot that it has a message already: one that was sent right before a crash comes twice.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from sinks.notify.base import NoticesRefused, ReceiverUnavailable
from sinks.notify.calls import Caller, Refused
from sinks.notify.links import Links
from sinks.notify.notice import AlertView, Notice

MOST_BYTES: Final = 4096
MOST_A_MINUTE: Final = 20

LATER: Final = {-1: 5.0, 45009: 60.0, 45033: 5.0}
"""Error codes that pass, and how many seconds they ask to wait: busy, too many a minute, too many at once."""

Language = Literal["zh", "en"]

WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {"opened": "预警", "updated": "预警更新", "closed": "已平息", "critical": "严重", "warning": "警告",
           "churn_spike": "退群激增", "overnight_collapse": "一夜流失", "slow_leak": "缓慢流失", "silent_churn": "沉默流失",
           "group_health": "群健康", "milestone": "里程碑", "unanswered": "未回复", "member_tag": "成员", "info": "提示",
           "since": "开始", "until": "结束", "observed": "实际 / 预期", "board": "查看看板",
           "runbook": "处置手册"},
    "en": {"opened": "Alert", "updated": "Alert update", "closed": "Over", "critical": "critical", "warning": "warning",
           "churn_spike": "churn spike", "overnight_collapse": "overnight collapse", "slow_leak": "slow leak",
           "silent_churn": "silent churn", "group_health": "group health", "milestone": "milestone",
           "unanswered": "unanswered", "member_tag": "member",
           "info": "notice",
           "since": "Since", "until": "Until", "observed": "Observed / expected",
           "board": "Board", "runbook": "Runbook"},
}  # fmt: skip


class Pace:
    """Lets through so many a minute, and lets the others wait."""

    def __init__(
        self,
        most: int = MOST_A_MINUTE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sent: deque[float] = deque(maxlen=most)
        self._clock = clock
        self._sleep = sleep

    async def turn(self) -> None:
        """Return when it is the caller's turn."""
        if len(self._sent) == self._sent.maxlen:
            await self._sleep(max(0.0, self._sent[0] + 60.0 - self._clock()))
        self._sent.append(self._clock())


class WeComRobot:
    """One robot; its address holds its key."""

    repeat_seconds: float | None = None
    hold_seconds = 0.0

    def __init__(
        self, name: str, url: str, caller: Caller, links: Links, *, zone: str, language: Language, pace: Pace
    ) -> None:
        self.name = name
        self._url = url
        self._caller = caller
        self._links = links
        self._zone = ZoneInfo(zone)
        self._language = language
        self._pace = pace

    def batches(self, notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
        batch: list[Notice] = []
        size = 0
        for notice in notices:
            bytes_of = len(self._text(notice).encode()) + 2
            if batch and size + bytes_of > MOST_BYTES:
                yield batch
                batch, size = [], 0
            batch.append(notice)
            size += bytes_of
        if batch:
            yield batch

    async def tell(self, notices: Sequence[Notice], now: int) -> None:
        content = "\n\n".join(self._text(notice) for notice in notices)
        body = msgspec.json.encode({"msgtype": "markdown", "markdown": {"content": content}})
        await self._pace.turn()
        try:
            answer = await self._caller.post(self._url, body, {"Content-Type": "application/json"})
            check_answer(answer)
        except Refused as error:
            raise NoticesRefused([(notice, str(error)) for notice in notices]) from None

    async def close(self) -> None:
        await self._caller.close()

    def _text(self, notice: Notice) -> str:
        return markdown(notice.alert, self._language, self._zone, self._links)


def check_answer(text: str) -> None:
    """A robot answers 200 to everything; what counts is the code inside.

    Raises:
        ReceiverUnavailable: it passes.
        Refused: any other code but 0.
    """
    try:
        found = msgspec.json.decode(text.encode())
        code = int(found["errcode"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        raise ReceiverUnavailable("the robot's answer is not WeCom's", "answer") from None
    if code in LATER:
        raise ReceiverUnavailable(f"the robot answered {code}", str(code), LATER[code])
    if code:
        raise Refused(f"the robot answered {code}: {str(found.get('errmsg', ''))[:200]}")


def markdown(alert: AlertView, language: Language, zone: ZoneInfo, links: Links) -> str:
    """One alert as WeCom's Markdown; of at most `MOST_BYTES`."""
    words = WORDS[language]
    colour = "info" if alert.over else "warning"
    severity = words.get(alert.severity, alert.severity)
    lines = [
        f'**<font color="{colour}">{words[alert.state]} · {_safe(words.get(alert.kind, alert.kind))}</font>** {_safe(severity)}',
        _safe(alert.text_zh if language == "zh" else alert.text_en)[:800],
        f'><font color="comment">{words["since"]}: {_when(alert.opened_at, zone)}</font>',
    ]
    if alert.figures:
        observed = f"{words['observed']}: {alert.observed} / {alert.expected:.3g}"
        lines.insert(2, f'><font color="comment">{observed}</font>')
    if alert.closed_at is not None:
        lines.append(f'><font color="comment">{words["until"]}: {_when(alert.closed_at, zone)}</font>')
    lines += [
        f"[{words[name]}]({link})"
        for name, link in (("board", links.board(alert)), ("runbook", links.runbook(alert)))
        if link and len(link) <= 400
    ]
    return "\n".join(lines)


def _safe(text: str) -> str:
    """Names of groups are others' words: they may not become markup or call people."""
    return " ".join(text.split()).translate(str.maketrans("<>[]`*", "＜＞［］｀＊"))


def _when(ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%d %H:%M")
