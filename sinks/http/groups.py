"""``/v1/groups`` and ``/v1/alerts``: how groups do, and which groups and members need somebody now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from sinks.http.access import BrandId
from sinks.http.answers import Alerts, Group, Hour, Window
from sinks.http.ids import ID_LENGTH, GroupId, Limit
from sinks.http.problems import PROBLEMS
from sinks.http.sources import Sources, alert

GroupFilter = Annotated[
    str | None, Query(min_length=1, max_length=ID_LENGTH, description="Alerts of this group only.")
]
MemberFilter = Annotated[
    str | None, Query(min_length=1, max_length=ID_LENGTH, description="Alerts of this member only.")
]
OpenFilter = Annotated[bool, Query(alias="open", description="true: only alerts that are still open.")]


async def last_hours(sources: Sources, brand_id: str, group_ids: Sequence[str]) -> dict[str, Hour]:
    """Counts of the hour before the pipeline's `as_of`, by group; empty when that is unknown."""
    as_of = sources.health.freshness().as_of
    if as_of is None or not group_ids:
        return {}
    sums = await sources.store.since(brand_id, group_ids, _millis(as_of - timedelta(hours=1)))
    quiet = {"joins": 0, "leaves": 0, "messages": 0}
    return {group_id: Hour.model_validate(sums.get(group_id, quiet)) for group_id in group_ids}


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def groups(sources: Sources) -> APIRouter:
    """Routes about groups."""
    router = APIRouter(prefix="/v1", tags=["groups"], responses=PROBLEMS)

    @router.get("/groups/{group_id:path}", summary="A group's size, windows and open alerts")
    async def group(group_id: GroupId, brand_id: BrandId, limit: Limit = 12) -> Group:
        rows = await sources.store.group(brand_id, group_id, limit)
        if not rows:
            raise HTTPException(404, f"no group {group_id!r} in brand {brand_id!r}")
        hours = await last_hours(sources, brand_id, [group_id])
        opened = await sources.store.alerts(brand_id, group_id, True, 100)
        return Group(
            **sources.freshness(),
            brand_id=brand_id,
            group_id=group_id,
            members=next((row["members"] for row in rows if row["members"] is not None), None),
            hour=hours.get(group_id),
            windows=[Window.model_validate(row) for row in rows],
            alerts=[alert(row) for row in opened],
        )

    @router.get("/alerts", summary="Alerts, the latest opened first")
    async def alerts(
        brand_id: BrandId,
        group_id: GroupFilter = None,
        member_id: MemberFilter = None,
        open_only: OpenFilter = False,
        limit: Limit = 100,
    ) -> Alerts:
        rows = await sources.store.alerts(brand_id, group_id, open_only, limit, member_id)
        return Alerts(**sources.freshness(), alerts=[alert(row) for row in rows])

    return router
