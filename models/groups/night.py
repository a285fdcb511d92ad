"""Overnight collapse (G67): how many of those who were in at 20:00 are still in at 08:00.

A cohort, not a difference of sizes: who joins in the night hides nobody who goes, and does not count when he goes again.
The alert opens when too few are left, not in the morning; it closes at 08:00 with what then is.
"""

from models.groups.causes import losses, suspects
from models.groups.expectation import expect_span
from models.groups.life import Alarm
from models.groups.params import HOUR, GroupParams
from models.groups.state import GroupState, Night
from models.groups.telling import Told, tell
from models.groups.terms import Terms
from models.groups.wording import Evidence
from schemas.facts import Alert


def turn(state: GroupState, at: int, terms: Terms) -> None:
    """Let the night begin whose evening ``at`` (ms) has passed: all who are in are its cohort."""
    start = evening(at, terms)
    if state.night is None or state.night.start < start:
        state.night = Night(start, state.size)


def evening(at: int, terms: Terms) -> int:
    """The last beginning of a night at or before ``at``, ms: a local hour of the day."""
    day = terms.calendar.day(at)
    start = terms.calendar.start(day) + terms.params.evening * HOUR
    return start if start <= at else terms.calendar.start(day - 1) + terms.params.evening * HOUR


def morning(night: Night, params: GroupParams) -> int:
    """When the night is over, ms."""
    return night.start + params.night_hours * HOUR


def join(state: GroupState, member: str, at: int, params: GroupParams) -> None:
    """Somebody joined: back in the cohort, or a newcomer."""
    night = state.night
    if night is None or not night.start <= at < morning(night, params):
        return
    if night.gone.pop(member, None) is None:
        night.fresh.add(member)


def leave(state: GroupState, member: str, cause: str, at: int, terms: Terms) -> list[Alert]:
    """Somebody left unplanned: one of the cohort less, perhaps too many."""
    night, params = state.night, terms.params
    if night is None or not night.start <= at < morning(night, params) or member in night.fresh:
        return []
    night.gone[member] = cause
    if night.size < params.night_members:
        return []
    alarm = night.alarm
    if alarm is None:
        if survival(night) >= params.collapse or not _unusual(night, state, at, terms):
            return []
        night.alarm = alarm = Alarm(at, "warning", len(night.gone))
        return [_tell(state, night, "opened", at, terms)]
    if len(night.gone) < 2 * alarm.reported and not (
        alarm.severity == "warning" and survival(night) < params.collapse_critical
    ):
        return []
    alarm.version += 1
    alarm.reported = len(night.gone)
    return [_tell(state, night, "updated", at, terms)]


def _unusual(night: Night, state: GroupState, at: int, terms: Terms) -> bool:
    """Whether so many do not go every night: where people come by day and go by night, that is no collapse."""
    usual = expect_span(state.baseline, night.start, at, night.size, terms)
    count = len(night.gone)
    return count >= terms.params.fold * usual.mean and usual.tail(count) <= terms.params.false_alerts_per_day


def survival(night: Night) -> float:
    """Share of the cohort that is still in."""
    return 1 - min(1.0, len(night.gone) / max(1, night.size))


def close(state: GroupState, terms: Terms) -> list[Alert]:
    """It is morning: tell how many survived, if anything was told before."""
    night = state.night
    if night is None or night.alarm is None or night.alarm.closed:
        return []
    night.alarm.version += 1
    night.alarm.closed = True
    return [_tell(state, night, "closed", morning(night, terms.params), terms)]


def due(state: GroupState, params: GroupParams) -> int | None:
    """When `close` has something to tell, ms."""
    night = state.night
    return morning(night, params) if night is not None and night.alarm and not night.alarm.closed else None


def _tell(state: GroupState, night: Night, what: str, at: int, terms: Terms) -> Alert:
    alarm, params = night.alarm, terms.params
    assert alarm is not None
    if survival(night) < params.collapse_critical:
        alarm.severity = "critical"
    span = max(HOUR, at - night.start)
    usual = expect_span(state.baseline, night.start, max(at, night.start + 1), night.size, terms)
    evidence: Evidence = {
        "survival": round(survival(night), 3),
        "cohort": night.size,
        "joined_meanwhile": len(night.fresh),
        "size_now": state.size,
        "first_leavers": [*list(night.gone)[: params.listed]],
    }
    evidence |= suspects(state, night.gone, night.start, alarm.opened_at, at, params)
    evidence |= losses(state, night.gone, night.size, span)
    percent = round(100 * survival(night))
    told = Told(
        kind="overnight_collapse",
        what=what,
        at=at,
        window=span,
        observed=len(night.gone),
        expected=usual.mean,
        p_value=usual.tail(len(night.gone)),
        members=night.size,
        text_zh=f"群 {state.group_id} 一夜流失:晚间 {night.size} 人中已有 {len(night.gone)} 人退群,留存 {percent}%。",
        text_en=f"Group {state.group_id}: {len(night.gone)} of the {night.size} of the evening have left, "
        f"{percent} % are still in.",
    )
    return tell(state, alarm, told, evidence)
