"""Visits joined to sessions: a gap of more than half an hour begins a new one (T12).

Kept are the stretches of time that sessions cover. A visit joins the stretches that it is near enough to, so two become one
when a late visit falls between them, and the order of arrival does not matter.
"""

from collections import Counter
from typing import Final

from models.calendar import DAY_MS
from models.frame import Frame
from models.measures import COUNTS
from models.state import MemberState
from models.within import Days, within

GAP_MS: Final = 30 * 60_000
"""Visits at most so far apart are of one session."""

WINDOW_DAYS: Final = 10

KEPT_MS: Final = (WINDOW_DAYS + 2) * DAY_MS
"""A session that ended so long before the latest is let go: no window reaches it, in whatever zone."""


def visit(state: MemberState, at: int) -> None:
    """Take in a visit at the time ``at`` (ms)."""
    sessions = state.sessions
    near = [begun for begun, ended in sessions.items() if begun - GAP_MS <= at <= ended + GAP_MS]
    begins, ends = min([at, *near]), max([at, *(sessions.pop(begun) for begun in near)])
    sessions[begins] = ends
    if near:
        return
    oldest = max(sessions.values()) - KEPT_MS
    if next(iter(sessions.values())) < oldest or ends < oldest:
        for begun in [begun for begun, ended in sessions.items() if ended < oldest]:
            del sessions[begun]


def _days(state: MemberState, frame: Frame) -> Days:
    """How many sessions began on each local day."""
    return Counter(frame.day(begun) for begun in state.sessions)


SESSIONS: Final = within(
    "sessions_10",
    "近10日访问次数",
    "visit sessions in 10 days",
    "times",
    "T12",
    COUNTS["visited"].bit,
    WINDOW_DAYS,
    _days,
)
"""How often a member came within ten days."""
