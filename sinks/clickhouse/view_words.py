"""What views say of members against what was last said: who is to get a tag of a view, and who is to lose it.

The words that were said are the events ``tag.set`` and ``tag.cleared``; of those of a view and those of a person the latest of
each counts. A view speaks when it answers otherwise than its own last word. It does not speak of whom the store has no profile:
one who was erased stays forgotten, though other members' events may name them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from schemas.member_views import MEMBER_VIEWS, Limit, Question
from sinks.base import Engine
from sinks.clickhouse.hexed import hexed

Plain = str | int | float | bool | None

_SIGNS: Final = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "is": "="}

_WORDS: Final = """
    SELECT brand_id, member_id, tag,
        argMaxIf(type = 'tag.set', place, viewed) AS held,
        argMaxIf(event_id, place, viewed) AS word,
        maxIf(toUnixTimestamp64Milli(ts), viewed) AS said_at,
        maxIf(toUnixTimestamp64Milli(ts), NOT viewed) AS person_at
    FROM (
        SELECT brand_id, member_id, type, ts, event_id, (ts, type = 'tag.set', event_id) AS place,
            JSONExtractString(raw, 'manual_tag', 'key') AS tag,
            JSONExtractString(raw, 'manual_tag', 'told_by') = 'view' AS viewed
        FROM {database}.events WHERE type IN ('tag.set', 'tag.cleared')
    ) WHERE {which} GROUP BY brand_id, member_id, tag"""
"""The last words on each tag; of two at one time the one that sets it counts, as for the workers."""

_KNOWN: Final = "(brand_id, member_id) IN (SELECT brand_id, member_id FROM {database}.member_profiles)"


class Said(NamedTuple):
    """A view's new word on a tag of a member."""

    brand_id: str
    member_id: str
    tag: str
    holds: bool
    before: str
    """Event of its word before, or empty."""
    before_at: int
    """Time of that, ms; 0 if there is none."""
    evidence: dict[str, Plain]
    """What the view has in the columns that were asked for, if anything, and the thresholds."""


def news(engine: Engine, tag: str, ask: Question, outranked: bool, now: int, most: int) -> list[Said]:
    """At most so many new words on a tag, the same ones until they are said.

    ``outranked`` is whether the view is silent where a person had the last word. ``now`` is ms since the epoch.

    Raises what `Engine.query` raises.
    """
    columns = ", ".join(ask.columns)
    enters, leaves = _all(ask.enter, ask), _all(ask.leave, ask) if ask.leave else "1"
    sql = f"""
    WITH found AS (
        SELECT brand_id, member_id, max(met) AS enters, max(kept) AS stays, 1 AS seen,
            argMax(tuple({columns}), (met, kept, {columns})) AS row
        FROM (
            SELECT brand_id, {ask.member} AS member_id, {columns}, ifNull({enters}, 0) AS met,
                NOT ifNull({leaves}, 0) AS kept
            FROM {engine.database}.{ask.view}
        ) GROUP BY brand_id, member_id
    ), words AS ({_WORDS.format(database=engine.database, which="tag = unhex({tag:String})")})
    SELECT brand_id, member_id, word, said_at, {_out(ask)}, enters OR held AND stays AS holds
    FROM found FULL OUTER JOIN words USING (brand_id, member_id)
    WHERE holds != held AND {"person_at <= said_at" if outranked else "1"}
        AND {_KNOWN.format(database=engine.database)}
    ORDER BY brand_id, member_id LIMIT {{most:UInt64}}"""
    rows = engine.query(sql, {"tag": tag.encode().hex(), "now": now, "most": most})
    return [_said(row, tag, ask) for row in rows]


def retired(engine: Engine, tags: Iterable[str], most: int) -> list[Said]:
    """At most so many words that take back tags of views which are none of `tags` any more.

    Raises what `Engine.query` raises.
    """
    known = ", ".join(map(hexed, tags))
    which = f"tag NOT IN ({known})" if known else "1"
    sql = f"""
    SELECT brand_id, member_id, tag, word, said_at FROM ({_WORDS.format(database=engine.database, which=which)})
    WHERE held AND person_at <= said_at AND {_KNOWN.format(database=engine.database)}
    ORDER BY brand_id, member_id, tag LIMIT {{most:UInt64}}"""
    rows = engine.query(sql, {"most": most})
    return [
        Said(row["brand_id"], row["member_id"], row["tag"], False, row["word"], int(row["said_at"]), {})
        for row in rows
    ]


def _all(limits: Iterable[Limit], ask: Question) -> str:
    return " AND ".join(f"({_compared(limit, ask)})" for limit in limits)


def _compared(limit: Limit, ask: Question) -> str:
    """A limit as SQL. Names are of the declared columns, and words reach the server as hexadecimal."""
    column, threshold = limit.column, limit.threshold
    if limit.op == "within_days":
        assert isinstance(threshold, int)
        return f"toUnixTimestamp64Milli({column}) >= {{now:Int64}} - {threshold * 86_400_000}"
    if isinstance(threshold, tuple):
        return f"{column} IN ({', '.join(map(hexed, threshold))})"
    return (
        f"{column} {_SIGNS[limit.op]} {hexed(threshold) if isinstance(threshold, str) else repr(threshold)}"
    )


def _out(ask: Question) -> str:
    """The columns that were asked for, and whether there was a row."""
    return ", ".join(["seen", *(f"row.{place} AS `out {one}`" for place, one in enumerate(ask.columns, 1))])


def _said(row: dict[str, Any], tag: str, ask: Question) -> Said:
    columns, holds = MEMBER_VIEWS[ask.view].columns, bool(row["holds"])
    told: dict[str, Plain] = {}
    for limit in ask.enter if holds or not ask.leave else ask.leave:
        name, column = f"{ask.view}.{limit.column}", columns[limit.column]
        told[name] = _plain(row[f"out {limit.column}"], column.sort) if row["seen"] else None
        told[f"{name} {limit.op}"] = (
            "|".join(limit.threshold) if isinstance(limit.threshold, tuple) else limit.threshold
        )
    return Said(row["brand_id"], row["member_id"], tag, holds, row["word"], int(row["said_at"]), told)


def _plain(value: Any, sort: str) -> Plain:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if sort == "flag" and value is not None:
        return bool(value)
    assert value is None or isinstance(value, str | int | float)
    return value
