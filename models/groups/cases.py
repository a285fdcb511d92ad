"""What is remembered of questions that wait for staff."""

import msgspec

from models.groups.life import Alarm


class Case(msgspec.Struct, array_like=True):
    """A message that asks for staff and was not answered: when (ms) and by whom, under which id of the message, and of which
    intent; ``due`` is when it has waited too long, ms of service counted, and ``late`` whether that is over."""

    at: int
    member: str
    msg_id: str
    intent: str
    due: int
    late: bool = False


class Waiting(msgspec.Struct, array_like=True):
    """``cases`` by the id of their event. ``answers`` are the latest messages answered and ``named`` the members mentioned last
    by staff, each with when, since an answer may arrive before what it answers. ``due`` is when something falls due, and
    ``opened_at`` when the last alert opened, ms."""

    cases: dict[str, Case] = {}
    answers: dict[str, int] = {}
    named: dict[str, int] = {}
    alarm: Alarm | None = None
    due: int | None = None
    opened_at: int = 0
