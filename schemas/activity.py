"""What an activity is, told of nobody in particular: its purpose, period, goal and goods (catalogue 9.6, F50)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from schemas.checkin import CheckinFields, MemberCheckin
from schemas.fields import Count, Id, Moment, Word, Words


def after_opening(closes_at: int, info: ValidationInfo) -> int:
    """`closes_at`, ms, if it is after ``opens_at``; raises `PydanticCustomError` if not."""
    opens_at = info.data.get("opens_at")
    if opens_at is not None and closes_at <= opens_at:
        raise PydanticCustomError("bad_value", "must be after opens_at")
    return closes_at


class ActivityAnnounced(CheckinFields):
    """An activity was planned or changed. It is the brand's: no member's and no group's.

    The latest one of an ``activity_id`` holds, in event time and then by ``event_id``, and replaces all that was told
    before: what it leaves out is not known any more.
    """

    type: Literal["activity.announced"]
    member_id: None = None
    """Nobody; who announces it goes into ``staff_id``."""
    group_id: None = None
    activity_id: Id
    """F42: the activity; of a flash sale the id of its promotion."""
    activity_type: Word | None = None
    """F50: what it is, in the producer's words: quiz, like_collect, flash, live."""
    opens_at: Moment | None = None
    """F50: from when on what is done counts."""
    closes_at: Annotated[Moment, AfterValidator(after_opening)] | None = None
    """F50: from when on it does not count any more."""
    goal: Annotated[Count, Field(ge=1)] | None = None
    """F50: what an entry must reach, such as 38 likes."""
    sku: Id | None = None
    """F50: product on offer."""
    stock: Count | None = None
    """F50: pieces on offer."""
    variants: Words | None = None
    """F50: arms of its A/B test; the first is the one that the others are compared with."""


CheckinEvent = Annotated[MemberCheckin | ActivityAnnounced, Field(discriminator="type")]
