"""Why someone left, and whether it was planned (G75): clean-ups and endings are not churn."""

from typing import Literal

from models.groups.state import GroupState
from schemas.view import Event

PLANNED = frozenset({"dedupe", "dissolve", "buffer_move", "vip_eliminated", "staff_reassign"})
"""Leave reasons of the operator's own making (F26)."""

Cause = Literal["left_self", "kicked", "banned", "planned"]


def cause_of(event: Event, state: GroupState) -> Cause:
    """Cause of a leave; planned by its reason, because the group's end was announced before, or because staff remove
    members in a clean-up that was announced."""
    at = event.at
    if event.leave_reason in PLANNED or (state.ending_at is not None and at >= state.ending_at):
        return "planned"
    if event.type == "group.kicked" and state.cleanup_from <= at < state.cleanup_until:
        return "planned"
    if event.type == "group.banned" or event.leave_reason == "banned":
        return "banned"
    if event.type == "group.kicked" or event.leave_reason == "kicked":
        return "kicked"
    return "left_self"
