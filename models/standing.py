"""The level of a member, and what it makes of the points of an order (P04, P05, P17, P18)."""

from collections.abc import Callable
from typing import Final

from models import changes, purchases
from models.calendar import iso_date
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.levels import Term, highest, term_at, terms
from models.state import MemberState
from models.work import Value

_READS: Final = changes.ORDERS | changes.CHECKINS


def standing(state: MemberState, frame: Frame) -> list[Term]:
    """Terms of a member at each level, past and to come."""
    found = state.work.terms
    if found is None:
        found = state.work.terms = terms(_acts(state, frame), frame.levels, frame.day, frame.calendar.start)
    return found


def _acts(state: MemberState, frame: Frame) -> list[tuple[int, int]]:
    levels = frame.levels
    if not levels.rungs:
        return []
    found = [(one.at, one.cash // 100 * levels.per_yuan) for one in purchases.of(state, frame)]
    if levels.signin:
        found += [(frame.calendar.start(day), levels.signin) for day in state.signins]
    return sorted(found)


def percent_at(state: MemberState, at: int, frame: Frame) -> int:
    """What the points of an order paid at ``at`` are multiplied by, hundredths: by the level held when it was paid."""
    rungs = frame.levels.rungs
    if not rungs:
        return 100
    term = term_at(standing(state, frame), at - 1)
    return rungs[term.rank - 1].percent if term is not None and term.rank else 100


def _look(
    told: Callable[[Term, Frame], Value], otherwise: Value
) -> Callable[[MemberState, int, Frame], tuple[Value, int]]:
    """What the term tells that ``now`` is in; otherwise where there is no level."""

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        found = standing(state, frame)
        term = term_at(found, now)
        value = told(term, frame) if term is not None and term.rank else otherwise
        return value, min((one.since for one in found if one.since > now), default=NEVER)

    return look


def _until(term: Term, frame: Frame) -> Value:
    return None if term.until is None else iso_date(frame.day(term.until - 1))


def _in_grace(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found = standing(state, frame)
    term = term_at(found, now)
    next_ = min((one.since for one in found if one.since > now), default=NEVER)
    if term is None or term.until is None:
        return False, next_
    return (True, next_) if term.until <= now else (False, min(next_, term.until))


def _highest(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found = standing(state, frame)
    return highest(found, now), min((one.since for one in found if one.since > now), default=NEVER)


STANDING: Final[tuple[Feature, ...]] = (
    Step(
        id="level", zh="会员等级", en="level", unit="word", source="P18", sort="text", reads=_READS,
        look=_look(lambda term, frame: frame.levels.rungs[term.rank - 1].level, None),
    ),
    Step(
        id="level_rank", zh="会员等级序号", en="level, counted from 1; 0 is none", unit="levels", source="P17",
        reads=_READS, look=_look(lambda term, frame: term.rank, 0),
    ),
    Step(
        id="level_until", zh="等级有效期", en="last day of the level's period", unit="day", source="P18", sort="text",
        reads=_READS, look=_look(_until, None),
    ),
    Step(
        id="level_in_grace", zh="是否保级期", en="whether the period is over and the level falls unless growth makes up for it",
        unit="yes or no", source="P17", sort="flag", reads=_READS, look=_in_grace,
    ),
    Step(
        id="level_highest", zh="曾达最高等级", en="highest level ever reached, counted from 1", unit="levels", source="P05",
        reads=_READS, look=_highest,
    ),
)  # fmt: skip
"""All of them."""
