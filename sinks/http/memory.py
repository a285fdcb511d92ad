"""A store in memory: lists of rows, as the tables would hold them. For tests and dry runs."""

from collections import Counter
from collections.abc import Sequence

from sinks.http.store import Row

SUMS = ("joins", "leaves", "left_self", "kicked", "banned", "planned", "messages")


class MemoryStore:
    """A `Store` whose tables are lists; append rows to them, the newest last."""

    def __init__(self) -> None:
        self.profiles: list[Row] = []
        self.changes: list[Row] = []
        self.stats: list[Row] = []
        self.alert_rows: list[Row] = []
        self.letters: list[Row] = []

    async def member(self, brand_id: str, member_id: str) -> Row | None:
        return self._members(brand_id).get(member_id)

    async def member_changes(self, brand_id: str, member_id: str) -> list[Row]:
        last: dict[str, Row] = {}
        for row in self.changes:
            if (row["brand_id"], row["member_id"]) != (brand_id, member_id):
                continue
            if row["tag"] not in last or row["at"] >= last[row["tag"]]["at"]:
                last[row["tag"]] = row
        return sorted(last.values(), key=lambda row: row["at"], reverse=True)

    async def tags_at(self, brand_id: str, member_id: str, at: int) -> list[Row]:
        last = self._last_changes(brand_id, at)
        held = [row for row in last if row["member_id"] == member_id and row["change"] == "entered"]
        return sorted(held, key=lambda row: row["at"], reverse=True)

    async def holders_at(self, brand_id: str, tag: str, at: int, after: str, limit: int) -> list[Row]:
        held = [
            {"member_id": row["member_id"], "since": row["at"]}
            for row in self._last_changes(brand_id, at)
            if row["tag"] == tag and row["change"] == "entered" and row["member_id"] > after
        ]
        return sorted(held, key=lambda row: row["member_id"])[:limit]

    def _last_changes(self, brand_id: str, at: int) -> list[Row]:
        """Last change of each member and tag that was effective by `at`."""
        last: dict[tuple[str, str], Row] = {}
        for row in self.changes:
            key = row["member_id"], row["tag"]
            if row["brand_id"] == brand_id and row["at"] <= at and row["at"] >= last.get(key, row)["at"]:
                last[key] = row
        return list(last.values())

    async def group(self, brand_id: str, group_id: str, limit: int) -> list[Row]:
        return self._windows(brand_id).get(group_id, [])[:limit]

    async def alerts(
        self, brand_id: str, group_id: str | None, open_only: bool, limit: int, member_id: str | None = None
    ) -> list[Row]:
        newest: dict[str, Row] = {}
        for row in self.alert_rows:
            ours = group_id in (None, row["group_id"]) and member_id in (None, row["member_id"])
            if row["brand_id"] == brand_id and ours:
                newest[row["alert_id"]] = row
        rows = [row for row in newest.values() if row["closed_at"] is None or not open_only]
        return sorted(rows, key=lambda row: row["opened_at"], reverse=True)[:limit]

    async def dead_letters(self, reason: str | None, limit: int) -> list[Row]:
        rows = [row for row in self.letters if reason in (None, row["reason"])]
        return sorted(rows, key=lambda row: row["failed_at"], reverse=True)[:limit]

    async def erase(self, brand_id: str, member_id: str, dry_run: bool) -> dict[str, int]:
        def others(rows: list[Row]) -> list[Row]:
            return [row for row in rows if (row["brand_id"], row["member_id"]) != (brand_id, member_id)]

        found = {"tag_changes": self.changes, "member_profiles": self.profiles}
        counts = {table: len(rows) - len(others(rows)) for table, rows in found.items()}
        if not dry_run:
            self.changes, self.profiles = others(self.changes), others(self.profiles)
        return counts

    async def stages(self, brand_id: str) -> dict[str, int]:
        return dict(Counter(row["stage"] for row in self._members(brand_id).values()))

    async def tags(self, brand_id: str, limit: int) -> list[Row]:
        counts = Counter(tag for row in self._members(brand_id).values() for tag in row["tags"])
        names = {row["tag"]: (row["name_zh"], row["name_en"]) for row in self.changes}
        return [
            {"tag": tag, "name_zh": zh, "name_en": en, "members": members}
            for tag, members in counts.most_common(limit)
            for zh, en in [names.get(tag, (tag, tag))]
        ]

    async def groups(self, brand_id: str, limit: int) -> list[Row]:
        lines = [_line(windows) for windows in self._windows(brand_id).values()]
        lines.sort(key=lambda row: -1 if row["members"] is None else row["members"], reverse=True)
        return lines[:limit]

    async def since(self, brand_id: str, group_ids: Sequence[str], start: int) -> dict[str, Row]:
        sums: dict[str, Row] = {}
        for row in self._newest_stats(brand_id):
            if row["group_id"] in group_ids and row["window_start"] >= start:
                total = sums.setdefault(row["group_id"], {"joins": 0, "leaves": 0, "messages": 0})
                for name in total:
                    total[name] += row[name]
        return sums

    def _members(self, brand_id: str) -> dict[str, Row]:
        return {row["member_id"]: row for row in self.profiles if row["brand_id"] == brand_id}

    def _newest_stats(self, brand_id: str) -> list[Row]:
        rows = [row for row in self.stats if row["brand_id"] == brand_id]
        return list({(row["group_id"], row["window_start"], row["part"]): row for row in rows}.values())

    def _windows(self, brand_id: str) -> dict[str, list[Row]]:
        """Windows of each group with their parts added up, newest first."""
        merged: dict[tuple[str, int], Row] = {}
        for row in sorted(self._newest_stats(brand_id), key=lambda row: row["part"]):
            key = row["group_id"], row["window_start"]
            if key not in merged:
                merged[key] = {**row, "members": row["members"] if row["part"] == 0 else None}
            else:
                merged[key] |= {name: merged[key][name] + row[name] for name in SUMS}
        groups: dict[str, list[Row]] = {}
        for (group_id, _), row in sorted(merged.items(), key=lambda item: item[0][1], reverse=True):
            groups.setdefault(group_id, []).append(row)
        return groups


def _line(windows: list[Row]) -> Row:
    """A group's newest window, with the last size and activity that are known."""
    known = next((row for row in windows if row["members"] is not None), None)
    return {
        "group_id": windows[0]["group_id"],
        "window_start": windows[0]["window_start"],
        "members": None if known is None else known["members"],
        "active_rate": 0.0 if known is None else known["active_rate"],
    }
