"""Signing in (A09, A10): the days are kept, not a counter, since a late event may join two streaks.

"连续签到" is used for both days in a row and days in all (X02), so both are told.
"""

from models.crossing import NEVER
from models.frame import Frame
from models.state import MemberState


def streak(state: MemberState, now: int, frame: Frame) -> tuple[int, int]:
    """Days in a row up to today or yesterday, and when that streak breaks if nobody signs in."""
    last = state.signins.last
    if last is None:
        return 0, NEVER
    run = state.signins.run(frame.day(now))
    return run, NEVER if run == 0 else frame.calendar.start(last + 2)


def longest(state: MemberState) -> int:
    """Most days in a row, ever."""
    return state.signins.longest_run()


def total(state: MemberState) -> int:
    """Days signed in, ever."""
    return len(state.signins)
