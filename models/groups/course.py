"""The course of a group over days: a slow leak (leaves, formulas 4.6 and 4.7) and silent churn (talk, nobody leaves).

At the end of each local day its counts go on two CUSUM charts. An outbreak counts no further than is ordinary: spikes have
an alert of their own. An alarm that has opened closes when its chart is back at zero.
"""

from collections.abc import Collection
from math import exp

from models.groups.causes import losses, suspects
from models.groups.charts import evidence, smooth
from models.groups.expectation import Expectation, largest_unsurprising
from models.groups.life import Alarm
from models.groups.params import DAY, GroupParams
from models.groups.state import Chart, GroupState
from models.groups.tails import predictive_tail
from models.groups.telling import Told, tell
from models.groups.wording import Evidence
from schemas.facts import Alert


def lose(state: GroupState, member: str, cause: str, params: GroupParams) -> None:
    """Somebody left unplanned."""
    course = state.course
    course.leaves += 1
    course.gone[member] = cause
    if len(course.gone) > params.course_leavers:
        del course.gone[next(iter(course.gone))]


def told_otherwise(state: GroupState, leavers: Collection[str]) -> None:
    """These are the leavers of a spike, which has an alert of its own: they are no part of a leak."""
    for member in leavers:
        if state.course.gone.pop(member, None) is not None and state.course.leaves > 0:
            state.course.leaves -= 1


def end_day(state: GroupState, end: int, weekday: int, speakers: int, params: GroupParams) -> list[Alert]:
    """A local day is over at ``end`` (ms), in which so many spoke; the alerts that open or close."""
    alerts = _leak(state, end, params) + _silence(state, end, weekday, speakers, params)
    state.course.leaves = 0
    return alerts


def usual_day(state: GroupState, params: GroupParams) -> Expectation:
    """Prediction of a day's unplanned leaves, from the baseline as it was when the chart left zero, or some weeks later:
    a lasting change becomes usual at last."""
    baseline, chart = state.baseline, state.course.leak
    alpha = params.prior_leaves + sum(baseline.leaves)
    rate = alpha / (params.prior_leaves / (baseline.prior or params.prior_rate) + sum(baseline.exposure))
    if chart.value == 0.0 or chart.days % params.relearned_days == 0:
        chart.rate, chart.doubt = rate, 1 + params.doubt / alpha**0.5
    shape = 1 / (1 / alpha + 1 / params.course_shape)
    return Expectation(shape, shape / chart.rate, max(1, state.size) * 24.0, 0.0, 1.0)


def _leak(state: GroupState, end: int, params: GroupParams) -> list[Alert]:
    course, usual = state.course, usual_day(state, params)
    count = min(course.leaves, largest_unsurprising(usual, params.outbreak_p, 1))
    smooth(course.flow, count, usual.mean, usual.alpha, params.chart_part)
    chart = course.leak
    most = usual.mean * chart.doubt
    _add(chart, count, usual.mean, evidence(count, most, params.leak_ratio, usual.alpha))
    if chart.value == 0.0:
        course.gone.clear()
    steady = chart.days >= params.course_days and chart.count >= max(2 * params.floor, 1.5 * chart.expected)
    what = _step(chart, end, steady, params)
    if what is None:
        return []
    flow = course.flow
    found: Evidence = {
        "days": chart.days,
        "level_a_day": round(flow.level, 2),
        "usual_a_day": round(flow.usual, 2),
        "sigmas": round((flow.level - flow.usual) / flow.sigma, 2) if flow.sigma else 0.0,
        "first_leavers": [*list(course.gone)[: params.listed]],
    }
    found |= suspects(state, course.gone, end - chart.days * DAY, end, end, params)
    found |= losses(state, course.gone, state.size + len(course.gone), max(1, chart.days) * DAY)
    p_value = predictive_tail(
        round(chart.count), params.course_shape, 1.0, chart.expected / params.course_shape
    )
    texts = (
        f"群 {state.group_id} 缓慢流失:{chart.days} 天内退群 {chart.count:.0f} 人,平时约 {chart.expected:.1f} 人。",
        f"Group {state.group_id} is leaking: {chart.count:.0f} left in {chart.days} days, "
        f"about {chart.expected:.1f} are usual.",
    )
    return [_told(state, chart, "slow_leak", what, end, p_value, texts, found)]


def _silence(state: GroupState, end: int, weekday: int, speakers: int, params: GroupParams) -> list[Alert]:
    course, chart = state.course, state.course.silence
    usual = course.talk[weekday] if course.talk_days >= params.talk_known_days else 0.0
    _learn(state, weekday, speakers)
    if usual < params.talkers and chart.alarm is None:
        chart.value, chart.days, chart.count, chart.expected = 0.0, 0, 0.0, 0.0
        return []
    _add(chart, speakers, usual, evidence(speakers, usual, params.silence_ratio, params.talk_shape))
    stay = course.leak.value < params.chart_limit / 2
    what = _step(chart, end, stay and chart.days >= params.course_days, params)
    if what is None:
        return []
    days = max(1, chart.days)
    now, before = chart.count / days, chart.expected / days
    found: Evidence = {
        "days": chart.days,
        "speakers_a_day": round(now, 2),
        "usual_speakers_a_day": round(before, 2),
        "leaves_a_day": round(course.flow.level, 2),
        "cause": "silence",
    }
    texts = (
        f"群 {state.group_id} 沉默流失:{chart.days} 天来每天发言约 {now:.1f} 人,平时约 {before:.1f} 人,退群不多。",
        f"Group {state.group_id} falls silent: about {now:.1f} speak a day for {chart.days} days, "
        f"{before:.1f} are usual, and few leave.",
    )
    return [_told(state, chart, "silent_churn", what, end, exp(-chart.value), texts, found)]


def _learn(state: GroupState, weekday: int, speakers: int) -> None:
    """What is usual on a day of the week: a plain mean for eight weeks, from then on a fading one."""
    course = state.course
    weeks = min(course.talk_days // 7, 7)
    course.talk[weekday] += (speakers - course.talk[weekday]) / (weeks + 1)
    course.talk_days += 1


def _add(chart: Chart, count: float, mean: float, ratio: float) -> None:
    """A day on a CUSUM; at zero a new run begins."""
    chart.value = max(0.0, chart.value + ratio)
    if chart.value == 0.0 and chart.alarm is None:
        chart.days, chart.count, chart.expected = 0, 0.0, 0.0
        return
    chart.days += 1
    chart.count += count
    chart.expected += mean


def _step(chart: Chart, end: int, steady: bool, params: GroupParams) -> str | None:
    """Whether an alarm opens, is updated (its count has doubled) or closes."""
    alarm = chart.alarm
    if alarm is None:
        if chart.value <= params.chart_limit or not steady:
            return None
        chart.alarm = Alarm(end, "warning", round(chart.count))
        return "opened"
    if chart.value == 0.0:
        alarm.version += 1
        return "closed"
    chart.value = min(chart.value, 1.2 * params.chart_limit)
    if chart.count < 2 * max(1, alarm.reported):
        return None
    alarm.version += 1
    alarm.reported = round(chart.count)
    return "updated"


def _told(
    state: GroupState,
    chart: Chart,
    kind: str,
    what: str,
    end: int,
    p_value: float,
    texts: tuple[str, str],
    found: Evidence,
) -> Alert:
    alarm = chart.alarm
    assert alarm is not None
    told = Told(
        kind=kind,
        what=what,
        at=end,
        window=max(1, chart.days) * DAY,
        observed=round(chart.count),
        expected=chart.expected,
        members=state.size,
        text_zh=texts[0],
        text_en=texts[1],
        p_value=p_value,
    )
    alert = tell(state, alarm, told, found)
    if what == "closed":
        chart.alarm = None
        chart.days, chart.count, chart.expected = 0, 0.0, 0.0
    return alert
