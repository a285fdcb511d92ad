"""Cash back for sign-ins (打卡对赌, A22): paid, signed in for so many days in a row, earned or failed, paid back.

A bet begins with its first sign-in. One that was paid for must begin within so many days of the payment; without a day missed
it is earned on the last of the days that it asks for, and it fails at the end of the first day missed, until that is made up for.
A bet whose payment went back by a refund is none; cash that came back for it is no refund, and settles it.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Final, Literal

from models import changes
from models.calendar import day_number
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.identity import hash64
from models.rights import Bet, held
from models.state import MemberState
from models.work import Value
from schemas.view import Event

BEGIN_DAYS: Final = 7
"""Local days after the payment within which the first sign-in is to come."""

Place = Literal["active", "failed", "earned", "paid_back"]


def _of(state: MemberState, id_: str, event: Event, at: int) -> Bet:
    bet = held(state.bets, hash64(id_), Bet, lambda one: one.heard_at)
    bet.heard_at = max(bet.heard_at, at)
    bet.required = max(bet.required, event.required_days or 0)
    return bet


def paid(state: MemberState, key: int, event: Event, at: int) -> int:
    """Take in a payment, of the order with the hashed id ``key``, for a bet."""
    if event.bet_id is None:
        return 0
    bet = _of(state, event.bet_id, event, at)
    bet.paid_at = at if bet.paid_at is None else min(bet.paid_at, at)
    if key not in bet.orders:
        bet.orders.insert(bisect_left(bet.orders, key), key)
    return changes.RIGHTS


def paid_back(state: MemberState, event: Event, at: int) -> int:
    """Take in a cashback."""
    if event.bet_id is None:
        return 0
    bet = _of(state, event.bet_id, event, at)
    bet.back += event.refund_fen or 0
    return changes.RIGHTS


def sign_in(state: MemberState, event: Event, at: int, day: int) -> int:
    """Take in a sign-in on the local day ``day``, or on the day that it names."""
    if event.bet_id is None:
        return 0
    counts_on = day if event.local_day is None else day_number(event.local_day)
    _of(state, event.bet_id, event, at).days.add(counts_on)
    return changes.RIGHTS


def _is_on(bet: Bet, state: MemberState) -> bool:
    """Whether it says how long it takes, and something is left of what was paid for it, if that was seen."""
    if not bet.required:
        return False
    if not bet.orders:
        return bool(bet.days or bet.back)
    return any(state.orders[key].counts_at is not None for key in bet.orders)


def place(bet: Bet, now: int, frame: Frame) -> tuple[Place, int]:
    """Where a bet stands, and when that may change."""
    if bet.back:
        return "paid_back", NEVER
    today, first, last_start = frame.day(now), bet.days.first(), None
    if bet.paid_at is not None:
        last_start = frame.day(bet.paid_at) + BEGIN_DAYS
    if first is None or (last_start is not None and first > last_start):
        missed = last_start
    else:
        missed = next((day for day in range(first, first + bet.required) if day not in bet.days), None)
        if missed is None:
            return "earned", NEVER
    if missed is None:
        return "active", NEVER
    return ("failed", NEVER) if missed < today else ("active", frame.calendar.start(missed + 1))


Counts = Callable[[Bet, Place], bool]


def _bets(id_: str, zh: str, en: str, counts: Counts) -> Step:
    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        found, next_ = 0, NEVER
        for bet in state.bets.values():
            if _is_on(bet, state):
                stands, until = place(bet, now, frame)
                found += counts(bet, stands)
                next_ = min(next_, until)
        return found, next_

    return Step(
        id=id_, zh=zh, en=en, unit="bets", source="A22", reads=changes.RIGHTS | changes.ORDERS, look=look
    )


BETS: Final[tuple[Feature, ...]] = (
    _bets("bets_active", "进行中打卡返现", "cash backs for sign-ins that may still be earned", lambda _, it: it == "active"),
    _bets("bets_failed", "失败打卡返现", "cash backs for sign-ins with a day missed", lambda _, it: it == "failed"),
    _bets("bets_earned", "达标待返现", "cash backs earned that did not come back yet", lambda _, it: it == "earned"),
    _bets("bets_paid_back", "已返现", "cash backs that came back", lambda _, it: it == "paid_back"),
    _bets(
        "bets_unbegun", "付费未打卡", "cash backs paid for without a sign-in, that did not come back",
        lambda bet, it: not bet.days and it != "paid_back",
    ),
)  # fmt: skip
"""All of them."""
