"""Which kind of promotion a member falls for: orders that used it, of those paid while it was on offer (M15).

On offer to a member is, on a local day, what an event of theirs of that day names: a push, a visit, a cart, an order placed or
paid. So a kind that was never shown counts neither for nor against.
"""

from typing import Final, NamedTuple

from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import COUNTS, WORDS
from models.state import MemberState
from models.within import between
from models.work import Value

WINDOW_DAYS: Final = 365
LEAST_USES: Final = 3
"""A kind that was used less often within the window is not judged."""

_READS: Final = WORDS["promo"].bit | WORDS["offered"].bit | COUNTS["paid"].bit


class Kind(NamedTuple):
    """How a member takes to a kind of promotion."""

    share: float
    """Of the orders paid while it was on offer, to a billionth."""
    uses: int
    name: str


def best(state: MemberState, now: int, frame: Frame) -> tuple[Kind | None, int]:
    """The kind with the highest share; of two alike the one used more often, then the first in the alphabet. And when
    that may change."""
    used = state.keyed.get("promo")
    if not used:
        return None, NEVER
    today = frame.day(now)
    start = today - WINDOW_DAYS + 1
    found = [
        Kind(round(uses / max(uses, _orders_on(state, name, start, today)), 9), uses, name)
        for name, tally in used.items()
        if (uses := between(tally.days, start, today)) >= LEAST_USES
    ]
    days = [day for tally in used.values() for day in tally.days if start <= day <= today]
    offered = state.keyed.get("offered", {})
    days += [day for tally in offered.values() for day in tally.days if start <= day <= today]
    until = frame.calendar.start(min(days) + WINDOW_DAYS) if days else NEVER
    return min(found, key=lambda one: (-one.share, -one.uses, one.name), default=None), until


def _orders_on(state: MemberState, name: str, start: int, today: int) -> int:
    """Payments on the days on which a kind was on offer; too few of a state that an earlier version wrote."""
    paid, offered = state.tallies.get("paid"), state.keyed.get("offered", {}).get(name)
    if paid is None or offered is None:
        return 0
    return sum(paid.days.get(day, 0) for day in offered.days if start <= day <= today)


def _name(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = best(state, now, frame)
    return (None if found is None else found.name), until


def _share(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = best(state, now, frame)
    return (None if found is None else found.share), until


OFFERS: Final = (
    Step(
        id="promo_kind", zh="偏好促销类型", en="kind of promotion used most readily", unit="word", source="M15", sort="text",
        reads=_READS, look=_name,
    ),
    Step(
        id="promo_share", zh="偏好促销使用率", en="share of the orders paid while it was on offer that used it", unit="share",
        source="M15", reads=_READS, look=_share,
    ),
)  # fmt: skip
"""Features of promotions."""
