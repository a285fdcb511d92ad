"""``/v1/members``: who a member is now, and why."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from sinks.http.access import BrandId
from sinks.http.ahead import coming
from sinks.http.answers import Explanation, Member
from sinks.http.explain import Lang, change
from sinks.http.ids import MemberId
from sinks.http.problems import PROBLEMS
from sinks.http.sources import Sources
from sinks.http.store import Row

Spoken = Annotated[Lang | None, Query(description="Add a sentence to each change, in this language.")]


def members(sources: Sources) -> APIRouter:
    """Routes about one member."""
    router = APIRouter(prefix="/v1/members", tags=["members"], responses=PROBLEMS)

    async def profile(brand_id: str, member_id: str) -> Row:
        row = await sources.store.member(brand_id, member_id)
        if row is None:
            raise HTTPException(404, f"no member {member_id!r} in brand {brand_id!r}")
        return {**row, "judged_at": row["as_of"], **sources.freshness()}

    @router.get("/{member_id:path}/explain", summary="Why a member has its tags")
    async def explain(
        member_id: MemberId,
        brand_id: BrandId,
        lang: Spoken = None,
    ) -> Explanation:
        row = await profile(brand_id, member_id)
        changes = await sources.store.member_changes(brand_id, member_id)
        ahead = await sources.rules.ahead(brand_id, member_id, row["tags"], row["judged_at"])
        names = sources.rules.names()
        return Explanation(
            **sources.freshness(),
            brand_id=brand_id,
            member_id=member_id,
            judged_at=row["judged_at"],
            tags=[change(one, lang, names) for one in changes if one["change"] == "entered"],
            left=[change(one, lang, names) for one in changes if one["change"] == "left"],
            ahead=None if ahead is None else [coming(one, lang) for one in ahead],
        )

    @router.get("/{member_id:path}", summary="A member's profile")
    async def member(member_id: MemberId, brand_id: BrandId) -> Member:
        return Member.model_validate(await profile(brand_id, member_id))

    return router
