"""Forgetting a member in the tables: rows that are about the member go, ids that stand in rows about others are replaced.

Parts are rewritten before a statement returns (``mutations_sync``), so the data is off the disk and not only out of sight, but
for what a backup holds. Ids reach the server as hexadecimal, never as SQL.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from sinks.base import Engine
from sinks.clickhouse.hexed import hexed
from sinks.clickhouse.migrate import checked_name

ERASED: Final = "erased"
"""What stands where an id stood."""

NAMING: Final = (
    "inviter_id",
    "operator_id",
    "auditor_id",
    "distributor_id",
    "staff_id",
    "owner_staff",
    "reply_to",
)
"""Fields of other people's events that may hold the id."""

OWN: Final = ("events", "tag_changes", "member_profiles", "alerts")
"""Tables with rows of the member's own."""

_SYNC: Final = {"mutations_sync": 2}


@dataclass(frozen=True, slots=True)
class _Step:
    """One statement: rows of `table` that are `where`, and what is done with them."""

    name: str
    table: str
    where: str
    action: str = "DELETE"


def erase_member(engine: Engine, brand_id: str, member_id: str, *, dry_run: bool = False) -> dict[str, int]:
    """Erase a member; rows found by table, ``events_of_others`` being those in which the id is replaced.

    Rows are counted as they lie, repeats included. With `dry_run` they are only counted. Doing it again finds nothing.

    Raises what `Engine.query` and `Engine.execute` raise; then do it again.
    """
    database = checked_name(engine.database)
    found = {}
    for step in _steps(brand_id, member_id):
        (row,) = engine.query(f"SELECT count() AS n FROM {database}.{step.table} WHERE {step.where}")
        found[step.name] = int(row["n"])
        if found[step.name] and not dry_run:
            engine.execute(f"ALTER TABLE {database}.{step.table} {step.action} WHERE {step.where}", _SYNC)
    return found


def _steps(brand_id: str, member_id: str) -> list[_Step]:
    brand, member, erased = hexed(brand_id), hexed(member_id), hexed(ERASED)
    own = f"brand_id = {brand} AND member_id = {member}"
    spelt = {json.dumps(member_id), json.dumps(member_id, ensure_ascii=False)}
    quoted = "|".join(sorted(re.escape(one) for one in spelt))
    named = " OR ".join(f"position({{0}}, {hexed(one)}) > 0" for one in sorted(spelt))
    fields = hexed(rf'("(?:{"|".join(NAMING)})"\s*:\s*)(?:{quoted})')
    mentions = hexed(rf'("mentions"\s*:\s*\[[^\]]*?)(?:{quoted})')
    new = hexed(rf'\1"{ERASED}"')
    raw = f"replaceRegexpAll(replaceRegexpAll(raw, {fields}, {new}), {mentions}, {new})"
    others = f"brand_id = {brand} AND member_id != {member} AND ({raw} != raw)"
    inner = "|".join(sorted(re.escape(one[1:-1]) for one in spelt))
    told = {
        "evidence": _replaced("evidence", rf'"(inviter:)?(?:{inner})"', rf'"\1{ERASED}"'),
        "text_zh": _replaced("text_zh", rf"(由|员工) {re.escape(member_id)}( 邀请|[,)])", rf"\1 {ERASED}\2"),
        "text_en": _replaced(
            "text_en", rf"(invited by|staff) {re.escape(member_id)}([.,;)]|$)", rf"\1 {ERASED}\2"
        ),
    }
    return [
        *(_Step(table, table, own) for table in OWN),
        _Step(
            "events_of_others",
            "events",
            others,
            f"UPDATE raw = {raw}, staff_id = if(staff_id = {member}, {erased}, staff_id)",
        ),
        _Step(
            "alerts_of_others",
            "alerts",
            f"brand_id = {brand} AND ({' OR '.join(f'{new} != {column}' for column, new in told.items())})",
            f"UPDATE {', '.join(f'{column} = {new}' for column, new in told.items())}",
        ),
        _Step("dead_letters", "dead_letters", f"({named.format('value')}) AND {_of_brand(brand_id)}"),
    ]


def _of_brand(brand_id: str) -> str:
    """A dead letter has no brand of its own: the one that its bytes name, or `default` when they name none."""
    said = "JSONExtractString(value, 'brand_id')"
    if brand_id == "default":
        return f"{said} IN ('', 'default')"
    return f"({said} = {hexed(brand_id)} OR position(value, {hexed(json.dumps(brand_id, ensure_ascii=False))}) > 0)"


def _replaced(column: str, pattern: str, by: str) -> str:
    """A column with what matches replaced, as an expression of SQL."""
    return f"replaceRegexpAll({column}, {hexed(pattern)}, {hexed(by)})"
