"""``/v1/overview``: the community at a glance."""

from asyncio import gather
from typing import Annotated, Final

from fastapi import APIRouter, Query

from sinks.http.access import BrandId
from sinks.http.answers import GroupLine, Overview, TagCount
from sinks.http.groups import last_hours
from sinks.http.problems import PROBLEMS
from sinks.http.sources import Sources, alert
from sinks.http.store import Row

CLOSED_AMONG: Final = 400
"""Closed alerts are looked for among so many of the newest."""

Most = Annotated[int, Query(ge=1, le=200, description="Most rows of each list.")]


def overview(sources: Sources) -> APIRouter:
    """The route of the overview."""
    router = APIRouter(prefix="/v1", tags=["overview"], responses=PROBLEMS)

    @router.get("/overview", summary="Counts by stage and tag, the largest groups, alerts")
    async def at_a_glance(brand_id: BrandId, limit: Most = 20) -> Overview:
        store = sources.store
        stages, tags, opened, latest, lines = await gather(
            store.stages(brand_id),
            store.tags(brand_id, limit),
            store.alerts(brand_id, None, True, limit),
            store.alerts(brand_id, None, False, CLOSED_AMONG),
            _lines(sources, brand_id, limit),
        )
        return Overview(
            **sources.freshness(),
            brand_id=brand_id,
            events_per_second=sources.health.freshness().events_per_second,
            members=sum(stages.values()),
            stages=stages,
            tags=[TagCount.model_validate(row) for row in tags],
            groups=lines,
            open_alerts=[alert(row) for row in opened],
            closed_alerts=[alert(row) for row in latest if row["closed_at"] is not None][:limit],
        )

    return router


async def _lines(sources: Sources, brand_id: str, limit: int) -> list[GroupLine]:
    rows: list[Row] = await sources.store.groups(brand_id, limit)
    hours = await last_hours(sources, brand_id, [row["group_id"] for row in rows])
    return [GroupLine.model_validate({**row, "hour": hours.get(row["group_id"])}) for row in rows]
