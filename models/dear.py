"""How much of their money a member spends on dear goods: those at or above a price that is set for their category (M07)."""

from functools import cache
from typing import Final

from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import SUMS
from models.state import MemberState
from models.tally import Tally
from models.within import between
from models.work import Value

PRICED: Final = "priced"
"""Where money is kept by category and price of one."""

ANY: Final = "*"
"""Stands for every category that no price is set for."""

Limits = tuple[tuple[str, float], ...]
"""Category -> price (fen) from which its goods are dear."""

_GOODS: Final = SUMS["goods_fen"]


def word_of(category: str, price: int) -> str:
    """Under what the money for goods of a category and a price is kept."""
    return f"{price} {category}"


def _price_and_category(word: str) -> tuple[int, str]:
    price, _, category = word.partition(" ")
    return int(price), category


def prices(state: MemberState, category: str, start: int, today: int) -> list[int]:
    """Prices that a member paid for goods of a category (`ANY`: of all), within a window of days."""
    found = [(_price_and_category(word), tally) for word, tally in state.keyed.get(PRICED, {}).items()]
    return [
        price for (price, of), tally in found if category in (ANY, of) and between(tally.days, start, today)
    ]


@cache
def dear(limits: Limits, days: int, told_apart: bool = False) -> Step:
    """Of what was paid for goods within ``days`` days, the share that was paid for dear ones; nothing if nothing was paid.

    ``told_apart`` puts the prices into the id, for a file that sets several.
    """
    limit_of = dict(limits)
    other = limit_of.get(ANY)

    def is_dear(word: str) -> bool:
        price, category = _price_and_category(word)
        limit = limit_of.get(category, other)
        return limit is not None and price >= limit

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        today = frame.day(now)
        start = today - days + 1
        goods = state.tallies.get(_GOODS.id)
        paid = [] if goods is None else [day for day in goods.days if start <= day <= today]
        if goods is None or not paid:
            return None, NEVER
        spent = sum(between(tally.days, start, today) for word, tally in _priced(state) if is_dear(word))
        return spent / sum(goods.days[day] for day in paid), frame.calendar.start(min(paid) + days)

    about = "".join(f",{category}={limit}" for category, limit in limits) if told_apart else ""
    return Step(
        id=f"dear({days}d{about})", zh=f"近{days}日高价商品金额占比", en=f"share of money spent on dear goods in {days} days",
        unit="share", source="M07", reads=_GOODS.bit, look=look,
    )  # fmt: skip


def _priced(state: MemberState) -> list[tuple[str, Tally]]:
    return list(state.keyed.get(PRICED, {}).items())


@cache
def price(category: str, days: int) -> Step:
    """The highest price paid for one of a category's goods within ``days`` days; a cut of it is one of all prices paid."""

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        today = frame.day(now)
        start = today - days + 1
        found = prices(state, category, start, today)
        kept = [day for _, tally in _priced(state) for day in tally.days if start <= day <= today]
        return max(found, default=None), frame.calendar.start(min(kept) + days) if kept else NEVER

    return Step(
        id=f"price({category},{days}d)", zh=f"近{days}日“{category}”最高单价",
        en=f"highest price paid of “{category}” in {days} days",
        unit="fen", source="M07", reads=_GOODS.bit, look=look,
    )  # fmt: skip
