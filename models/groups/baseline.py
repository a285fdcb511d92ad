"""What was usual for a group: leaves and member-hours of each hour of the week, decayed by weeks.

Hours enter when they have left the guard band, capped at the largest count that would not have been a
spike: one outbreak hardly moves the yardstick, while a habit is learned in a few weeks.
"""

from models.groups.expectation import expect, largest_unsurprising
from models.groups.params import HOUR, WEEK
from models.groups.state import HOURS_A_WEEK, Baseline, Burst, Hour
from models.groups.terms import Terms


def advance(baseline: Baseline, at: int, size: int, terms: Terms) -> None:
    """Move to the hour of ``at`` (ms), ``size`` members having been in since the last call.

    Bounded: a silence of any length costs at most one walk through the week, because whole silent weeks
    have a closed form.
    """
    hour = at // HOUR
    if not baseline.pending:
        baseline.first = hour
        baseline.exposed_to = at
        baseline.pending.append(Hour(hour))
        return
    last = baseline.pending[-1].number
    expose(baseline, min(at, (last + 1) * HOUR), size)
    silent = hour - last - 1
    if silent >= HOURS_A_WEEK:
        _commit(baseline, last + 1, terms)
        _skip_weeks(baseline, silent // HOURS_A_WEEK, size, terms.keep)
        last += silent // HOURS_A_WEEK * HOURS_A_WEEK
    for number in range(last + 1, hour + 1):
        baseline.pending.append(Hour(number))
        expose(baseline, min(at, (number + 1) * HOUR), size)
    _commit(baseline, hour - terms.params.guard_hours + 1, terms)


def expose(baseline: Baseline, until: int, size: int) -> None:
    """Count the member-hours of the current hour up to ``until`` (ms)."""
    hour = baseline.pending[-1]
    start = hour.number * HOUR
    start = max(start, baseline.exposed_to)
    if until > start:
        hour.exposure += size * (until - start) / HOUR
        baseline.exposed_to = until


def count_leave(baseline: Baseline, at: int, terms: Terms) -> Hour | None:
    """Count a leave at ``at`` (ms): in its hour, or, if that is behind the guard, in the baseline itself."""
    number = at // HOUR
    for hour in reversed(baseline.pending):
        if hour.number == number:
            hour.leaves += 1
            return hour
    baseline.leaves[terms.cell(number)] += 1
    return None


def _skip_weeks(baseline: Baseline, weeks: int, size: int, week: float) -> None:
    """Whole weeks without a leave, in every cell at once."""
    keep = week**weeks
    exposed = size * (1 - keep) / (1 - week)
    baseline.leaves = [leaves * keep for leaves in baseline.leaves]
    baseline.exposure = [exposure * keep + exposed for exposure in baseline.exposure]
    baseline.exposed_to += weeks * WEEK


def _commit(baseline: Baseline, before: int, terms: Terms) -> None:
    """Let the baseline know the hours numbered below ``before``."""
    keep = terms.keep
    known = 0
    for hour in baseline.pending:
        if hour.number >= before:
            break
        known += 1
        cell = terms.cell(hour.number)
        leaves = 0
        if hour.leaves:
            leaves = _capped(baseline, hour, terms)
            _remember(baseline, hour, cell, terms)
        baseline.leaves[cell] = baseline.leaves[cell] * keep + leaves
        baseline.exposure[cell] = baseline.exposure[cell] * keep + hour.exposure
    del baseline.pending[:known]


def _remember(baseline: Baseline, hour: Hour, cell: int, terms: Terms) -> None:
    """Add the bursts of an hour to its cell; fewer leaves together than one below the floor are no burst.

    None enters with more than twice what is its habit: one disaster at the time of the meeting does not excuse the
    next.
    """
    bursts = [peak if peak >= terms.params.floor - 1 else 0 for peak in hour.peaks]
    if not any(bursts):
        return
    old = baseline.bursts.get(cell) or Burst(hour.number, [0.0] * len(bursts), 0.0)
    keep = terms.keep ** ((hour.number - old.number) / HOURS_A_WEEK)
    summed = []
    for was, now in zip(old.peaks, bursts, strict=True):
        usual = was / old.times if old.times else now
        summed.append(was * keep + (min(now, 2 * usual) if usual else now))
    baseline.bursts[cell] = Burst(hour.number, summed, old.times * keep + 1)


def _capped(baseline: Baseline, hour: Hour, terms: Terms) -> int:
    """Leaves of an hour as they may enter: an outbreak weighs little in the rate (Farrington's down-weighting of past
    outbreaks, formulas 4.5)."""
    if hour.leaves < terms.params.floor:
        return hour.leaves
    usual = expect(baseline, hour.number, HOUR, hour.exposure, terms)
    return min(hour.leaves, largest_unsurprising(usual, terms.params.outbreak_p, 1))
