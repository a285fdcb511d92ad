"""Whether a group is alive, and what to do (G46, G47): four fields of activity and conversion, and two ways to die.

| diagnosis | when | action |
|---|---|---|
| ``dead`` | nobody did anything for a week (G63) | ``dissolve`` |
| ``dying`` | for half of that time; its seeds are listed (G38, T60) | ``regroup_seeds`` |
| ``inactive`` | few are active, who comes buys (G64) | ``wake_members`` |
| ``unconverting`` | many are active, few visitors pay (G65) | ``build_content`` |
| ``failing`` | both | ``wake_members_and_build_content`` |

Judged at the end of each local day, once the group has been known for a week and somebody in it was active. Groups live on
many workers, so the limits are set (`GroupParams`), not quantiles of a type. One alert an episode: opened, updated when the
diagnosis changes, closed when the group is healthy, too small to judge, or at its announced end.
"""

from models.groups.life import Alarm
from models.groups.params import DAY, GroupParams
from models.groups.state import GroupState
from models.groups.telling import Told, tell
from models.groups.terms import Terms
from models.groups.vitality import WEEK, Vitality, at_end_of, bearers, ranked
from models.groups.wording import Evidence
from schemas.facts import Alert

KIND = "group_health"

_WORDS = {
    "dead": (
        "dissolve",
        "已是死群",
        "is dead",
        "确认后解散或重组",
        "dissolve it, or regroup who can still be reached",
    ),
    "dying": ("regroup_seeds", "快要死群", "is dying", "挑选种子用户另建新群", "regroup its seeds"),
    "inactive": ("wake_members", "活跃度偏低", "is hardly active", "激活老粉", "wake its old members"),
    "unconverting": ("build_content", "支付转化率偏低", "hardly sells", "建设内容", "build content"),
    "failing": (
        "wake_members_and_build_content",
        "活跃度与支付转化率都偏低",
        "is hardly active and hardly sells",
        "激活老粉并建设内容",
        "wake its old members and build content",
    ),
}
"""Action; the finding and what to do, in Chinese and in English."""


def end_day(state: GroupState, day: int, end: int, terms: Terms) -> list[Alert]:
    """The local ``day`` is over at ``end`` (ms): judge the group, and tell what has changed."""
    params = terms.params
    judged = _judged(state, day, end, params)
    before = state.life.diagnosis
    if not judged and not before:
        return []
    figures = at_end_of(state, day)
    found = state.life.diagnosis = diagnose(figures, before, params) if judged else ""
    if found == before:
        return []
    alarm = state.life.alarm
    if alarm is None:
        alarm = state.life.alarm = Alarm(end, "info")
        return [_tell(state, alarm, "opened", figures, day, end, params)]
    alarm.version += 1
    if found:
        return [_tell(state, alarm, "updated", figures, day, end, params)]
    state.life.alarm = None
    return [_tell(state, alarm, "closed", figures, day, end, params)]


def _judged(state: GroupState, day: int, end: int, params: GroupParams) -> bool:
    """Large enough, known for a week, not at its announced end; and somebody was active once: a source may carry no talk."""
    life = state.life
    known = life.acted >= 0 and day - life.since >= WEEK
    return (
        known and state.size >= params.health_members and (state.ending_at is None or end < state.ending_at)
    )


def diagnose(figures: Vitality, before: str, params: GroupParams) -> str:
    """The diagnosis after ``before``; empty for a healthy group. Who was below a limit must rise a quarter above it."""
    if figures.quiet_days >= params.dead_days:
        return "dead"
    if figures.quiet_days >= (params.dead_days + 1) // 2:
        return "dying"
    quiet = figures.activity < params.low_activity * _rise(before in ("inactive", "failing", "dying", "dead"))
    conversion = figures.conversion
    cold = (
        conversion is not None
        and figures.visitors >= params.judged_visitors
        and conversion < params.low_conversion * _rise(before in ("unconverting", "failing"))
    )
    if quiet:
        return "failing" if cold else "inactive"
    return "unconverting" if cold else ""


def _rise(low: bool) -> float:
    return 1.25 if low else 1.0


def _tell(
    state: GroupState, alarm: Alarm, what: str, figures: Vitality, day: int, end: int, params: GroupParams
) -> Alert:
    diagnosis = state.life.diagnosis
    order = ranked(state, day)
    days = [own for _, own in order]
    evidence: Evidence = {
        "diagnosis": diagnosis or "healthy",
        "action": _WORDS[diagnosis][0] if diagnosis else "",
        "activity_7d": round(figures.activity, 4),
        "active_members_7d": figures.active,
        "visitors_7d": figures.visitors,
        "payers_7d": figures.payers,
        "conversion_7d": None if figures.conversion is None else round(figures.conversion, 4),
        "quiet_days": figures.quiet_days,
        "bearers": bearers(days),
        "top3_share": round(sum(days[:3]) / sum(days), 3) if days else 0.0,
    }
    if diagnosis in ("dying", "dead"):
        seeds = order[: min(params.listed, max(1, len(order) // 5))]
        evidence["seeds"] = [member for member, _ in seeds]
    text_zh, text_en = _sentences(state.group_id, diagnosis, figures)
    told = Told(
        kind=KIND,
        what=what,
        at=end,
        window=WEEK * DAY,
        observed=figures.active,
        expected=params.low_activity * state.size,
        members=state.size,
        text_zh=text_zh,
        text_en=text_en,
        p_value=1.0,
    )
    return tell(state, alarm, told, evidence)


def _sentences(group_id: str, diagnosis: str, figures: Vitality) -> tuple[str, str]:
    percent = round(100 * figures.activity)
    zh = f"7 天内 {figures.active} 人活跃({percent}%)"
    en = f"{figures.active} active within 7 days ({percent} %)"
    if not diagnosis:
        return (
            f"群 {group_id} 的健康提示结束:{zh}。",
            f"Group {group_id}: the notice of its health is over; {en}.",
        )
    _, finding_zh, finding_en, do_zh, do_en = _WORDS[diagnosis]
    zh += f",{figures.visitors} 人到访、{figures.payers} 人支付"
    en += f", {figures.visitors} visited, {figures.payers} paid"
    return (
        f"群 {group_id} {finding_zh}:{zh}。建议:{do_zh}。",
        f"Group {group_id} {finding_en}: {en}. To do: {do_en}.",
    )
