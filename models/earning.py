"""What a rule file declares of points: which acts earn them, how long they hold, what they cost (P02-P08, P14, P15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

EARNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "game": "game",
        "quiz": "quiz",
        "right_answer": "quiz",
        "solitaire": "solitaire",
        "photo_share": "photo_share",
        "photo_approved": "photo_share",
        "task": "task",
    }
)
"""What may earn points each time -> the type of event that it is counted from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Points for each time that something happened."""

    what: str
    points: int
    most_a_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """Points that follow from acts, beside those that the source grants itself; 0 is none."""

    each_order: int = 0
    """P02: for each net order."""
    unit_fen: int = 0
    """P03: so many fen of a net order ..."""
    per_unit: int = 0
    """... bring so many points; a part of the unit brings none."""
    signin: int = 0
    """P07: for each day signed in."""
    counts: tuple[Counted, ...] = ()
    """P06, P08."""
    valid_days: int = 0
    """P14: days that a grant holds, its own among them, if the source does not say until when; 0 is for ever."""
    warn_days: int = 7
    """P14: 24 hours each, within which points are said to be expiring."""
    per_yuan: int = 100
    """P09, P15: points that are worth one yuan."""

    @property
    def earns(self) -> bool:
        """Whether any act earns points."""
        return bool(self.each_order or (self.unit_fen and self.per_unit) or self.signin or self.counts)

    def of_order(self, fen: int) -> int:
        """Points for a net order of so much money."""
        return self.each_order + (fen // self.unit_fen * self.per_unit if self.unit_fen else 0)


NO_RULES: Final = Earning()
"""Points are what the source grants, for as long as it says."""
