"""A group's figures per fixed window: counts whose sums equal a plain count of the events, whatever their
order.

An event whose window ended more than the lateness before the group's latest event becomes an addition: a
row of its own (``part``), to be added to the window's. Which of the two it is depends on event times alone,
never on when the windows were drained, so a replay decides the same.
"""

from models.groups.params import WINDOWS_OPEN, GroupParams
from models.groups.state import Addition, GroupState, Window
from schemas.figures import Figures

_REVISION_BITS = 20
_SPOKEN = (1 << WINDOWS_OPEN) - 1


def window_of(state: GroupState, at: int, source: int, offset: int, params: GroupParams) -> Window:
    """The counts to which an event at ``at`` (ms) belongs; marks them as changed."""
    length = params.window_seconds * 1000
    start = at - at % length
    if not _is_open(state, start, params):
        late = Addition(part_of(source, offset), Window(start))
        state.additions.append(late)
        return late.counts
    window = state.windows.get(start)
    if window is None:
        newest = at == state.latest
        size = state.size if newest else _size_by(state, start, params)
        window = state.windows[start] = Window(start, size)
    state.changed.add(start)
    return window


def _is_open(state: GroupState, start: int, params: GroupParams) -> bool:
    """The window of `start` is not yet past the lateness; one that is may still wait for a drain, and changes no more."""
    return start + params.window_seconds * 1000 > state.latest - params.lateness


def _size_by(state: GroupState, start: int, params: GroupParams) -> int:
    """Size at the end of a window not seen yet: that at the beginning of the next one, else the present one."""
    length = params.window_seconds * 1000
    for later in range(start + length, state.latest + 1, length):
        window = state.windows.get(later)
        if window is not None:
            return window.members - window.change
    return state.size


def resize(state: GroupState, at: int, change: int, params: GroupParams) -> None:
    """Let a change of size at ``at`` (ms) reach its window and the open ones after it.

    Closed windows are told no more: what happened in them that late counts from the first open one on.
    """
    if change == 0:
        return
    length = params.window_seconds * 1000
    own = at - at % length
    for start in _open_since(state, own, length, params):
        window = state.windows[start]
        window.members += change
        if start == own:
            window.change += change
        state.changed.add(start)


def _open_since(state: GroupState, first: int, length: int, params: GroupParams) -> list[int]:
    """Starts of the open windows from ``first`` on. There are few, while those that wait for a drain may be hundreds."""
    if first + length > state.latest:
        return [first] if first in state.windows else []
    horizon = state.latest - params.lateness - length
    oldest = max(first, horizon - horizon % length + length)
    opened = range(oldest, state.latest + 1, length)
    if len(state.windows) < len(opened):
        return [start for start in state.windows if start in opened]
    return [start for start in opened if start in state.windows]


def speak(state: GroupState, window: Window, member_id: str, params: GroupParams) -> None:
    """Count a speaker, once a window. Late additions know none: who had spoken already is forgotten.

    Per member one number is kept: the latest window they spoke in and, below it, a bit for each window
    before.
    """
    if state.windows.get(window.start) is not window:
        return
    number = window.start // (params.window_seconds * 1000)
    known = state.spoke.get(member_id)
    if known is None:
        state.spoke[member_id] = number << WINDOWS_OPEN | 1
        window.speakers += 1
        return
    newest = known >> WINDOWS_OPEN
    if number == newest:
        return
    if number > newest:
        bits = (known & _SPOKEN) << min(number - newest, WINDOWS_OPEN) & _SPOKEN
        newest, seen = number, 1
    else:
        bits = known & _SPOKEN
        seen = 1 << newest - number
        if bits & seen:
            return
    state.spoke[member_id] = newest << WINDOWS_OPEN | bits | seen
    window.speakers += 1


def spoke_since(state: GroupState, at: int, params: GroupParams) -> int:
    """How many members have spoken since ``at`` (ms), as far as `hush` has not forgotten."""
    first = at // (params.window_seconds * 1000) << WINDOWS_OPEN
    return sum(spoke >= first for spoke in state.spoke.values())


def hush(state: GroupState, params: GroupParams) -> None:
    """Forget in which windows members spoke who said nothing in those still open."""
    closed = (state.latest - params.lateness) // (params.window_seconds * 1000) << WINDOWS_OPEN
    state.spoke = {member: spoke for member, spoke in state.spoke.items() if spoke >= closed}


def part_of(source: int, offset: int) -> int:
    """Number of a late addition: never 0, one for each input position, below 2**64."""
    return (offset + 1) << 16 | source & 0xFFFF


def drain(state: GroupState, at: int, params: GroupParams) -> list[Figures]:
    """Windows changed since the last drain, as of ``at`` (ms), and late additions; closed ones go."""
    state.revision += 1
    rows = [_row(state, state.windows[start], 0, at, params) for start in sorted(state.changed)]
    rows += [_row(state, late.counts, late.part, at, params) for late in state.additions]
    state.changed.clear()
    state.additions.clear()
    horizon = state.latest - params.lateness - params.window_seconds * 1000
    for start in [start for start in state.windows if start <= horizon]:
        del state.windows[start]
    return rows


def _row(state: GroupState, counts: Window, part: int, at: int, params: GroupParams) -> Figures:
    return Figures(
        brand_id=state.brand_id,
        group_id=state.group_id,
        version=at << _REVISION_BITS | state.revision & (1 << _REVISION_BITS) - 1,
        as_of=at,
        window_start=counts.start,
        window_seconds=params.window_seconds,
        part=part,
        members=max(0, counts.members) if part == 0 else 0,
        joins=counts.joins,
        leaves=counts.left_self + counts.kicked + counts.banned + counts.planned,
        left_self=counts.left_self,
        kicked=counts.kicked,
        banned=counts.banned,
        planned=counts.planned,
        messages=counts.messages,
        speakers=counts.speakers,
        active_rate=counts.speakers / counts.members if counts.members > 0 else 0.0,
    )
