"""What the HTTP API needs from a store, and nothing more.

Rows are plain dicts named as the fields of the facts; times are ms since the epoch, UTC. `MemoryStore` keeps
them in memory; `TableStore` reads them from the tables.
"""

from collections.abc import Sequence
from typing import Any, Protocol

Row = dict[str, Any]


class StoreUnavailable(Exception):
    """The store cannot answer now; the same question may succeed later."""


class Store(Protocol):
    """Questions the API asks. Everything is scoped by brand.

    Raises:
        StoreUnavailable: from any method, when the store cannot answer now.
    """

    async def member(self, brand_id: str, member_id: str) -> Row | None:
        """Newest profile of a member (a row of ``member_profiles``), or None for a member never seen."""

    async def member_changes(self, brand_id: str, member_id: str) -> list[Row]:
        """Last change of each tag the member ever had (rows of ``tag_changes``), newest first."""

    async def tags_at(self, brand_id: str, member_id: str, at: int) -> list[Row]:
        """Changes (rows of ``tag_changes``) that put a member into the tags that held at `at` (ms), newest first."""

    async def holders_at(self, brand_id: str, tag: str, at: int, after: str, limit: int) -> list[Row]:
        """Members for whom a tag held at `at` (ms): ``member_id``, ``since``; by id, those after `after`."""

    async def group(self, brand_id: str, group_id: str, limit: int) -> list[Row]:
        """Newest `limit` windows of a group (rows of ``group_stats``), newest first; empty if never seen.

        The parts of a window are added up; ``members`` is None where only late parts are known.
        """

    async def alerts(
        self, brand_id: str, group_id: str | None, open_only: bool, limit: int, member_id: str | None = None
    ) -> list[Row]:
        """Alerts (rows of ``alerts``), the latest opened first; `open_only`: those not yet closed."""

    async def dead_letters(self, reason: str | None, limit: int) -> list[Row]:
        """The last `limit` rows of ``dead_letters``, of all brands, without their bytes."""

    async def erase(self, brand_id: str, member_id: str, dry_run: bool) -> dict[str, int]:
        """Forget a member, or with `dry_run` only count; rows found, by table (`sinks.clickhouse.erase`)."""

    async def stages(self, brand_id: str) -> dict[str, int]:
        """Members in each stage."""

    async def tags(self, brand_id: str, limit: int) -> list[Row]:
        """The `limit` most frequent current tags: ``tag``, ``name_zh``, ``name_en``, ``members``."""

    async def groups(self, brand_id: str, limit: int) -> list[Row]:
        """The `limit` largest groups: ``group_id``, ``window_start`` of the newest window, and the last known
        ``members`` and ``active_rate``; ``members`` is None where no size is known.
        """

    async def since(self, brand_id: str, group_ids: Sequence[str], start: int) -> dict[str, Row]:
        """By group: sums of ``joins``, ``leaves``, ``messages`` of windows begun at `start` (ms) or later.

        A group with no such window is missing from the answer.
        """
