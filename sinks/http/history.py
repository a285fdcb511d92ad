"""Time travel: the tags of a member, and the members of a tag, as of any past moment.

Answered from `tag_changes`: by effective time, as it is known now. So an event that came late corrects the past.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from sinks.http.access import BrandId
from sinks.http.answers import Holder, Holders, TagsThen
from sinks.http.explain import change
from sinks.http.ids import ID_LENGTH, Limit, MemberId, decoded
from sinks.http.members import Spoken
from sinks.http.problems import PROBLEMS
from sinks.http.sources import Sources

At = Annotated[AwareDatetime | None, Query(description="RFC 3339 with a zone; default: the newest.")]
Tag = Annotated[str, Path(description="Id of a tag, percent-encoded.")]
After = Annotated[str, Query(max_length=ID_LENGTH, description="Members after this id only.")]


def history(sources: Sources) -> APIRouter:
    """Routes about what was."""
    router = APIRouter(prefix="/v1", tags=["history"], responses=PROBLEMS)

    @router.get("/members/{member_id:path}/tags", summary="The tags that a member had at a time")
    async def tags_then(
        member_id: MemberId, brand_id: BrandId, at: At = None, lang: Spoken = None
    ) -> TagsThen:
        then = _moment(at)
        rows = await sources.store.tags_at(brand_id, member_id, _millis(then))
        held = [change(row, lang, sources.rules.names()) for row in rows]
        return TagsThen(**sources.freshness(), brand_id=brand_id, member_id=member_id, at=then, tags=held)

    @router.get("/tags/{tag}/members", summary="The members that had a tag at a time")
    async def members_then(
        tag: Tag, brand_id: BrandId, at: At = None, after: After = "", limit: Limit = 100
    ) -> Holders:
        then, name = _moment(at), decoded(tag)
        rows = await sources.store.holders_at(brand_id, name, _millis(then), after, limit)
        held = [Holder.model_validate(row) for row in rows]
        more = held[-1].member_id if len(held) == limit else None
        return Holders(**sources.freshness(), brand_id=brand_id, tag=name, at=then, members=held, after=more)

    return router


def _moment(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else at


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)
