"""All that is known of a member as of a time, as one fact."""

from operator import itemgetter
from typing import Any, Final

from models import checkins, rfm, stored
from models.courses import p_alive, score, silence
from models.crossing import NEVER
from models.feature import Feature
from models.features import SLOTS, STEPS
from models.frame import Frame
from models.rules.rule import RuleSet
from models.stage import Churn
from models.state import MemberState
from models.ties import holding
from schemas.written import Profile

_NAMES: Final = ("activity", "activity_freq", "stage", "churn", "streak_days", "f", "m_fen")
_FIELDS: Final = frozenset(Profile.__struct_fields__)
_SLOTS: Final = tuple(SLOTS[name] for name in _NAMES)
_PICK: Final = itemgetter(*_SLOTS)


def told_by(rules: RuleSet) -> tuple[Feature, ...]:
    """Features that rules read and no field of a profile tells, by id."""
    found = {feature.id: feature for rule in rules.rules for feature in rule.features}
    return tuple(found[id_] for id_ in sorted(found.keys() - _FIELDS))


def profile(state: MemberState, at: int, frame: Frame, told: tuple[Feature, ...] = ()) -> Profile:
    """Profile as of ``at``, with the features ``told``.

    ``version`` grows with ``at`` and, at one time, with the number of changes. One who never acted was last seen when
    first seen.
    """
    activity, freq, stage, churn, streak, f, m_fen = _steps(state, at, frame)
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
        activity,
        freq,
        stage,
        rfm.r_days(state, at, frame),
        f,
        m_fen,
        rfm.net_orders(state),
        stored.revenue(state),
        rfm.last_paid_at(state),
        streak,
        checkins.longest(state),
        checkins.total(state),
        p_alive(state, at, frame),
        churn,
        _churn_risk(state, at, churn, frame),
        holding(state.groups),
        _tags(state),
        state.due,
        {one.id: one.value(state, at, frame) for one in told} if told else None,
    )


def _steps(state: MemberState, at: int, frame: Frame) -> tuple[Any, ...]:
    """Values of the stepping features named above, as of the last judgement where they still hold: these are followed always."""
    work = state.work
    values, dues = work.values, work.dues
    if not values or work.changed or at < state.judged_at:
        return tuple(STEPS[slot].look(state, at, frame)[0] for slot in _SLOTS)
    if state.due is None or state.due > at:
        return tuple(_PICK(values))
    return tuple(
        values[slot] if dues.get(slot, NEVER) > at else STEPS[slot].look(state, at, frame)[0]
        for slot in _SLOTS
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
