"""Whether a tag that is held is held on: leave thresholds, the shortest stay, grace and time to live.

What is remembered of a tag beside the time it entered is one time (``waits`` of the state): of one held with a grace, since
when it ought to leave; of one not held whose time to live has ended, when that was.
"""

from models.frame import Frame
from models.rules.asked import Asked, Terms
from models.rules.rule import Rule
from models.state import MemberState


def stays(
    terms: Terms, state: MemberState, now: int, frame: Frame, since: int, forget: bool
) -> tuple[bool, int]:
    """Whether a tag held since ``since`` is to be held on, and when to ask again."""
    if terms.leave is None or forget:
        want, until = terms.enter(state, now, frame)
    else:
        leaves, until = terms.leave(state, now, frame)
        want = not leaves
        if leaves:
            want, again = terms.enter(state, now, frame)
            until = min(until, again)
    if not want and now < since + terms.stay:
        want, until = True, min(until, since + terms.stay)
    elif terms.grace:
        want, until = _in_grace(terms, state, now, want, until)
    if terms.live:
        ends = since + terms.live
        return want and now < ends, min(until, ends) if now < ends else until
    return want, until


def next_change(asked: Asked, terms: Terms, state: MemberState, now: int, frame: Frame, entered: bool) -> int:
    """When a tag that entered at ``now``, or left, may change next by some of its terms if nothing happens."""
    if entered and asked.remembers:
        return stays(terms, state, now, frame, now, False)[1]
    return terms.enter(state, now, frame)[1]


def asks(terms: Terms, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
    """Whether a tag that is not held enters, and when to ask again."""
    return terms.enter(state, now, frame)


def _in_grace(terms: Terms, state: MemberState, now: int, want: bool, until: int) -> tuple[bool, int]:
    """The same, where a tag that ought to leave may stay for its grace."""
    if want:
        state.waits.pop(terms.tag, None)
        return want, until
    ends = state.waits.setdefault(terms.tag, now) + terms.grace
    return now < ends, min(until, ends) if now < ends else until


def enters(terms: Terms, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
    """Whether a tag with a time to live that is not held enters, and when to ask again.

    Once that time has ended the condition must cease before it counts anew.
    """
    want, until = terms.enter(state, now, frame)
    if terms.tag in state.waits:
        if want:
            return False, until
        del state.waits[terms.tag]
    return want, until


def left(rule: Rule, state: MemberState, now: int, since: int, frame: Frame) -> None:
    """Note that a tag held since ``since`` has left."""
    if rule.grace or rule.live:
        state.waits.pop(rule.tag, None)
        if rule.live and now >= since + rule.live and rule.enter.look(state, now, frame)[0]:
            state.waits[rule.tag] = now
