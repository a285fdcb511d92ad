"""Complaints in a one-to-one chat that no member of staff answers in time (T84); those in groups are `models.groups.waiting`'s.

A complaint is an own message in no group. The answer, a ``staff_message``, names the member, not the message: whatever staff
write answers all that came before, and a bot answers nothing. Kept are the complaints after the latest answer, and when that was.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from models import changes
from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.service import COMPLAINT
from models.state import MemberState
from models.work import Value
from schemas.view import Event

MOST: Final = 64
"""Latest complaints kept that wait at one time."""


def complain(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    """Take in an own message; answers with the bits that it changed."""
    if event.group_id is not None or COMPLAINT not in (event.intent or ()) or at <= state.written:
        return 0
    times = state.complaints
    place = bisect_left(times, at)
    if place < len(times) and times[place] == at:
        return 0
    times.insert(place, at)
    given_up = times[-1] - frame.params.service.kept
    del times[: max(bisect_right(times, given_up), len(times) - MOST)]
    return changes.WAITING


def written(state: MemberState, event: Event, at: int, frame: Frame) -> int:
    """Take in that staff wrote to the member."""
    if event.role == "bot" or at <= state.written:
        return 0
    state.written = at
    answered = bisect_right(state.complaints, at)
    del state.complaints[:answered]
    return changes.WAITING if answered else 0


def _waits(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Whether any waits, and until when; each does from when it is late until it is given up."""
    service, until = frame.params.service, now
    for at in state.complaints:
        late, over = service.late_from(at, frame.calendar), at + service.kept
        if over <= now or over <= late:
            continue
        if late > until:
            return (True, until) if until > now else (False, late)
        until = over
    return until > now, until if until > now else NEVER


WAITS: Final = Step(
    id="complaint_waits", zh="单聊客诉超时未回复", en="whether a complaint one to one has waited too long for staff",
    unit="yes or no", source="T84", sort="flag", reads=changes.WAITING, look=_waits,
)  # fmt: skip
"""Whether staff owe the member an answer."""
