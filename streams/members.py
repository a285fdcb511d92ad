"""The members agent: tags, scores and profiles of members, by the decisions of `models`."""

import time
from typing import Any, Final

import structlog
from prometheus_client import Counter

from models.alerting import close_all
from models.members import Members
from models.rules import RuleSet
from models.state import MemberState, restore, snapshot
from schemas.erasure import Erasure
from schemas.facts import Alert, to_json
from schemas.rows import Row
from schemas.view import Event
from schemas.written import Change, written_json
from sinks.metrics import METRICS, observe_all
from streams.chunk import Partition
from streams.keyed import Keyed
from streams.place import Place, values_for
from streams.store import Store

log = structlog.get_logger(__name__)

REVIEWED_PER_STEP: Final = 200
"""Members judged by newly activated rules before waiting chunks get their turn: some 10 ms of work."""


class MembersFlow(Keyed[MemberState]):
    """The flow of the members agent."""

    name = "members"

    def __init__(
        self, *args: Any, model: Members, topics: dict[str, str], state: tuple[str, Any], **kwargs: Any
    ) -> None:
        """`topics` gives the full names of the topics of facts; `state` the kind and folder of the store."""
        super().__init__(*args, **kwargs)
        self._model = model
        self._changes_topic = topics["tag-changes"]
        self._profiles_topic = topics["member-profiles"]
        self._alerts_topic = topics["alerts"]
        self._state = state
        self._arrived: list[int] = []
        self._review: dict[int, list[bytes]] = {}
        """Partition -> keys of members who may not have been judged by the present rules yet."""
        self._activated = False
        self._counters: dict[tuple[str, str], Counter] = {}

    def new_store(self, partition: int) -> Store[MemberState]:
        return Store(snapshot, restore, values_for(*self._state, self.name, partition))

    def key_of(self, event: Event) -> str | None:
        return event.member_id

    def initial(self, brand_id: str, name: str) -> MemberState:
        return self._model.initial(brand_id, name)

    def apply(self, state: MemberState, event: Event, row: Row) -> bool:
        if row.offset <= state.fence.get(row.source, -1):
            self.repeated += 1
            return False
        due = state.due
        if due is not None and due <= row.clock:
            self._changed(state, self._model.fire_due(state, row.clock), row.clock)
        if (
            state.rules != self._model.version
        ):  # what the rules do is theirs, what the event does is the event's
            self._changed(state, self._model.judge(state, row.ts, "rule"), None)
        if not self._model.fold(state, event, row.source, row.offset):
            self.repeated += 1
            return True  # the fence has moved
        self.applied += 1
        changes = self._model.judge(state, row.ts, "event", event, row)
        if changes or state.alerts:
            self._changed(state, changes, row.clock, event)
        return True

    def erase(self, store: Store[MemberState], erasure: Erasure) -> None:
        key = f"{erasure.brand_id}\x1f{erasure.member_id}".encode()
        state = store.get(key)
        if state is not None:
            self._alert(close_all(state))
        store.erase(key, erasure.fence)
        self.outbox.put(self._profiles_topic, f"{erasure.brand_id}|{erasure.member_id}".encode(), None)

    def fire(self, state: MemberState, clock: int) -> None:
        self._changed(state, self._model.fire_due(state, clock), None)

    def activate(self, rules: RuleSet) -> None:
        """Judge by these rules from here on if they are newer; all members are looked at anew, some at each tick."""
        if rules.version <= self._model.version:
            return
        log.info("rules activated", version=rules.version, before=self._model.version, tags=len(rules.names))
        self._model, self._activated = self._model.under(rules), True
        METRICS.rules_version.set(rules.version)
        for number, place in self._places.items():
            self._review[number] = place.store.all_keys()

    async def open(self, partitions: set[Partition]) -> None:
        await super().open(partitions)
        METRICS.rules_version.set(self._model.version)
        if self._activated:
            self._review = {number: place.store.all_keys() for number, place in self._places.items()}

    def close(self) -> None:
        super().close()
        self._review.clear()

    async def idle(self) -> None:
        await super().idle()
        for number, place in self._places.items():
            keys = self._review.get(number)
            if keys:
                self._look_again(place, keys)
        METRICS.rules_pending.set(sum(map(len, self._review.values())))

    def _look_again(self, place: Place[MemberState], keys: list[bytes]) -> None:
        """Judge some members by the present rules, as of the frontier, or of their last judgement."""
        for _ in range(min(len(keys), REVIEWED_PER_STEP)):
            key = keys.pop()
            state = place.store.get(key)
            if state is None or state.rules == self._model.version:
                continue
            clock = place.frontier.clock
            if clock is not None:
                self.fire(state, clock)
            at = state.judged_at if clock is None else max(clock, state.judged_at)
            self._changed(state, self._model.judge(state, at, "rule"), None)
            place.store.put(key, state)
            self.rows += 1

    def settle(self, state: MemberState, clock: int) -> None:
        self.fire(state, clock)
        self._changed(state, self._model.judge(state, clock, "timer"), None)

    def tell(self, state: MemberState) -> None:
        profile = self._model.profile(state, state.judged_at)
        self.outbox.put(self._profiles_topic, profile.key(), written_json(profile))

    def _changed(
        self, state: MemberState, changes: list[Change], arrived: int | None, event: Event | None = None
    ) -> None:
        self._alert(self._model.alerts(state, changes, event))
        if not changes:
            return
        key = changes[0].key()
        for change in changes:
            self.outbox.put(self._changes_topic, key, written_json(change))
            self.told.append(self._counter(change.tag, change.change))
        if arrived is not None:
            self._arrived.append(arrived)

    def _alert(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            self.outbox.put(self._alerts_topic, alert.key(), to_json(alert))
            self.told.append(METRICS.alerts.labels(kind=alert.kind, state=alert.state))

    def delivered(self) -> None:
        now = time.time()
        waits = [max(0.0, now - arrived / 1000) for arrived in self._arrived]
        observe_all(METRICS.event_to_tag_seconds, waits)
        self._arrived.clear()

    def _counter(self, tag: str, change: str) -> Counter:
        """Looking a label up in Prometheus' client costs more than counting."""
        counter = self._counters.get((tag, change))
        if counter is None:
            counter = self._counters[tag, change] = METRICS.tag_changes.labels(tag=tag, change=change)
        return counter
