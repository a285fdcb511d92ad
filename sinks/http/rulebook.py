"""What the HTTP API needs from the rules in use, and nothing more."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from sinks.http.store import Row

Names = Mapping[str, tuple[str, str]]
"""Chinese and English name of a feature, by its id."""

NO_NAMES: Final[Names] = MappingProxyType({})


class Rulebook(Protocol):
    """Questions about the rules in use."""

    def names(self) -> Names:
        """Names of the features that the rules read."""

    async def ahead(self, brand_id: str, member_id: str, held: Sequence[str], at: int) -> list[Row] | None:
        """Tags that a member has not, as of `at` (ms), the nearest first; rows as `sinks.http.answers.Ahead`, times in ms.

        `held` are the tags that the member has. None when it cannot be told.

        Raises:
            sinks.http.store.StoreUnavailable: the store cannot answer now.
        """


class NoRules:
    """No rules are known here."""

    def names(self) -> Names:
        return NO_NAMES

    async def ahead(self, brand_id: str, member_id: str, held: Sequence[str], at: int) -> list[Row] | None:
        return None
