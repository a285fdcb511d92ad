"""Which channel of pushes a member answers best: smoothed rates of clicks (T36)."""

from typing import Final, NamedTuple

from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import WORDS
from models.state import MemberState
from models.within import between
from models.work import Value

WINDOW_DAYS: Final = 90
LEAST_SENT: Final = 5
"""A channel by which fewer pushes came within the window is not judged."""

MORE_CLICKS: Final = 1
MORE_SENT: Final = 20
"""Clicks and pushes that every channel is taken to have had before: one click of a few pushes says little."""

CHANNELS: Final = ("sms", "miniapp", "mall", "oa_template")

_READS: Final = WORDS["push_sent"].bit | WORDS["push_clicks"].bit


class Channel(NamedTuple):
    """How a member answers pushes by a channel."""

    rate: float
    """Clicks per push, smoothed, to a billionth."""
    name: str


def best(state: MemberState, now: int, frame: Frame) -> tuple[Channel | None, int]:
    """The channel with the highest rate, of two alike the first in the alphabet; and when that may change."""
    sent, clicks = state.keyed.get("push_sent"), state.keyed.get("push_clicks", {})
    if not sent:
        return None, NEVER
    today = frame.day(now)
    start = today - WINDOW_DAYS + 1
    found: list[Channel] = []
    for name, tally in sent.items():
        number = between(tally.days, start, today)
        if number >= LEAST_SENT:
            clicked = clicks[name].within(start, today) if name in clicks else 0
            found.append(Channel(round((clicked + MORE_CLICKS) / (number + MORE_SENT), 9), name))
    days = [
        day
        for tallies in (sent, clicks)
        for tally in tallies.values()
        for day in tally.days
        if start <= day <= today
    ]
    until = frame.calendar.start(min(days) + WINDOW_DAYS) if days else NEVER
    return min(found, key=lambda one: (-one.rate, one.name), default=None), until


def _name(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = best(state, now, frame)
    return (None if found is None else found.name), until


def _rate(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = best(state, now, frame)
    return (None if found is None else found.rate), until


ANSWERED: Final = (
    Step(
        id="push_channel", zh="偏好推送渠道", en="channel of pushes answered best", unit="word", source="T36", sort="text",
        words=CHANNELS, reads=_READS, look=_name,
    ),
    Step(
        id="push_rate", zh="偏好渠道点击率", en="smoothed rate of clicks of that channel", unit="share", source="T36",
        reads=_READS, look=_rate,
    ),
)  # fmt: skip
"""Features of channels."""
