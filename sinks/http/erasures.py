"""``/v1/erasures``: the tables forget a member. For the embedded store, which only this process can reach.

It is one step of `qunpulse erase`, which sees to the state and the topics first: alone it would be undone by what is still
under way.
"""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from sinks.http.access import needs
from sinks.http.ids import ID_LENGTH
from sinks.http.problems import PROBLEMS
from sinks.http.sources import Sources
from sinks.http.tokens import Role


class Wanted(BaseModel):
    """Who is to be forgotten."""

    brand_id: str = Field(min_length=1, max_length=ID_LENGTH)
    member_id: str = Field(min_length=1, max_length=ID_LENGTH)
    dry_run: bool = Field(False, description="Only count.")


class Erased(BaseModel):
    """What was found, by table."""

    tables: dict[str, int]


def erasures(sources: Sources) -> APIRouter:
    """The route of erasures."""
    router = APIRouter(prefix="/v1", tags=["operation"], responses=PROBLEMS)

    @router.post(
        "/erasures",
        summary="Erase a member from the tables, a step of `qunpulse erase`; needs an admin's token",
        dependencies=[Depends(needs(Role.ADMIN))],
    )
    async def erase(wanted: Wanted) -> Erased:
        found = await sources.store.erase(wanted.brand_id, wanted.member_id, wanted.dry_run)
        return Erased(tables=found)

    return router
