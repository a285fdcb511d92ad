"""All that is known of a member as of a time, as one fact."""

from typing import Any

from models import checkins, rfm
from models.courses import p_alive, score, silence
from models.features import SLOTS, STEPS
from models.frame import Frame
from models.stage import Churn
from models.state import MemberState
from models.ties import holding
from schemas.written import Profile

_ACTIVITY, _FREQ, _STAGE, _CHURN, _STREAK, _F, _M = (
    SLOTS[name] for name in ("activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen")
)


def profile(state: MemberState, at: int, frame: Frame) -> Profile:
    """Profile as of ``at``.

    ``version`` grows with ``at`` and, at one time, with the number of changes. One who never acted was last seen when
    first seen.
    """
    work = state.work
    values, dues = work.values, work.dues
    is_judged = bool(values) and not work.changed and at >= state.judged_at

    def step(slot: int) -> Any:
        """Value of a stepping feature, as of the last judgement if that still holds."""
        return values[slot] if is_judged and dues[slot] > at else STEPS[slot].look(state, at, frame)[0]

    churn = step(_CHURN)
    first = at if state.first is None else state.first
    return Profile(
        1,
        state.brand_id,
        state.member_id,
        at << 20 | state.revision & 0xFFFFF,
        at,
        first,
        first if state.last is None else state.last,
        score(state, at, frame),
        step(_ACTIVITY),
        step(_FREQ),
        step(_STAGE),
        rfm.r_days(state, at, frame),
        step(_F),
        step(_M),
        rfm.net_orders(state),
        state.book().revenue if state.orders else 0,
        rfm.last_paid_at(state),
        step(_STREAK),
        checkins.longest(state),
        checkins.total(state),
        p_alive(state, at, frame),
        churn,
        _churn_risk(state, at, churn, frame),
        holding(state.groups),
        _tags(state),
        state.due,
    )


def _churn_risk(state: MemberState, at: int, churn: Churn, frame: Frame) -> float:
    """1 for one who left, else the share of the own gaps that end sooner than the present silence."""
    if churn == "left":
        return 1.0
    outlasts = silence(state, at, frame)
    return 0.0 if outlasts is None else 1.0 - outlasts


def _tags(state: MemberState) -> list[str]:
    """Tags held, whether by a rule or by hand."""
    if not state.manual:
        return sorted(state.on)
    return sorted(state.on.keys() | {tag for tag, tie in state.manual.items() if tie.holds})
