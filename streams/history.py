"""Stored history of members, in order of event time: from files of events, or from the table ``events``."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from schemas.errors import ContractError
from schemas.events import parse_event
from schemas.rows import Row
from sinks.base import Engine
from streams.replay import read_lines

EVENTS_A_PAGE: Final = 200_000
"""Events of the store held in memory at once; a page holds whole members."""

Page = list[Row]
"""All events of some members, by event time; a row's clock is its event's time, as if every event had come at once."""


class History(NamedTuple):
    """What happened, and up to when."""

    pages: Iterator[Page]
    until: int | None
    """Latest event time of the store, ms; none of files, which end with their last event."""


@contextmanager
def opened(files: Sequence[Path] | None, now: int, engine: Callable[[], Engine]) -> Iterator[History]:
    """Events of files, or of the store that ``engine`` opens if there are none; ``now`` is ms.

    Raises what ``engine`` and `Engine.query` raise.
    """
    if files:
        yield History(from_files(files, now), None)
        return
    with closing(engine()) as store:
        yield History(from_store(store), last(store))


def from_files(files: Iterable[Path], now: int) -> Iterator[Page]:
    """Events of files as one page; what is no valid event is passed over, and so is a repeated id. ``now`` is ms."""
    found: list[tuple[int, bytes]] = []
    seen: set[tuple[str, str]] = set()
    for raw in read_lines(files):
        try:
            event = parse_event(raw, now)
        except ContractError:
            continue
        key = event.brand_id, event.event_id
        if event.member_id is not None and key not in seen:
            seen.add(key)
            found.append((event.ts, raw))
    found.sort(key=lambda one: one[0])
    yield _page(found)


def from_store(engine: Engine, page: int = EVENTS_A_PAGE) -> Iterator[Page]:
    """Events of the table ``events``, some members a page. Raises what `Engine.query` raises."""
    source = f"{engine.database}.events FINAL WHERE member_id != ''"
    pages = 1 + int(engine.query(f"SELECT count() AS n FROM {source}")[0]["n"]) // page
    for number in range(pages):
        rows = engine.query(
            f"SELECT raw, toUnixTimestamp64Milli(ts) AS at FROM {source} "
            "AND cityHash64(brand_id, member_id) % {pages:UInt32} = {number:UInt32} ORDER BY events.ts, event_id",
            {"pages": pages, "number": number},
        )
        yield _page([(int(row["at"]), str(row["raw"]).encode()) for row in rows])


def of_member(engine: Engine, brand_id: str, member_id: str, most: int) -> Page | None:
    """Events of one member in the table ``events``; none if there are more than ``most``. Raises what `Engine.query` raises."""
    rows = engine.query(
        f"SELECT raw, toUnixTimestamp64Milli(ts) AS at FROM {engine.database}.events FINAL "
        "WHERE brand_id = {brand_id:String} AND member_id = {member_id:String} "
        "ORDER BY events.ts, event_id LIMIT {limit:UInt32}",
        {"brand_id": brand_id, "member_id": member_id, "limit": most + 1},
    )
    return None if len(rows) > most else _page([(int(row["at"]), str(row["raw"]).encode()) for row in rows])


def last(engine: Engine) -> int | None:
    """Latest event time in the store, ms; none if there is no event. Raises what `Engine.query` raises."""
    rows = engine.query(
        f"SELECT count() AS n, toUnixTimestamp64Milli(max(ts)) AS at FROM {engine.database}.events WHERE member_id != ''"
    )
    return int(rows[0]["at"]) if rows[0]["n"] else None


def _page(events: Iterable[tuple[int, bytes]]) -> Page:
    return [Row(0, offset, at, at, raw) for offset, (at, raw) in enumerate(events)]
