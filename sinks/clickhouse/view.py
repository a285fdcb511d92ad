"""What is told of a view of the store."""

from dataclasses import dataclass
from typing import Final

from sinks.clickhouse.tables import LOW

COUNT: Final = "UInt64"
MEMBER: Final = ("String", "Member.")
GROUP: Final = ("String", "Group.")
DAY: Final = ("Date", "Calendar day.")
RATE: Final = "Nullable(Float64)"
"""Types and columns that many views share."""


@dataclass(frozen=True, slots=True)
class View:
    """A view: what it tells, and of each column beside ``brand_id`` its type and meaning."""

    name: str
    text: str
    told: dict[str, tuple[str, str]]

    @property
    def columns(self) -> dict[str, str]:
        """Types by name."""
        return {"brand_id": LOW} | {name: kind for name, (kind, _) in self.told.items()}
