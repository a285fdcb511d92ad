"""What a feature is: a value that is known of a member by name, and how it changes while nothing happens.

A **step** holds its value until a time that it tells; a **course** moves all the time in one direction and tells the ms
at which it meets a threshold. So for every condition there is an exact time before which it need not be looked at again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from models.frame import Frame
from models.named_days import NamedDays
from models.state import MemberState
from models.work import Value

Sort = Literal["number", "text", "flag"]


Cut = tuple[float, bool]
"""A threshold of a course, and whether at it is past it."""

PlaceLook = Callable[[MemberState, int, Frame], tuple[int, int]]
"""How many of some thresholds a course is past, or `NOWHERE`, and when it meets the next."""

NOWHERE: Final = -1
"""Place of a course of which there is nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What every feature has."""

    id: str
    zh: str
    en: str
    unit: str
    source: str
    """Row of the catalogue, or section of the formulas."""
    reads: int
    """Bits of `models.changes` after which it may have another value."""
    on: NamedDays | None = None
    """The days to which it is confined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(_Named):
    """A feature that holds its value until a known time."""

    sort: Sort = "number"
    words: tuple[str, ...] = ()
    """The values that a text can have."""
    look: Callable[[MemberState, int, Frame], tuple[Value, int]]
    """Value at a time, and when it may next be another."""
    idle: Callable[[MemberState, Frame], bool] | None = None
    """Whether it is nothing or 0 until an event comes; for what is cheaper to ask than the value."""

    def value(self, state: MemberState, now: int, frame: Frame) -> Value:
        """Value at ``now``; none if there is nothing to tell."""
        return self.look(state, now, frame)[0]

    def next_change(self, state: MemberState, now: int, frame: Frame) -> int:
        """Time after ``now`` at which the value may be another if nothing happens."""
        return self.look(state, now, frame)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(_Named):
    """A number that only rises, or only falls, while nothing happens."""

    rises: bool
    resets: bool = False
    """Whether an own act puts it above every threshold that makes sense, so that what was before is past (see
    `models.judge`)."""
    value: Callable[[MemberState, int, Frame], float | None]
    turns: Callable[[MemberState, float, bool, Frame], int | None]
    """The exact ms from which on it is past a threshold, or with the flag at it or past it; none where there is nothing
    to tell. It is a function of the state alone: it does not depend on when one asks."""
    places: Callable[[Sequence[Cut]], PlaceLook] | None = None
    """Of thresholds, in the order in which they are met, a faster way to what value and turns tell too."""


Feature = Step | Course
