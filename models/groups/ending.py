"""When a group ends, or is cleaned up, by its staff's own word (G75): leaves from then on are no churn.

Of plans, the later word in event time holds, at the same time the greater; of notices and dissolutions the earliest. So
neither order nor repetition matters.
"""

from models.groups.state import GroupState
from schemas.times import to_ms
from schemas.view import GroupMeta


def end(state: GroupState, at: int) -> None:
    """The end was announced, or came, at ``at`` (ms)."""
    state.ended_at = at if state.ended_at is None else min(state.ended_at, at)
    _settle(state)


def plan(state: GroupState, meta: GroupMeta, at: int) -> None:
    """Master data of ``at`` (ms) may name the day on which the group ends, and until when it is cleaned up."""
    if meta.planned_end_ts is not None:
        state.planned = max(state.planned, (at, to_ms(meta.planned_end_ts)))
        _settle(state)
    if meta.cleanup_until_ts is not None:
        said = at, to_ms(meta.cleanup_until_ts)
        state.cleanup_from, state.cleanup_until = max((state.cleanup_from, state.cleanup_until), said)


def _settle(state: GroupState) -> None:
    known = [at for at in (state.planned[1], state.ended_at) if at]
    state.ending_at = min(known, default=None)
