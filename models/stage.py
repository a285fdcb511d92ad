"""The words of the life cycle."""

from typing import Literal, NamedTuple

Stage = Literal["intro", "growth", "stable", "decline", "lost"]
Churn = Literal["none", "silent", "left"]


class Place(NamedTuple):
    """Where in the life cycle a member is from ``since`` until, if nothing happens, ``until``."""

    stage: Stage
    churn: Churn
    since: int
    until: int
    by_days: bool = True
    """Whether active days had a say."""
