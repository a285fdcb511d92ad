"""Whether a member does something within a day of a push (M35): the share of pushes that were answered.

Kept are the times of pushes, and of each local day the first and the last act that a push is to bring about. The day after a
push lies in two local days: of the one it began in the last act tells, of the other the first.
"""

from bisect import bisect_left
from typing import Final

from models.calendar import DAY_MS
from models.changes import ANSWERS
from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.state import MemberState
from models.work import Value

ANSWER_MS: Final = DAY_MS
"""An act so long after a push, at most, answers it."""

WINDOW_DAYS: Final = 30
LEAST_PUSHES: Final = 5
"""Of fewer pushes within the window nothing is told."""

MOST_PUSHES: Final = 256
"""Latest pushes kept: eight a day."""

KEPT_DAYS: Final = WINDOW_DAYS + 3
"""Pushes and acts so long before the latest of their kind are let go: no window reaches them, in whatever zone."""


def push(state: MemberState, at: int) -> int:
    """Take in a push at the time ``at`` (ms); answers with the bits that it changed."""
    times = state.pushes
    place = bisect_left(times, at)
    if place < len(times) and times[place] == at:
        return 0
    times.insert(place, at)
    del times[: max(bisect_left(times, times[-1] - KEPT_DAYS * DAY_MS), len(times) - MOST_PUSHES)]
    return ANSWERS


def act(state: MemberState, at: int, day: int) -> int:
    """Take in an act of the local day ``day`` that answers pushes."""
    acts = state.answers
    span = acts.get(day)
    if span is not None:
        if span[0] <= at <= span[1]:
            return 0
        acts[day] = (min(span[0], at), max(span[1], at))
        return ANSWERS
    acts[day] = (at, at)
    latest = max(acts)
    for old in [one for one in acts if one < latest - KEPT_DAYS]:
        del acts[old]
    return ANSWERS


def _answered(state: MemberState, pushed: int, frame: Frame) -> bool:
    day = frame.day(pushed)
    spans = (state.answers.get(one, ()) for one in range(day, day + 3))
    return any(pushed < at <= pushed + ANSWER_MS for span in spans for at in span)


def _share(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Of the pushes of the window whose day is over, how many were answered."""
    if not state.pushes:
        return None, NEVER
    today, until, over, answered = frame.day(now), NEVER, 0, 0
    for pushed in state.pushes:
        day = frame.day(pushed)
        if not today - day < WINDOW_DAYS:
            continue
        if now <= pushed + ANSWER_MS:
            until = min(until, pushed + ANSWER_MS + 1)
            continue
        until = min(until, frame.calendar.start(day + WINDOW_DAYS))
        over += 1
        answered += _answered(state, pushed, frame)
    return (answered / over if over >= LEAST_PUSHES else None), until


ANSWERING: Final = Step(
    id="push_answers", zh="推送后行动占比", en="share of pushes that an order or a check-in followed within 24 hours",
    unit="share", source="M35", reads=ANSWERS, look=_share,
)  # fmt: skip
"""How often a member acts on a push."""
