"""What former versions of a group's state meant otherwise than this one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from models.groups.params import WINDOWS_OPEN

if TYPE_CHECKING:
    from models.groups.state import GroupState


def _from_version_1(state: GroupState) -> None:
    """Version 1 kept speakers as slots, window number modulo 63, of windows of 300 s; nothing else changed its
    meaning since."""
    numbers = sorted(start // 300_000 for start in state.windows)[-WINDOWS_OPEN:]
    spoke = {}
    for member, slots in state.spoke.items():
        own = [number for number in numbers if slots >> number % 63 & 1]
        if own:
            bits = sum(1 << own[-1] - number for number in own if own[-1] - number < WINDOWS_OPEN)
            spoke[member] = own[-1] << WINDOWS_OPEN | bits
    state.spoke = spoke


def _from_version_2(state: GroupState) -> None:
    """Version 2 kept peaks of windows of 2, 10 and 60 minutes: habits are learned anew, within some weeks."""
    state.baseline.bursts.clear()
    for hour in state.baseline.pending:
        hour.peaks = []


def _from_version_3(state: GroupState) -> None:
    """The one timer of version 3 was that of the episode."""
    state.wave_due = state.due


def _from_version_4(state: GroupState) -> None:
    """Version 4 kept the sizes of windows only."""
    sizes = [state.windows[start] for start in sorted(state.windows)]
    for before, window in pairwise(sizes):
        window.change = window.members - before.members


def _from_version_5(state: GroupState) -> None:
    """Version 5 kept one time of ending, whoever named it last: like a plan, it yields to the next one."""
    state.planned = 0, state.ending_at or 0


RENEWALS = (_from_version_1, _from_version_2, _from_version_3, _from_version_4, _from_version_5)
"""What is to be done to a state of version 1 or earlier, of version 2 or earlier, and so on."""
