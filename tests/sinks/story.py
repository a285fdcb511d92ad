"""Events of a short story, told by local day and hour, as the sink stores them."""

import itertools
import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sinks.base import Engine
from sinks.clickhouse.writer import Writer

START = datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
"""Midnight of day 0; in UTC it is still 28 February."""

KINDS = {
    "join": ("group.", "contact.", "account.", "member.", "invite.", "staff.", "tag.", "role.", "profile."),
    "order": ("visited", "cart_", "placed", "paid", "refunded"),
    "chat": (
        "message",
        "solitaire",
        "dice",
        "red_packet_",
        "share",
        "moments_",
        "broadcast",
        "push_",
        "staff_message",
    ),
}

MINUTE = 1 / 1440
"""As a part of a day."""

numbers = itertools.count(1)


def event(day: float, type_: str, member: str = "", **fields: Any) -> dict[str, Any]:
    """An event of local day ``day``; its fraction is the time of the day."""
    kind = next((one for one, heads in KINDS.items() if type_.startswith(heads)), "checkin")
    told = {"event_id": f"e{next(numbers)}", "kind": kind, "type": type_, "brand_id": "b"} | fields
    if member:
        told["member_id"] = member
    return {**told, "ts": int((START + timedelta(days=day)).timestamp() * 1000)}


def act(brand: str, at: float, type_: str, member: str = "", **fields: Any) -> dict[str, Any]:
    """An event of a brand, in its group g if no other is given."""
    return event(at, type_, member, **({"brand_id": brand, "group_id": "g"} | fields))


def tell(store: Engine, *events: dict[str, Any]) -> None:
    """Store the events in the order given, the last one of them twice."""
    for batch in (events, events[-1:]):
        first = next(numbers) * 1000
        rows = [(json.dumps(one), "t", 0, first + place, one["ts"]) for place, one in enumerate(batch)]
        Writer(store, str(first)).write("events", "t", 0, first, first + len(rows) - 1, rows)


class Brand:
    """A brand of its own in a store that several stories share."""

    def __init__(self, store: Engine) -> None:
        self.store = store
        self.name = f"b{next(numbers)}"

    def tell(self, *events: dict[str, Any]) -> None:
        """Store the events as the brand's, the last one of them twice."""
        tell(self.store, *({**one, "brand_id": self.name} for one in events))

    def read(self, view: str, columns: str, where: str = "1") -> list[tuple[Any, ...]]:
        """Rows of a view that are the brand's."""
        return read(self.store, view, columns, f"brand_id = '{self.name}' AND {where}")


def read(store: Engine, view: str, columns: str, where: str = "1") -> list[tuple[Any, ...]]:
    """Rows of a view in their order, days as numbers from day 0."""
    rows = store.query(f"SELECT {columns} FROM {store.database}.{view} WHERE {where} ORDER BY ALL")
    return [tuple(row.values()) for row in rows]


def day(name: str = "day") -> str:
    """A column of days as numbers from day 0."""
    return f"toInt32({name} - toDate('{START:%Y-%m-%d}')) AS n_{name}"
