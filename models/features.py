"""The features that have a name of their own; `models.windows` makes those that a rule describes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models import activity, changes, checkins, courses, lifecycle, rfm, stored, ties
from models.answers import ANSWERING
from models.balance import BALANCE
from models.bets import BETS
from models.bought import BOUGHT
from models.channels import ANSWERED
from models.complaints import WAITS
from models.coupons import COUPONS
from models.crossing import NEVER
from models.deciding import DECIDING
from models.drawn import DRAWN
from models.facts import FACTS
from models.feature import Course, Feature, Step
from models.frame import Frame
from models.liked import LIKED
from models.lucky import LUCKY
from models.margin import MARGIN
from models.offers import OFFERS
from models.plans import PLANS
from models.points import POINTS
from models.sessions import SESSIONS
from models.stage import Churn, Stage
from models.standing import STANDING
from models.state import MemberState
from models.touched import TOUCHED
from models.vip import VIP

__all__ = ["BY_ID", "FEATURES", "SLOTS", "STEPS", "Course", "Feature", "Step"]


def _since(id_: str, zh: str, en: str, source: str, reads: int, day_of: courses.DayOf) -> Course:
    """Local days since something."""
    return Course(
        id=id_,
        zh=zh,
        en=en,
        unit="days",
        source=source,
        reads=reads,
        rises=True,
        value=courses.days_since(day_of),
        turns=courses.days_turn(day_of),
        places=courses.days_places(day_of),
    )


def _place(state: MemberState, now: int, frame: Frame) -> tuple[Stage, int]:
    found = state.work.place
    if found is None or not found.since <= now < found.until:
        found = lifecycle.place(state, now, frame)
    return found.stage, found.until


def _churn(state: MemberState, now: int, frame: Frame) -> tuple[Churn, int]:
    found = state.work.place
    if found is None or not found.since <= now < found.until:
        found = lifecycle.place(state, now, frame)
    return found.churn, found.until


FEATURES: Final[tuple[Feature, ...]] = (
    Course(
        id="activity_score", zh="活跃分", en="activity score", unit="points", source="M12",
        reads=changes.SCORE, rises=False, value=courses.score, turns=courses.score_turns,
        places=courses.score_places,
    ),
    Course(
        id="silence", zh="沉默概率", en="probability that an ordinary gap outlasts the present silence", unit="share",
        source="formulas 4.3", reads=changes.DAYS, rises=False, resets=True,
        value=courses.silence, turns=courses.silence_turns,
    ),
    Course(
        id="p_alive", zh="留存概率", en="probability that the member has not stopped", unit="share",
        source="formulas 4.2", reads=changes.DAYS | changes.FIRST, rises=False, resets=True,
        value=courses.p_alive, turns=courses.p_alive_turns,
    ),
    Course(
        id="active_days_30", zh="近30日活跃天数", en="active days of the last 30", unit="days", source="M12",
        reads=changes.DAYS, rises=False, value=courses.active_days, turns=courses.active_days_turns,
    ),
    _since("r_days", "最近消费距今天数", "days since the last net order", "M01", changes.ORDERS, courses.paid_day),
    _since(
        "silent_days", "潜水天数", "days since the last own message or check-in", "T67",
        changes.SPOKE | changes.FIRST, courses.spoke_day,
    ),
    _since("seen_days", "认识天数", "days since first seen", "M18", changes.FIRST, courses.seen_day),
    _since("member_days", "入群天数", "days in the group joined longest ago", "T67", changes.TIES, courses.member_day),
    Step(
        id="activity", zh="用户活跃度", en="activity", unit="word", source="M10", sort="text",
        words=("new", "active", "sleeping", "lost"),
        reads=changes.WORD, look=activity.activity,
    ),
    Step(
        id="activity_freq", zh="活跃频次", en="frequency of orders", unit="word", source="M11", sort="text",
        words=("high", "mid", "low", "none"), reads=changes.ORDERS, look=activity.freq,
    ),
    Step(
        id="stage", zh="生命周期", en="life-cycle stage", unit="word", source="M18-M22", sort="text",
        words=("intro", "growth", "stable", "decline", "lost"), reads=changes.PLACE, look=_place,
    ),
    Step(
        id="churn", zh="流失类型", en="kind of churn", unit="word", source="M22", sort="text",
        words=("none", "silent", "left"), reads=changes.PLACE, look=_churn,
    ),
    Step(
        id="f", zh="消费频次", en="net orders within 365 days", unit="orders", source="M02",
        reads=changes.ORDERS, look=lambda s, now, fr: rfm.frequency(s, now, fr.params.rfm_days, fr),
    ),
    Step(
        id="m_fen", zh="消费金额", en="net revenue within 365 days", unit="fen", source="M03",
        reads=changes.ORDERS, look=lambda s, now, fr: rfm.money(s, now, fr.params.rfm_days, fr),
    ),
    Step(
        id="orders", zh="净订单数", en="net orders", unit="orders", source="M02",
        reads=changes.ORDERS, look=lambda s, now, fr: (rfm.net_orders(s), NEVER),
    ),
    Step(
        id="revenue_fen", zh="净消费额", en="net revenue", unit="fen", source="M03",
        reads=changes.ORDERS, look=lambda s, now, fr: (stored.revenue(s), NEVER),
    ),
    Step(
        id="refunds", zh="退款订单数", en="orders of which something was refunded", unit="orders", source="F38",
        reads=changes.ORDERS, look=lambda s, now, fr: (s.book().refunds if s.orders else 0, NEVER),
    ),
    Step(
        id="streak_days", zh="连续签到天数", en="days signed in without a break", unit="days", source="A10",
        reads=changes.CHECKINS, look=checkins.streak,
    ),
    Step(
        id="longest_streak_days", zh="最长连续签到天数", en="most days signed in without a break", unit="days",
        source="X02", reads=changes.CHECKINS, look=lambda s, now, fr: (checkins.longest(s), NEVER),
    ),
    Step(
        id="checkin_days", zh="累计签到天数", en="days signed in", unit="days", source="X02",
        reads=changes.CHECKINS, look=lambda s, now, fr: (checkins.total(s), NEVER),
    ),
    Step(
        id="groups", zh="所在群数", en="groups that the member is in", unit="groups", source="T67",
        reads=changes.TIES, look=lambda s, now, fr: (ties.holding(s.groups), NEVER),
    ),
    Step(
        id="contact", zh="是否好友", en="whether a contact of staff", unit="yes or no", source="M22", sort="flag",
        reads=changes.TIES, look=lambda s, now, fr: (ties.holding(s.contacts) > 0, NEVER),
    ),
    Step(
        id="follower", zh="是否关注", en="whether following an account", unit="yes or no", source="M22",
        sort="flag", reads=changes.TIES, look=lambda s, now, fr: (ties.holding(s.follows) > 0, NEVER),
    ),
    *TOUCHED,
    *BOUGHT,
    *LIKED,
    *OFFERS,
    *ANSWERED,
    ANSWERING,
    WAITS,
    LUCKY,
    DRAWN,
    MARGIN,
    SESSIONS,
    DECIDING,
    *FACTS,
    *POINTS,
    *BALANCE,
    *PLANS,
    *COUPONS,
    *BETS,
    *STANDING,
    *VIP,
)  # fmt: skip
"""Every feature that a rule may name."""

BY_ID: Final[Mapping[str, Feature]] = MappingProxyType({feature.id: feature for feature in FEATURES})

STEPS: Final = tuple(feature for feature in FEATURES if isinstance(feature, Step))
"""The stepping features, each at its slot of `models.work.Work.values`."""

SLOTS: Final[Mapping[str, int]] = MappingProxyType({feature.id: slot for slot, feature in enumerate(STEPS)})
"""Slot of a stepping feature."""
