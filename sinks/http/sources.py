"""What every question is answered from, and the rows as the API tells them."""

from dataclasses import dataclass
from typing import Any

from sinks.http.answers import Alert
from sinks.http.feed import FactFeed
from sinks.http.health import Health
from sinks.http.rulebook import NoRules, Rulebook
from sinks.http.store import Row, Store


@dataclass(frozen=True, slots=True)
class Sources:
    """Where answers come from."""

    store: Store
    facts: FactFeed
    health: Health
    rules: Rulebook = NoRules()

    def freshness(self) -> dict[str, Any]:
        """The fields of `Answer`."""
        now = self.health.freshness()
        return {"as_of": now.as_of, "behind_seconds": now.behind_seconds}


def alert(row: Row) -> Alert:
    """A row of ``alerts`` as the API tells it."""
    return Alert.model_validate({**row, "judged_at": row["as_of"]})
