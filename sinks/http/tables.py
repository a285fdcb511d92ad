"""The API's questions put to the tables.

Every question is asked with ``FINAL``, in a thread of its own, as the engines block.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from sinks.base import Engine
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.read import Reader
from sinks.errors import SinkError
from sinks.http.store import Row, StoreUnavailable

T = TypeVar("T")

CHANGES: Final = """
SELECT tag, name_zh, name_en, change, toUnixTimestamp64Milli(t.at) AS at, cause, rule_version, source,
       event_id, evidence, toUnixTimestamp64Milli(t.next_at) AS next_at
FROM {db}.tag_changes AS t FINAL
WHERE brand_id = {{brand_id:String}} AND member_id = {{member_id:String}}
ORDER BY t.at DESC, t._offset DESC
LIMIT 1 BY tag
"""

TAGS_AT: Final = """
SELECT * FROM (
    SELECT tag, name_zh, name_en, change, toUnixTimestamp64Milli(t.at) AS at, cause, rule_version, source,
           event_id, evidence, toUnixTimestamp64Milli(t.next_at) AS next_at
    FROM {db}.tag_changes AS t FINAL
    WHERE brand_id = {{brand_id:String}} AND member_id = {{member_id:String}}
          AND t.at <= fromUnixTimestamp64Milli({{at:Int64}}, 'UTC')
    ORDER BY t.at DESC, t._offset DESC
    LIMIT 1 BY tag
)
WHERE change = 'entered'
ORDER BY at DESC, tag
"""

HOLDERS_AT: Final = """
SELECT member_id, since FROM (
    SELECT member_id, change, toUnixTimestamp64Milli(t.at) AS since
    FROM {db}.tag_changes AS t FINAL
    WHERE brand_id = {{brand_id:String}} AND tag = {{tag:String}} AND member_id > {{after:String}}
          AND t.at <= fromUnixTimestamp64Milli({{at:Int64}}, 'UTC')
    ORDER BY member_id, t.at DESC, t._offset DESC
    LIMIT 1 BY member_id
)
WHERE change = 'entered'
ORDER BY member_id
LIMIT {{limit:UInt32}}
"""

WINDOWS: Final = """
SELECT toUnixTimestamp64Milli(t.window_start) AS window_start, window_seconds,
       if(min(part) = 0, sumIf(t.members, part = 0), NULL) AS members, sum(t.joins) AS joins,
       sum(t.leaves) AS leaves, sum(t.left_self) AS left_self, sum(t.kicked) AS kicked,
       sum(t.banned) AS banned, sum(t.planned) AS planned, sum(t.messages) AS messages,
       sum(t.speakers) AS speakers, max(t.active_rate) AS active_rate
FROM {db}.group_stats AS t FINAL
WHERE brand_id = {{brand_id:String}} AND group_id = {{group_id:String}}
GROUP BY t.window_start, window_seconds
ORDER BY t.window_start DESC, window_seconds
LIMIT {{limit:UInt32}}
"""

DEAD_LETTERS: Final = """
SELECT topic, partition, offset, stage, reason, detail, value_size, status,
       toUnixTimestamp64Milli(t.failed_at) AS failed_at
FROM {db}.dead_letters AS t FINAL
WHERE {{reason:String}} IN ('', reason)
ORDER BY t.failed_at DESC, topic, partition, offset
LIMIT {{limit:UInt32}}
"""

STAGES: Final = """
SELECT stage, count() AS members
FROM {db}.member_profiles FINAL
WHERE brand_id = {{brand_id:String}}
GROUP BY stage
"""

TAGS: Final = """
SELECT tag, members, name_zh, name_en
FROM (
    SELECT arrayJoin(tags) AS tag, count() AS members
    FROM {db}.member_profiles FINAL WHERE brand_id = {{brand_id:String}}
    GROUP BY tag ORDER BY members DESC, tag LIMIT {{limit:UInt32}}
) AS held
LEFT JOIN (
    SELECT tag, argMax(name_zh, at) AS name_zh, argMax(name_en, at) AS name_en
    FROM {db}.tag_changes WHERE brand_id = {{brand_id:String}} GROUP BY tag
) AS named USING tag
ORDER BY members DESC, tag
"""

GROUPS: Final = """
SELECT group_id, toUnixTimestamp64Milli(max(t.window_start)) AS window_start,
       if(countIf(part = 0) > 0, argMaxIf(t.members, t.window_start, part = 0), NULL) AS members,
       argMaxIf(t.active_rate, t.window_start, part = 0) AS active_rate
FROM {db}.group_stats AS t FINAL
WHERE brand_id = {{brand_id:String}}
GROUP BY group_id
ORDER BY members DESC NULLS LAST, group_id
LIMIT {{limit:UInt32}}
"""

SINCE: Final = """
SELECT group_id, sum(t.joins) AS joins, sum(t.leaves) AS leaves, sum(t.messages) AS messages
FROM {db}.group_stats AS t FINAL
WHERE brand_id = {{brand_id:String}} AND has(JSONExtract({{group_ids:String}}, 'Array(String)'), group_id)
      AND t.window_start >= fromUnixTimestamp64Milli({{start:Int64}}, 'UTC')
GROUP BY group_id
"""


class TableStore:
    """A `Store` over the tables of `engine`, whose own lock keeps its questions apart."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = Reader(engine)

    async def member(self, brand_id: str, member_id: str) -> Row | None:
        return await self._ask(lambda: self._reader.member(brand_id, member_id))

    async def member_changes(self, brand_id: str, member_id: str) -> list[Row]:
        return _told(await self._rows(CHANGES, {"brand_id": brand_id, "member_id": member_id}))

    async def tags_at(self, brand_id: str, member_id: str, at: int) -> list[Row]:
        return _told(await self._rows(TAGS_AT, {"brand_id": brand_id, "member_id": member_id, "at": at}))

    async def holders_at(self, brand_id: str, tag: str, at: int, after: str, limit: int) -> list[Row]:
        named: dict[str, str | int] = {"brand_id": brand_id, "tag": tag, "after": after}
        return await self._rows(HOLDERS_AT, named | {"at": at, "limit": limit})

    async def group(self, brand_id: str, group_id: str, limit: int) -> list[Row]:
        return await self._rows(WINDOWS, {"brand_id": brand_id, "group_id": group_id, "limit": limit})

    async def alerts(
        self, brand_id: str, group_id: str | None, open_only: bool, limit: int, member_id: str | None = None
    ) -> list[Row]:
        return await self._ask(
            lambda: self._reader.alerts(
                brand_id, group_id, member_id=member_id, open_only=open_only, limit=limit
            )
        )

    async def dead_letters(self, reason: str | None, limit: int) -> list[Row]:
        return await self._rows(DEAD_LETTERS, {"reason": reason or "", "limit": limit})

    async def erase(self, brand_id: str, member_id: str, dry_run: bool) -> dict[str, int]:
        return await self._ask(lambda: erase_member(self._engine, brand_id, member_id, dry_run=dry_run))

    async def stages(self, brand_id: str) -> dict[str, int]:
        rows = await self._rows(STAGES, {"brand_id": brand_id})
        return {row["stage"]: int(row["members"]) for row in rows}

    async def tags(self, brand_id: str, limit: int) -> list[Row]:
        rows = await self._rows(TAGS, {"brand_id": brand_id, "limit": limit})
        for row in rows:
            row["name_zh"] = row["name_zh"] or row["tag"]
            row["name_en"] = row["name_en"] or row["tag"]
        return rows

    async def groups(self, brand_id: str, limit: int) -> list[Row]:
        return await self._rows(GROUPS, {"brand_id": brand_id, "limit": limit})

    async def since(self, brand_id: str, group_ids: Sequence[str], start: int) -> dict[str, Row]:
        ids = msgspec.json.encode(list(group_ids)).decode()
        named: dict[str, str | int] = {"brand_id": brand_id, "group_ids": ids, "start": start}
        return {row["group_id"]: row for row in await self._rows(SINCE, named)}

    async def _rows(self, sql: str, params: dict[str, str | int]) -> list[Row]:
        return await self._ask(lambda: self._engine.query(sql.format(db=self._engine.database), params))

    async def _ask(self, question: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(question)
        except SinkError as error:
            raise StoreUnavailable(str(error)) from error


def _told(rows: list[Row]) -> list[Row]:
    """Changes with their evidence as an object again."""
    return [{**row, "evidence": msgspec.json.decode(row["evidence"] or "{}")} for row in rows]
