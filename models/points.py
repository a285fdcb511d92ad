"""Points of a member: the balance as the source tells it (T55), and the ledger with lots that expire (P02-P15)."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Final

from models.calendar import DAY_MS
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.ledger import READS, ledger
from models.lots import Ledger
from models.measures import SUMS
from models.state import MemberState
from models.tally import lifetime
from models.work import Value

_PARTS: Final = ("points_earned", "points_spent", "points_used")


def balance(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Points left, as far as events tell: a source that lets points expire says so by a negative grant."""
    earned, spent, used = (lifetime(state.tallies, name) for name in _PARTS)
    return earned - spent - used, NEVER


def _next_end(found: Ledger, now: int) -> int:
    return min((lot.until for lot in found.lots if lot.until > now), default=NEVER)


Told = Callable[[Ledger, int, Frame], Value]
"""What a ledger tells at a time."""


def _until_expiry(told: Told) -> Callable[[MemberState, int, Frame], tuple[Value, int]]:
    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        found = ledger(state, frame)
        return told(found, now, frame), _next_end(found, now)

    return look


def _for_ever(told: Callable[[Ledger], Value]) -> Callable[[MemberState, int, Frame], tuple[Value, int]]:
    return lambda state, now, frame: (told(ledger(state, frame)), NEVER)


def _expiring(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Points that expire so soon that it is worth a warning, and when these are others."""
    found, ahead = ledger(state, frame), frame.earning.warn_days * DAY_MS
    points, next_ = 0, NEVER
    for until, of_lot in found.lots:
        if until - ahead > now:
            next_ = min(next_, until - ahead)
        elif until > now:
            points += of_lot
            next_ = min(next_, until)
    return points, next_


def _cost(found: Ledger, now: int, frame: Frame) -> int:
    return max(found.left(now), 0) * 100 // frame.earning.per_yuan


def _redeemed(found: Ledger) -> float | None:
    return found.spent / found.granted if found.granted else None


POINTS: Final[tuple[Feature, ...]] = (
    Step(
        id="points_balance", zh="积分余额", en="points left", unit="points", source="T55",
        reads=reduce(or_, (SUMS[name].bit for name in _PARTS)), look=balance,
    ),
    Step(
        id="points_left", zh="未过期积分", en="points of the ledger, those that expired left out", unit="points", source="P14",
        reads=READS, look=_until_expiry(lambda found, now, frame: found.left(now)),
    ),
    Step(
        id="points_expiring", zh="即将过期积分", en="points that expire within the days of warning", unit="points", source="P14",
        reads=READS, look=_expiring,
    ),
    Step(
        id="points_expired", zh="已过期积分", en="points that expired unspent", unit="points", source="P14",
        reads=READS, look=_until_expiry(lambda found, now, frame: found.expired(now)),
    ),
    Step(
        id="points_by_rules", zh="规则积分", en="points granted by declared rules", unit="points", source="P02-P08",
        reads=READS, look=_for_ever(lambda found: found.by_rules),
    ),
    Step(
        id="points_cost_fen", zh="积分成本", en="what the unexpired points cost", unit="fen", source="P15",
        reads=READS, look=_until_expiry(_cost),
    ),
    Step(
        id="points_redeemed", zh="积分使用率", en="share of the points granted that was spent", unit="share", source="P15",
        reads=READS, look=_for_ever(_redeemed),
    ),
)  # fmt: skip
"""All of them."""
