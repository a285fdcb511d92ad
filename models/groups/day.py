"""What happens once a local day: its figures go on the charts, and what is too old is forgotten."""

from zlib import crc32

from models.groups import course, health, membership, milestones, origins, presence, vitality, windows
from models.groups.params import DAY, HOUR, GroupParams
from models.groups.state import GroupState
from models.groups.terms import Terms
from schemas.facts import Alert

_MOST_DAYS = 60
"""Days without an event that are still gone through one by one."""


def turn(state: GroupState, at: int, terms: Terms) -> list[Alert]:
    """Let the local days end that are over at ``at`` (ms), each in its turn; the alerts of it."""
    days, today = state.course, terms.calendar.day(at)
    if days.day >= today:
        return []
    alerts: list[Alert] = []
    if days.day >= 0:
        start = terms.calendar.start(days.day)
        speakers = windows.spoke_since(state, start, terms.params)
        vitality.take_speakers(state, days.day, start, terms.params)
        for day in range(max(days.day, today - _MOST_DAYS), today):
            end = terms.calendar.start(day + 1)
            alerts += course.end_day(state, end, day % 7, speakers, terms.params)
            alerts += health.end_day(state, day, end, terms)
            alerts += milestones.turn(state, day + 1, end, terms)
            speakers = 0
        vitality.forget(state, today)
        presence.settle(state, terms.params)
        membership.forget(state, at - terms.params.departed_for)
        origins.prune(state, at)
        windows.hush(state, terms.params)
    days.day = today
    days.due = next_turn(state, today, terms)
    return alerts


def next_turn(state: GroupState, today: int, terms: Terms) -> int | None:
    """When the day ends even if nothing happens, ms: some time in the hour after midnight, each group at its own, so that
    they do not come all at once. Never for one that is empty or has been silent for long, unless something is left to tell."""
    start = terms.calendar.start(today)
    told = state.life.open or (state.size < terms.params.health_members and state.life.alarm)
    empty = state.size == 0 and state.latest < start and not told
    if empty or _silent(state, start, terms.params):
        return None
    return terms.calendar.start(today + 1) + crc32(state.group_id.encode()) % HOUR


def _silent(state: GroupState, at: int, params: GroupParams) -> bool:
    charts = state.course.leak, state.course.silence
    waiting = any(chart.alarm for chart in charts) or state.life.open
    return at - state.latest > params.silent_for * DAY and not waiting
