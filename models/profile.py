"""All that is known of a member as of a time, as one fact."""

from models import activity, checkins, lifecycle, rfm
from models.courses import p_alive, score, silence
from models.frame import Frame
from models.stage import Churn
from models.state import MemberState
from models.ties import holding
from schemas.facts import MemberProfile


def profile(state: MemberState, at: int, frame: Frame) -> MemberProfile:
    """Profile as of ``at``.

    ``version`` grows with ``at`` and, at one time, with the number of changes. One who never acted was last seen when
    first seen.
    """
    place = lifecycle.place(state, at, frame)
    first = at if state.first is None else state.first
    days = frame.params.rfm_days
    return MemberProfile.model_construct(
        brand_id=state.brand_id,
        member_id=state.member_id,
        version=at << 20 | state.revision & 0xFFFFF,
        as_of=at,
        first_seen=first,
        last_seen=first if state.last is None else state.last,
        activity_score=score(state, at, frame),
        activity=activity.activity(state, at, frame)[0],
        activity_freq=activity.freq(state, at, frame)[0],
        stage=place.stage,
        r_days=rfm.r_days(state, at, frame),
        f=rfm.frequency(state, at, days, frame)[0],
        m_fen=rfm.money(state, at, days, frame)[0],
        orders=rfm.net_orders(state),
        revenue_fen=state.book().revenue if state.orders else 0,
        last_paid_at=rfm.last_paid_at(state),
        streak_days=checkins.streak(state, at, frame)[0],
        longest_streak_days=checkins.longest(state),
        checkin_days=checkins.total(state),
        p_alive=p_alive(state, at, frame),
        churn=place.churn,
        churn_risk=_churn_risk(state, at, place.churn, frame),
        groups=holding(state.groups),
        tags=_tags(state),
        next_at=state.due,
    )


def _churn_risk(state: MemberState, at: int, churn: Churn, frame: Frame) -> float:
    """1 for one who left, else the share of the own gaps that end sooner than the present silence."""
    if churn == "left":
        return 1.0
    outlasts = silence(state, at, frame)
    return 0.0 if outlasts is None else 1.0 - outlasts


def _tags(state: MemberState) -> list[str]:
    """Tags held, whether by a rule or by hand."""
    return sorted(state.on.keys() | {tag for tag, tie in state.manual.items() if tie.holds})
