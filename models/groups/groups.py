"""A group's decisions in one place: events in; statistics and churn spikes out.

event -> repeats -> hours (baseline) -> membership -> windows -> spike -> episode -> alerts

Everything is a pure function of the order of the input: no clock, no randomness.
"""

from collections.abc import Callable

from models.calendar import Days
from models.groups import (
    course,
    day,
    ending,
    episode,
    membership,
    milestones,
    night,
    origins,
    repeats,
    spike,
    traits,
    vitality,
    waiting,
    windows,
)
from models.groups.baseline import advance, expose
from models.groups.leaving import cause_of
from models.groups.params import GroupParams
from models.groups.presence import Changes, settle
from models.groups.state import GroupState, Leave, Window
from models.groups.terms import Terms
from models.groups.vitality import ACTS
from schemas.facts import Alert
from schemas.figures import Figures
from schemas.view import Event

_LONG_TRAIL = 64
"""Members with a trail above which it is cut once an hour, and not only once a day."""


class Groups:
    """Folds the events of groups into their states."""

    def __init__(self, params: GroupParams, calendar: Days) -> None:
        self.params = params
        self.terms = Terms(params, calendar)
        self._folds: dict[str, Callable[[GroupState, Event, Window], list[Alert]]] = {
            "message": self._message,
            "group.joined": self._joined,
            "group.left": self._left,
            "group.kicked": self._left,
            "group.banned": self._left,
            "broadcast": self._broadcast,
            "group.dissolve_notice": self._ending,
            "group.dissolved": self._dissolved,
            "role.changed": self._role,
            "group.created": self._meta,
            "group.updated": self._meta,
            "paid": self._paid,
            "refunded": self._paid,
            "red_packet_claimed": self._claim,
            "claim": self._claim,
            "redeem": self._claim,
        }

    def initial(self, brand_id: str, group_id: str) -> GroupState:
        """State of a group that was never heard of."""
        return GroupState(brand_id, group_id)

    def fold(self, state: GroupState, event: Event, source: int, offset: int) -> list[Alert]:
        """Apply one event, in place; the alerts it opens or updates. A repeat changes nothing.

        The caller fires the state's timers (`fire_due`) up to the event's arrival first.
        """
        if not repeats.admit(state, source, offset, event.event_id, self.params.ids):
            return []
        at = event.at
        state.latest = max(state.latest, at)
        alerts = self._next_hour(state, at) if at >= state.baseline.hour_end else []
        fold = self._folds.get(event.type)
        if event.type in ACTS:
            vitality.act(state, event, self.terms.calendar.day(at))
        if fold is not None:
            alerts += fold(state, event, windows.window_of(state, at, source, offset, self.params))
        if event.member_count_after is not None:
            expose(state.baseline, at, state.size)
            change = membership.reconcile(state, event.member_count_after, at)
            self._resize(state, ((at, change),))
            if change > 0:
                milestones.know(state)
        if alerts:
            self._set_due(state)
        return alerts

    def fire_due(self, state: GroupState, until: int) -> list[Alert]:
        """Fire the timers due at or before ``until`` (ms), each at its own time; the alerts they close."""
        alerts: list[Alert] = []
        while state.due is not None and state.due <= until:
            due = state.due
            if due == state.wave_due:
                alerts += episode.close_due(state, due, self.terms)
            elif due == state.waiting.due:
                alerts += waiting.fire(state, due, self.terms)
            elif due == night.due(state, self.params):
                alerts += night.close(state, self.terms)
            else:
                alerts += day.turn(state, due, self.terms)
                if state.course.due == due:  # the day had ended before: an older state's timer
                    state.course.due = None
            self._set_due(state)
        return alerts

    def _set_due(self, state: GroupState) -> None:
        times = state.wave_due, night.due(state, self.params), state.course.due, state.waiting.due
        state.due = min((time for time in times if time is not None), default=None)

    def drain(self, state: GroupState, at: int) -> list[Figures]:
        """Statistics that changed since the last drain, as of ``at`` (ms; never smaller than before)."""
        return windows.drain(state, at, self.params)

    def _next_hour(self, state: GroupState, at: int) -> list[Alert]:
        advance(state.baseline, at, state.size, self.terms)
        if len(state.trail) > _LONG_TRAIL:
            settle(state, self.params)
        alerts: list[Alert] = []
        due = night.due(state, self.params)
        if due is not None and at >= due:
            alerts += night.close(state, self.terms)
        alerts += day.turn(state, at, self.terms)
        night.turn(state, at, self.terms)
        self._set_due(state)
        return alerts

    def _message(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        window.messages += 1
        member, due = event.member_id, state.waiting.due
        alerts = waiting.hear(state, event, self.terms)
        if state.waiting.due != due:
            self._set_due(state)
        if member is None or self._crew(state, event, member):
            return alerts
        windows.speak(state, window, member, self.params)
        self._enter(state, member, event.at, joined=False)
        return alerts

    def _joined(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        window.joins += 1
        if event.member_id is not None:
            back = membership.left_lately(state, event.member_id, event.at, self.params.again)
            self._crew(state, event, event.member_id)
            self._enter(state, event.member_id, event.at, joined=True)
            origins.arrive(state, event, self.terms.calendar.day(event.at), back)
            night.join(state, event.member_id, event.at, self.params)
            if state.size > state.life.mark:
                return milestones.reach(state, event.at)
        return []

    def _enter(self, state: GroupState, member: str, at: int, joined: bool) -> None:
        before = state.size
        changes = membership.enter(state, member, at, joined, self.params)
        if changes:
            expose(state.baseline, at, before)
            self._resize(state, changes)

    def _crew(self, state: GroupState, event: Event, member: str) -> bool:
        if event.role not in membership.CREW:
            return member in state.crew
        self._resize(state, membership.enlist(state, member))
        return True

    def _resize(self, state: GroupState, changes: Changes) -> None:
        for at, change in changes:
            windows.resize(state, at, change, self.params)

    def _left(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        cause = cause_of(event, state)
        setattr(window, cause, getattr(window, cause) + 1)
        member, at = event.member_id, event.at
        if member is None:
            return []
        self._crew(state, event, member)
        expose(state.baseline, at, state.size)
        changes, lost = membership.go(state, member, at, self.params)
        if changes:
            self._resize(state, changes)
        leave = Leave(at, member, cause, state.size + 1)
        if not lost or cause == "planned" or not spike.record(state, leave, self.terms):
            return []
        alerts = night.leave(state, member, cause, at, self.terms)
        course.lose(state, member, cause, self.params)
        before = state.episode
        alerts += episode.follow(state, leave, self.terms)
        if state.episode is not None:
            course.told_otherwise(state, state.episode.leavers if before is None else (member,))
        return alerts

    def _broadcast(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        if event.at >= state.broadcast_at:
            state.broadcast_id = event.broadcast_id or event.event_id
            state.broadcast_at = event.at
        return []

    def _ending(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        ending.end(state, event.at)
        return []

    def _dissolved(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        expose(state.baseline, event.at, state.size)
        self._resize(state, membership.dissolve(state, event.at, self.params))
        return self._ending(state, event, window)

    def _role(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        if event.member_id is not None:
            self._resize(state, membership.reassign(state, event.member_id, event.role, event.at))
        return []

    def _meta(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        if event.type == "group.created":
            state.life.created_at = min(event.at, state.life.created_at or event.at)
        traits.learn(state, event)
        if event.group_meta is not None:
            ending.plan(state, event.group_meta, event.at)
        return []

    def _paid(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        if event.member_id is not None:
            origins.pay(state, event.member_id, (event.paid_fen or 0) - (event.refund_fen or 0))
            if event.type == "paid":
                vitality.buy(state, event.member_id, self.terms.calendar.day(event.at))
        return []

    def _claim(self, state: GroupState, event: Event, window: Window) -> list[Alert]:
        if event.member_id is not None:
            origins.claim(state, event.member_id, event.at)
        return []
