"""The words of the life cycle, and how long they hold."""

from typing import Literal, NamedTuple

Activity = Literal["new", "active", "sleeping", "lost"]
Stage = Literal["intro", "growth", "stable", "decline", "lost"]
Churn = Literal["none", "silent", "left"]


class Word(NamedTuple):
    """How active a member is (M10) from ``since`` until, if nothing happens, ``until``."""

    activity: Activity
    since: int
    until: int
    by_days: bool
    """Whether active days had a say."""


class Place(NamedTuple):
    """Where in the life cycle a member is from ``since`` until, if nothing happens, ``until``."""

    stage: Stage
    churn: Churn
    since: int
    until: int
    by_days: bool = True
    """Whether active days had a say."""
