"""The members agent: tags, scores and profiles of members, by the decisions of `models`."""

import time
from typing import Any

from prometheus_client import Counter

from models.members import Members
from models.state import MemberState, restore, snapshot
from schemas.erasure import Erasure
from schemas.rows import Row
from schemas.view import Event
from schemas.written import Change, written_json
from sinks.metrics import METRICS, observe_all
from streams.keyed import Keyed, values_for
from streams.store import Store


class MembersFlow(Keyed[MemberState]):
    """The flow of the members agent."""

    name = "members"

    def __init__(
        self, *args: Any, model: Members, topics: dict[str, str], state: tuple[str, Any], **kwargs: Any
    ) -> None:
        """`topics` gives the full names of ``tag-changes`` and ``member-profiles``; `state` the kind and folder of the store."""
        super().__init__(*args, **kwargs)
        self._model = model
        self._changes_topic = topics["tag-changes"]
        self._profiles_topic = topics["member-profiles"]
        self._state = state
        self._arrived: list[int] = []
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
            self._changed(self._model.fire_due(state, row.clock), row.clock)
        if not self._model.fold(state, event, row.source, row.offset):
            self.repeated += 1
            return True  # the fence has moved
        self.applied += 1
        changes = self._model.judge(state, row.ts, "event", event, row)
        if changes:
            self._changed(changes, row.clock)
        return True

    def erase(self, store: Store[MemberState], erasure: Erasure) -> None:
        store.erase(f"{erasure.brand_id}\x1f{erasure.member_id}".encode(), erasure.fence)
        self.outbox.put(self._profiles_topic, f"{erasure.brand_id}|{erasure.member_id}".encode(), None)

    def fire(self, state: MemberState, clock: int) -> None:
        self._changed(self._model.fire_due(state, clock), None)

    def settle(self, state: MemberState, clock: int) -> None:
        self.fire(state, clock)
        self._changed(self._model.judge(state, clock, "timer"), None)

    def tell(self, state: MemberState) -> None:
        profile = self._model.profile(state, state.judged_at)
        self.outbox.put(self._profiles_topic, profile.key(), written_json(profile))

    def _changed(self, changes: list[Change], arrived: int | None) -> None:
        if not changes:
            return
        key = changes[0].key()
        for change in changes:
            self.outbox.put(self._changes_topic, key, written_json(change))
            self.told.append(self._counter(change.tag, change.change))
        if arrived is not None:
            self._arrived.append(arrived)

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
