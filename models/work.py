"""What is known of a member only while in memory: derived from the state, dropped with it, rebuilt when needed."""

from models.orders import Book
from models.rhythm import Rhythm
from models.stage import Place

Value = float | int | str | bool | None


class Work:
    """Derived values of one member; a fresh one only costs the time to find them again."""

    __slots__ = ("before", "book", "changed", "dues", "manual", "memo", "place", "points", "rhythm")

    def __init__(self) -> None:
        self.changed = 0
        """Bits of `models.changes` since the last judgement."""
        self.manual: list[str] = []
        """Tags that a person set or cleared since then, and left so."""
        self.dues: list[int] | None = None
        """When each followed feature and each single rule (see `models.rules.index`) is to be looked at next, ms; none
        before the first judgement."""
        self.memo: dict[str, tuple[Value, int]] = {}
        """Values of stepping features, with the time of the next step."""
        self.before: float | None = None
        """Points of the days before the latest (see `models.score`)."""
        self.points: float | None = None
        """Points of all days; both as of the reference of the latest."""
        self.place: Place | None = None
        self.rhythm: Rhythm | None = None
        self.book: Book | None = None
