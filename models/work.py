"""What is known of a member only while in memory: derived from the state, dropped with it, rebuilt when needed."""

from typing import Any, Final

from models.levels import Term
from models.lots import Ledger
from models.orders import Book
from models.rhythm import Gaps, Rhythm
from models.stage import Place, Word

Value = float | int | str | bool | None

UNKNOWN: Final = -1
"""Not worked out yet, where none is an answer."""


class Work:
    """Derived values of one member; a fresh one only costs the time to find them again."""

    __slots__ = (
        "before", "book", "changed", "dues", "fresh", "gaps", "ledger", "liked", "manual", "member_since", "oldest",
       "place", "points", "rhythm", "terms", "values", "ways", "word",
    )  # fmt: skip

    def __init__(self, fresh: bool = False) -> None:
        self.fresh = fresh
        """Whether of one of whom nothing was known, and who was not judged yet."""
        self.changed = 0
        """Bits of `models.changes` since the last judgement."""
        self.manual: list[str] = []
        """Tags that a person set or cleared since then, and left so."""
        self.values: list[Value] = []
        """Values of the stepping features by slot (see `models.features`), of those that are followed; empty before the
        first judgement."""
        self.dues: dict[int, int] = {}
        """When each of them, and behind them each timed rule, is to be looked at next, ms; those that time alone does not
        change are left out. They are most of them, and the earliest is looked for after each event."""
        self.member_since: int | None = UNKNOWN
        """Since when the group joined longest ago has held, ms; none if the member is in none."""
        self.oldest: int | None = None
        """Oldest day with points of its own."""
        self.before: float | None = None
        """Points of the days before the latest (see `models.score`)."""
        self.points: float | None = None
        """Points of all days; both as of the reference of the latest."""
        self.place: Place | None = None
        self.word: Word | None = None
        self.gaps: Gaps | None = None
        self.rhythm: Rhythm | None = None
        self.ledger: Ledger | None = None
        """None once what it hangs on changed."""
        self.terms: list[Term] | None = None
        """The same of levels."""
        self.ways: dict[int, str] = {}
        """How orders were decided, by hashed id, of those for which it was worked out (`models.deciding`)."""
        self.book: Book | None = None
        self.liked: tuple[int, int, Any] | None = None
        """What `models.liked` found at a revision, on a local day."""
