"""What happens once in a group's life: sizes that it reaches (G24, G26, G28, G29, G70) and stages of its age (G33 to G35).

Each is told once, whatever comes after: sizes by the greatest mark reached, stages by the last one told. A size counts as
reached when a join reaches it and the size is known, that is after ``group.created`` or a count of the source's own; a group
that is found out to be large has reached nothing. The notice closes when the day after it begins.
"""

from models.calendar import iso_date
from models.groups.life import Alarm, Milestone
from models.groups.state import GroupState
from models.groups.telling import Told, tell
from models.groups.terms import Terms
from models.groups.wording import Evidence
from schemas.facts import Alert

KIND = "milestone"

MARKS = {
    50: ("red_packet", "发群红包", "send a red packet"),
    100: ("lottery", "抽奖", "hold a raffle"),
    150: ("red_packet", "发群红包", "send a red packet"),
    201: ("oversize", "超过 200 人,活跃难以维持", "above 200 hardly anybody stays active"),
    400: ("open_next_group", "启动新群", "open the next group"),
    500: ("full", "已满", "it is full"),
}
"""Size -> action, and what to do in Chinese and English. Above 200 begins at 201."""

STAGES = (
    (4, "layer", "build_vip_group", "群分层:建 VIP 群", "layering: build the VIP group"),
    (7, "dissolve", "announce_end", "群解散:发布解散通知", "dissolution: announce the end"),
    (9, "overdue", "dissolve_now", "已超过解散期", "its dissolution is overdue"),
)
"""Whole calendar months since the group was created -> stage, action, and what to do. Before the first it is ``build``."""


def reach(state: GroupState, at: int) -> list[Alert]:
    """A join at ``at`` (ms) has raised the size: is a mark reached for the first time?"""
    mark = max((size for size in MARKS if size <= state.size), default=0)
    if mark <= state.life.mark:
        return []
    state.life.mark = mark
    if state.life.created_at is None and state.told_at == 0:
        return []
    action, do_zh, do_en = MARKS[mark]
    evidence: Evidence = {"milestone": f"size_{mark}", "action": action}
    texts = (
        f"群 {state.group_id} 满 {mark} 人:{do_zh}。",
        f"Group {state.group_id} has {mark} members: {do_en}.",
    )
    return [_open(state, at, mark, evidence, texts)]


def know(state: GroupState) -> None:
    """The size was found out, not reached: its marks are passed in silence."""
    state.life.mark = max(state.life.mark, *(size if size <= state.size else 0 for size in MARKS))


def stage_of(state: GroupState, day: int, terms: Terms) -> int:
    """Number of the stage on the local ``day``: 0 for ``build``, and then as in `STAGES`."""
    if state.life.created_at is None:
        return 0
    (year, month, of_month), (then, first, born) = (
        map(int, iso_date(number).split("-")) for number in (day, terms.calendar.day(state.life.created_at))
    )
    months = 12 * (year - then) + month - first - (of_month < born)
    return sum(months >= needed for needed, *_ in STAGES)


def turn(state: GroupState, day: int, at: int, terms: Terms) -> list[Alert]:
    """The local ``day`` begins at ``at`` (ms): close what was told before, and tell a stage that begins."""
    alerts = [_tell(state, one, "closed", at) for one in state.life.open if one.alarm.opened_at < at]
    state.life.open = [one for one in state.life.open if one.alarm.opened_at >= at]
    stage = stage_of(state, day, terms)
    if stage <= state.life.stage or state.size == 0:
        return alerts
    state.life.stage = stage
    if state.ending_at is not None:
        return alerts
    months, name, action, do_zh, do_en = STAGES[stage - 1]
    evidence: Evidence = {"milestone": f"stage_{name}", "action": action, "months": months}
    texts = (
        f"群 {state.group_id} 建群满 {months} 个月,{do_zh}。",
        f"Group {state.group_id} is {months} months old, {do_en}.",
    )
    return [*alerts, _open(state, at, months, evidence, texts)]


def _open(state: GroupState, at: int, observed: int, evidence: Evidence, texts: tuple[str, str]) -> Alert:
    one = Milestone(Alarm(at, "info", observed), str(evidence["milestone"]), str(evidence["action"]), *texts)
    state.life.open.append(one)
    return _tell(state, one, "opened", at)


def _tell(state: GroupState, one: Milestone, what: str, at: int) -> Alert:
    if what == "closed":
        one.alarm.version += 1
    told = Told(
        kind=KIND,
        what=what,
        at=at,
        window=at - one.alarm.opened_at,
        observed=one.alarm.reported,
        expected=float(one.alarm.reported),
        members=state.size,
        text_zh=one.text_zh,
        text_en=one.text_en,
        p_value=1.0,
    )
    return tell(state, one.alarm, told, {"milestone": one.name, "action": one.action})
