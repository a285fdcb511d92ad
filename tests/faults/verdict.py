"""What the comparison of the ledgers came to: how much is lost, doubled or wrong, and the first difference with its history."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Sort = Literal["lost", "doubled", "wrong"]


NEVER_EMPTY = ("member-events", "group-events", "tag-changes", "member-profiles, the last")


@dataclass(frozen=True)
class Difference:
    """One thing that two ledgers say differently. `about` finds its history: an event id, a source, a member, a group."""

    sort: Sort
    ledger: str
    text: str
    about: tuple[str, ...] = ()


@dataclass
class Verdict:
    """The sum of all comparisons."""

    compared: Counter[str] = field(default_factory=Counter)
    """How many things were compared, by ledger: a comparison of nothing proves nothing."""
    differences: list[Difference] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    """Figures that are no faults: repeats on topics, physical surplus that FINAL folds."""
    history: str = ""

    def add(self, ledger: str, compared: int, differences: Iterable[Difference]) -> None:
        """Take in one comparison."""
        self.compared[ledger] += compared
        self.differences += differences

    def count(self, sort: Sort) -> int:
        """Differences of a sort."""
        return sum(one.sort == sort for one in self.differences)

    @property
    def ok(self) -> bool:
        """Everything was compared and nothing differs."""
        return not self.differences and all(self.compared[name] for name in NEVER_EMPTY)

    def __str__(self) -> str:
        head = f"lost {self.count('lost')}, doubled {self.count('doubled')}, wrong {self.count('wrong')}"
        lines = [head, "compared: " + ", ".join(f"{name} {number}" for name, number in self.compared.items())]
        if self.notes:
            lines.append("seen: " + ", ".join(f"{name} {number}" for name, number in self.notes.items()))
        if self.differences:
            first = self.differences[0]
            lines += [f"first difference ({first.ledger}, {first.sort}): {first.text}", self.history]
        return "\n".join(lines)
