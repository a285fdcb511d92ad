"""Whether a tag that is held is held on: leave thresholds, the shortest stay, grace and time to live.

What is remembered of a tag beside the time it entered is one time (``waits`` of the state): of one held with a grace, since
when it ought to leave; of one not held whose time to live has ended, when that was.
"""

from models.frame import Frame
from models.rules.index import Asked
from models.rules.rule import Rule
from models.state import MemberState


def stays(
    asked: Asked, state: MemberState, now: int, frame: Frame, since: int, forget: bool
) -> tuple[bool, int]:
    """Whether a tag held since ``since`` is to be held on, and when to ask again."""
    if asked.leave is None or forget:
        want, until = asked.enter(state, now, frame)
    else:
        leaves, until = asked.leave(state, now, frame)
        want = not leaves
        if leaves:
            want, again = asked.enter(state, now, frame)
            until = min(until, again)
    if not want and now < since + asked.stay:
        want, until = True, min(until, since + asked.stay)
    elif asked.grace:
        want, until = _in_grace(asked, state, now, want, until)
    if asked.live:
        ends = since + asked.live
        return want and now < ends, min(until, ends) if now < ends else until
    return want, until


def _in_grace(asked: Asked, state: MemberState, now: int, want: bool, until: int) -> tuple[bool, int]:
    """The same, where a tag that ought to leave may stay for its grace."""
    if want:
        state.waits.pop(asked.tag, None)
        return want, until
    ends = state.waits.setdefault(asked.tag, now) + asked.grace
    return now < ends, min(until, ends) if now < ends else until


def enters(asked: Asked, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
    """Whether a tag with a time to live that is not held enters, and when to ask again.

    Once that time has ended the condition must cease before it counts anew.
    """
    want, until = asked.enter(state, now, frame)
    if asked.tag in state.waits:
        if want:
            return False, until
        del state.waits[asked.tag]
    return want, until


def left(rule: Rule, state: MemberState, now: int, since: int, frame: Frame) -> None:
    """Note that a tag held since ``since`` has left."""
    if rule.grace or rule.live:
        state.waits.pop(rule.tag, None)
        if rule.live and now >= since + rule.live and rule.enter.look(state, now, frame)[0]:
            state.waits[rule.tag] = now
