"""Answers that say what went wrong, as RFC 9457 problem details."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from sinks.http.store import StoreUnavailable

RETRY_SECONDS: Final = 5
"""When to ask again after 503, seconds."""


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field("about:blank", description="Kind of problem; about:blank: the status says it all.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What to know about this case.")


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        401: "The bearer token is missing or wrong.",
        403: "The token does not cover this.",
        404: "Nothing is known under this id.",
        422: "A parameter is out of bounds.",
        429: "Too many requests; ask again after `Retry-After` seconds.",
        503: "The store cannot answer now.",
    }.items()
}
"""Problems that any question about data may meet, for the OpenAPI document."""


def problem(status: int, detail: str) -> ProblemResponse:
    """A problem as a response."""
    body = Problem(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail)
    return ProblemResponse(body.model_dump(), status)


def add_problems(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> ProblemResponse:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> ProblemResponse:
        said = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        return problem(422, "; ".join(said))

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> ProblemResponse:
        return problem(500, "this is a bug; the log of the server has it")

    @app.exception_handler(StoreUnavailable)
    async def unavailable(_: Request, error: StoreUnavailable) -> ProblemResponse:
        response = problem(503, f"the store cannot answer now: {error}")
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
