"""The questions that the HTTP API and the command line ask of the store.

Everything is read with ``FINAL``, so a repeated row counts once and the highest version holds. Times are ms
since the epoch, UTC, as in the facts; ``evidence`` is an object again. Values reach the server as typed
parameters, never as SQL.
"""

from typing import Any, Final

import msgspec

from sinks.base import Engine
from sinks.clickhouse.migrate import checked_name
from sinks.clickhouse.tables import ALERTS, GROUP_STATS, MEMBER_PROFILES, ORIGIN, TABLES, TAG_CHANGES, Table

Answer = dict[str, Any]

_HOUR: Final = 3600
_ADDED: Final = ("joins", "leaves", "left_self", "kicked", "banned", "planned", "messages")


class Reader:
    """Answers about members, groups and alerts. Every method raises what `Engine.query` raises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._database = checked_name(engine.database)

    def member(self, brand_id: str, member_id: str) -> Answer | None:
        """The newest profile of a member, or None for one never seen."""
        return self._first(
            f"{self._select(MEMBER_PROFILES)} "
            "WHERE t.brand_id = {brand_id:String} AND t.member_id = {member_id:String}",
            {"brand_id": brand_id, "member_id": member_id},
        )

    def member_tag_changes(self, brand_id: str, member_id: str, limit: int = 100) -> list[Answer]:
        """Tags that a member entered and left, newest first, at most ``limit``."""
        return self._rows(
            f"{self._select(TAG_CHANGES)} "
            "WHERE t.brand_id = {brand_id:String} AND t.member_id = {member_id:String} "
            "ORDER BY t.at DESC, t.tag, t.change LIMIT {limit:UInt32}",
            {"brand_id": brand_id, "member_id": member_id, "limit": limit},
        )

    def group(self, brand_id: str, group_id: str) -> Answer | None:
        """What is known of a group, or None for one never seen.

        ``members`` and ``active_rate`` of its newest window, as of ``as_of``; ``hour``: the sums over the
        windows of that length that began in the hour up to its end (``since``, ``until``); ``alerts``: its
        open alerts.
        """
        key: dict[str, str | int] = {"brand_id": brand_id, "group_id": group_id}
        newest = self._first(
            f"{self._select(GROUP_STATS)} "
            "WHERE t.brand_id = {brand_id:String} AND t.group_id = {group_id:String} "
            "ORDER BY t.window_start DESC, t.window_seconds, t.part LIMIT 1",
            key,
        )
        if newest is None:
            return None
        facts = ("brand_id", "group_id", "as_of", "members", "active_rate")
        return {
            **{name: newest[name] for name in facts},
            "hour": self._last_hour(key, newest["window_start"], newest["window_seconds"]),
            "alerts": self.alerts(brand_id=brand_id, group_id=group_id, open_only=True),
        }

    def alerts(
        self,
        brand_id: str | None = None,
        group_id: str | None = None,
        *,
        member_id: str | None = None,
        open_only: bool = False,
        limit: int = 100,
    ) -> list[Answer]:
        """Alerts, newest first, at most ``limit``; of one brand, group or member, or of all."""
        params: dict[str, str | int] = {"limit": limit}
        wanted = ["1"]
        of = (("brand_id", brand_id), ("group_id", group_id), ("member_id", member_id))
        for name, value in of:
            if value is not None:
                wanted.append(f"t.{name} = {{{name}:String}}")
                params[name] = value
        if open_only:
            wanted.append("t.closed_at IS NULL")
        return self._rows(
            f"{self._select(ALERTS)} WHERE {' AND '.join(wanted)} "
            "ORDER BY t.opened_at DESC, t.alert_id LIMIT {limit:UInt32}",
            params,
        )

    def counts(self) -> dict[str, int]:
        """Rows of each table, repeats folded."""
        parts = [
            f"SELECT '{name}' AS name, count() AS rows FROM {self._database}.{name} FINAL" for name in TABLES
        ]
        found = {row["name"]: int(row["rows"]) for row in self._engine.query(" UNION ALL ".join(parts))}
        return {name: found[name] for name in TABLES}

    def last_as_of(self) -> int | None:
        """The latest moment (ms) that a stored profile or group figure speaks of, or None if none does."""
        parts = [
            f"SELECT toUnixTimestamp64Milli(max(as_of)) AS at, count() AS rows "
            f"FROM {self._database}.{table.name}"
            for table in (MEMBER_PROFILES, GROUP_STATS)
        ]
        rows = self._engine.query(" UNION ALL ".join(parts))
        return max((int(row["at"]) for row in rows if row["rows"]), default=None)

    def _last_hour(self, key: dict[str, str | int], start: int, seconds: int) -> Answer:
        """Sums over windows of ``seconds`` that began less than an hour before the newest one ended.

        A window is the sum of its parts. ``speakers`` cannot be added up over windows, so it is that of the
        busiest one: at least so many spoke.
        """
        until = start + seconds * 1000
        since = min(start, until - _HOUR * 1000)
        parts = ", ".join(f"sum(t.{name}) AS {name}" for name in (*_ADDED, "speakers"))
        sums = ", ".join(f"sum(w.{name}) AS {name}" for name in _ADDED)
        rows = self._engine.query(
            f"SELECT {sums}, max(w.speakers) AS speakers FROM ("
            f"SELECT {parts} FROM {self._database}.group_stats AS t FINAL "
            "WHERE t.brand_id = {brand_id:String} AND t.group_id = {group_id:String} "
            "AND t.window_seconds = {seconds:UInt32} "
            "AND t.window_start >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') "
            "GROUP BY t.window_start) AS w",
            {**key, "seconds": seconds, "since": since},
        )
        return {"since": since, "until": until, **rows[0]}

    def _select(self, table: Table) -> str:
        """``SELECT`` of all facts of a table, times as ms."""
        columns = [
            f"toUnixTimestamp64Milli(t.{name}) AS {name}" if "DateTime64" in kind else f"t.{name} AS {name}"
            for name, kind in table.columns.items()
            if name not in ORIGIN
        ]
        return f"SELECT {', '.join(columns)} FROM {self._database}.{table.name} AS t FINAL"

    def _rows(self, sql: str, params: dict[str, str | int]) -> list[Answer]:
        rows = self._engine.query(sql, params)
        for row in rows:
            if "evidence" in row:
                row["evidence"] = msgspec.json.decode(row["evidence"]) if row["evidence"] else {}
        return rows

    def _first(self, sql: str, params: dict[str, str | int]) -> Answer | None:
        return next(iter(self._rows(sql, params)), None)
