"""Which categories a member likes: visits, carts and payments weighed into one figure with a half-life (M13).

A search or a look counts 1, following or collecting 3, putting into the cart 3, paying 10 (``WEIGHTS``; what is followed was
looked at too). Weights fall by the local day and halve every `HALF_LIFE_DAYS`. All of them fall alike, so a category's share
of the whole moves only by events, and as days leave the window.
"""

from math import exp2, floor, fsum
from typing import Final, NamedTuple

from models.crossing import NEVER
from models.feature import Step
from models.frame import Frame
from models.measures import WORDS
from models.state import MemberState
from models.tally import Tally
from models.work import Value

HALF_LIFE_DAYS: Final = 30
WINDOW_DAYS: Final = 180
"""What is older has lost more than 98 of 100 parts of its weight and counts no more."""

WEIGHTS: Final = (("interest", 1), ("followed", 2), ("carted", 3), ("category", 10))
"""Words that name categories, each with what one event adds."""

MOST_TOLD: Final = 5
"""Categories that are told at most."""

_READS: Final = WORDS["interest"].bit | WORDS["followed"].bit | WORDS["carted"].bit | WORDS["category"].bit


class Liking(NamedTuple):
    """What a category is to a member."""

    share: float
    """Of the weights of all categories, to a billionth."""
    category: str
    actions: int


Likings = tuple[tuple[Liking, ...], int]
"""Categories, the dearest first, and when they are others if nothing happens."""


def likings(state: MemberState, now: int, frame: Frame) -> Likings:
    """Categories that a member likes, the dearest first; of two alike the first in the alphabet."""
    known, today = state.work.liked, frame.day(now)
    if known is None or known[:2] != (state.revision, today):
        known = state.work.liked = (state.revision, today, _likings(state, today, frame))
    found: Likings = known[2]
    return found


def _likings(state: MemberState, today: int, frame: Frame) -> Likings:
    start = today - WINDOW_DAYS + 1
    acts = [
        (category, day, amount * weight, 0 if what == "followed" else amount)
        for what, weight in WEIGHTS
        for category, tally in _words(state, what).items()
        for day, amount in tally.days.items()
        if start <= day <= today
    ]
    if not acts:
        return (), NEVER
    days = [act[1] for act in acts]
    latest = max(days)
    worths: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    for category, day, weight, count in acts:
        worths.setdefault(category, []).append(weight * exp2((day - latest) / HALF_LIFE_DAYS))
        counts[category] = counts.get(category, 0) + count
    whole = fsum(worth for of_one in worths.values() for worth in of_one)
    found = [
        Liking(round(fsum(of_one) / whole, 9), category, counts[category])
        for category, of_one in worths.items()
    ]
    found.sort(key=lambda one: (-one.share, one.category))
    return tuple(found), frame.calendar.start(min(days) + WINDOW_DAYS)


def _words(state: MemberState, what: str) -> dict[str, Tally]:
    return state.keyed.get(what, {})


def _first(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = likings(state, now, frame)
    return (found[0].category if found else None), until


def _share(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = likings(state, now, frame)
    return (found[0].share if found else None), until


def _actions(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = likings(state, now, frame)
    return (found[0].actions if found else 0), until


def _told(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    found, until = likings(state, now, frame)
    told = ", ".join(f"{one.category} {floor(one.share * 100 + 0.5)}%" for one in found[:MOST_TOLD])
    return told or None, until


LIKED: Final = (
    Step(
        id="liked_category", zh="偏好品类", en="category liked most", unit="word", source="M13", sort="text", reads=_READS,
        look=_first,
    ),
    Step(
        id="liked_share", zh="偏好品类权重占比", en="share of the category liked most", unit="share", source="M13",
        reads=_READS, look=_share,
    ),
    Step(
        id="liked_actions", zh="偏好品类行为次数", en="actions in the category liked most", unit="times", source="M13",
        reads=_READS, look=_actions,
    ),
    Step(
        id="liked_categories", zh="品类权重", en="categories liked, each with its share", unit="word", source="M13",
        sort="text", reads=_READS, look=_told,
    ),
)  # fmt: skip
"""Features of likings."""
