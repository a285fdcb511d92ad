"""What a request may see: its token's role and brands, checked where the brand is read, so that no two readings differ."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Query, Request

from sinks.http.tokens import Grant, Role

GRANT: Final = "qunpulse.grant"
"""Where the guard leaves the grant in the scope of a request."""

BRAND_LENGTH: Final = 128

DEFAULT_BRAND: Final = "default"


def granted(request: Request) -> Grant:
    """What the token of a request allows; nothing passes the guard of a data route without."""
    grant = request.scope.get(GRANT)
    if not isinstance(grant, Grant):
        raise HTTPException(401, "a bearer token is needed: Authorization: Bearer <token>")
    return grant


def brand(
    grant: Annotated[Grant, Depends(granted)],
    brand_id: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=BRAND_LENGTH,
            description="Brand that is asked about; default: the token's only one, or `default`.",
        ),
    ] = None,
) -> str:
    """The brand that is asked about.

    Raises:
        HTTPException: 403 when the token does not cover it, whether there is such a brand or not.
    """
    if brand_id is None:
        brand_id = next(iter(grant.brands)) if grant.brands and len(grant.brands) == 1 else DEFAULT_BRAND
    if not grant.covers(brand_id):
        raise HTTPException(403, f"this token does not cover the brand {brand_id!r}")
    return brand_id


BrandId = Annotated[str, Depends(brand)]


def needs(role: Role) -> Callable[[Request], None]:
    """A dependency of routes that are not about one brand: the role is needed, and a token that is held to no brand."""

    def check(request: Request) -> None:
        grant = granted(request)
        if grant.role < role or grant.brands is not None:
            raise HTTPException(403, f"this token is no {role.name.lower()}'s")

    return check
