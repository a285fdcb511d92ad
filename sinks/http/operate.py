"""``/v1/dead-letters`` and ``/v1/tokens``: for whoever runs the system. They are of no brand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sinks.http.access import needs
from sinks.http.answers import DeadLetterLine, DeadLetters, TokenLine, TokensNow
from sinks.http.ids import Limit
from sinks.http.problems import PROBLEMS
from sinks.http.sources import Sources
from sinks.http.tokens import Role, Tokens

OfReason = Annotated[str | None, Query(max_length=64, description="Of this reason only.")]


def operate(sources: Sources, tokens: Tokens) -> APIRouter:
    """Routes of operators and admins."""
    router = APIRouter(prefix="/v1", tags=["operation"], responses=PROBLEMS)

    @router.get(
        "/dead-letters",
        summary="What was refused last, and why; needs an operator's token",
        dependencies=[Depends(needs(Role.OPERATOR))],
    )
    async def dead_letters(reason: OfReason = None, limit: Limit = 100) -> DeadLetters:
        rows = await sources.store.dead_letters(reason, limit)
        lines = [DeadLetterLine.model_validate(row) for row in rows]
        return DeadLetters(**sources.freshness(), letters=lines)

    @router.get(
        "/tokens",
        summary="Who holds tokens; needs an admin's token",
        dependencies=[Depends(needs(Role.ADMIN))],
    )
    async def holders() -> TokensNow:
        lines = [
            TokenLine(
                name=grant.name,
                role=grant.role.name.lower(),
                brands=None if grant.brands is None else sorted(grant.brands),
            )
            for grant in tokens.grants
        ]
        return TokensNow(tokens=lines)

    return router
