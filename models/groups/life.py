"""What is remembered of a group's life: who was active when, its age and size, and what was told of these."""

import msgspec


class Alarm(msgspec.Struct, array_like=True):
    """What has been told of an alarm that is no spike; ``opened_at`` in ms, ``reported`` is the last count told."""

    opened_at: int
    severity: str = "warning"
    reported: int = 0
    version: int = 1
    closed: bool = False


class Milestone(msgspec.Struct, array_like=True):
    """A milestone told and not closed yet: what was reached, what to do about it, and the sentences told."""

    alarm: Alarm
    name: str
    action: str
    text_zh: str
    text_en: str


class Life(msgspec.Struct, array_like=True):
    """``active``, ``visits`` and ``buys`` hold on which days members did so (`daybits`); ``diagnosis`` and ``alarm`` what was
    found and told of the group's health, ``mark`` and ``stage`` the greatest size and the last stage reached, ``open`` the
    milestones told and not closed yet. ``created_at`` in ms; ``since`` is the first day of which activity is known, ``acted``
    the last one with an act, -1 before the first.
    """

    active: dict[str, int] = {}
    visits: dict[str, int] = {}
    buys: dict[str, int] = {}
    created_at: int | None = None
    diagnosis: str = ""
    alarm: Alarm | None = None
    mark: int = 0
    stage: int = 0
    open: list[Milestone] = []
    since: int = -1
    acted: int = -1
