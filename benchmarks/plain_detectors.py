"""Spike detectors as an engineer would write them on a free afternoon: over the times of a group's leaves alone.

Each answers, at a leave, whether it would be alarming then. All but the fixed ones share the floor of five leaves with
QunPulse, without which they alarm at nearly every leave of a quiet group.
"""

from bisect import bisect_right
from collections.abc import Callable
from statistics import fmean, pstdev

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FLOOR = 5

Alarming = Callable[[list[int], int], bool]
"""Given the sorted times of all leaves (ms) and the index of one: is it alarming, knowing those up to it and of its time?"""


def within(leaves: list[int], start: int, end: int) -> int:
    """Leaves after ``start`` up to and with ``end``, ms."""
    return bisect_right(leaves, end) - bisect_right(leaves, start)


def fixed_threshold(leaves: list[int], index: int) -> bool:
    """Ten leaves within an hour."""
    return within(leaves, leaves[index] - HOUR, leaves[index]) >= 10


def moving_average(leaves: list[int], index: int) -> bool:
    """Leaves of the last hour above three times the hourly mean of the day before it."""
    now = leaves[index]
    count = within(leaves, now - HOUR, now)
    return count >= FLOOR and count > 3 * within(leaves, now - HOUR - DAY, now - HOUR) / 24


def z_score(leaves: list[int], index: int) -> bool:
    """Leaves of the last ten minutes more than three standard deviations above the mean of the day before."""
    now, step = leaves[index], 10 * MINUTE
    count = within(leaves, now - step, now)
    if count < FLOOR:
        return False
    before = [within(leaves, now - (part + 1) * step, now - part * step) for part in range(1, 145)]
    return count > fmean(before) + 3 * pstdev(before)


def promql_increase(leaves: list[int], index: int) -> bool:
    """``increase(leaves[10m]) > 4``: Prometheus extrapolates to the window's ends, which changes a count of five
    by less than one."""
    return within(leaves, leaves[index] - 10 * MINUTE, leaves[index]) > 4


PLAIN: dict[str, Alarming] = {
    "fixed threshold: 10 leaves an hour": fixed_threshold,
    "3 × moving average of a day": moving_average,
    "z-score above 3": z_score,
    "PromQL `increase(leaves[10m]) > 4`": promql_increase,
}


def openings(leaves: list[int], alarming: Alarming, quiet: int = 10 * MINUTE) -> list[int]:
    """When alarms open: an alarming leave more than ``quiet`` ms after the last alarming one."""
    opened: list[int] = []
    last = -quiet
    for index, at in enumerate(leaves):
        if alarming(leaves, index):
            if at - last > quiet:
                opened.append(at)
            last = at
    return opened
