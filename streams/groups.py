"""The groups agent: who is in, windows of figures, and churn spikes, by the decisions of `models.groups`."""

from typing import Any

from models.groups.erasure import erase as erase_in_group
from models.groups.groups import Groups
from models.groups.state import GroupState, restore, snapshot
from schemas.erasure import Erasure
from schemas.facts import Alert, to_json
from schemas.figures import figures_json
from schemas.rows import Row
from schemas.view import Event
from sinks.metrics import METRICS
from streams.keyed import Keyed
from streams.place import values_for
from streams.store import Store


class GroupsFlow(Keyed[GroupState]):
    """The flow of the groups agent."""

    name = "groups"

    def __init__(
        self, *args: Any, model: Groups, topics: dict[str, str], state: tuple[str, Any], **kwargs: Any
    ) -> None:
        """`topics` gives the full names of ``group-stats`` and ``alerts``; `state` the kind and folder of the store."""
        super().__init__(*args, **kwargs)
        self._model = model
        self._stats_topic = topics["group-stats"]
        self._alerts_topic = topics["alerts"]
        self._state = state

    def new_store(self, partition: int) -> Store[GroupState]:
        return Store(snapshot, restore, values_for(*self._state, self.name, partition))

    def key_of(self, event: Event) -> str | None:
        return event.group_id

    def initial(self, brand_id: str, name: str) -> GroupState:
        return self._model.initial(brand_id, name)

    def apply(self, state: GroupState, event: Event, row: Row) -> bool:
        if row.offset <= state.fence.get(row.source, -1):
            self.repeated += 1
            return False
        if state.due is not None and state.due <= row.clock:
            self._alert(self._model.fire_due(state, row.clock))
        alerts = self._model.fold(state, event, row.source, row.offset)
        if alerts:
            self._alert(alerts)
        self.applied += 1
        return True

    def erase(self, store: Store[GroupState], erasure: Erasure) -> None:
        for key in store.naming(erasure.member_id.encode()):
            state = store.get(key)
            if state is None or state.brand_id != erasure.brand_id:
                continue
            if erase_in_group(state, erasure.member_id, erasure.alias):
                store.put(key, state)

    erase_again = erase

    def fire(self, state: GroupState, clock: int) -> None:
        self._alert(self._model.fire_due(state, clock))

    def settle(self, state: GroupState, clock: int) -> None:
        self.fire(state, clock)

    def tell(self, state: GroupState) -> None:
        rows = self._model.drain(state, state.latest)
        if rows:
            key = rows[0].key()
            for row in rows:
                self.outbox.put(self._stats_topic, key, figures_json(row))

    def _alert(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            self.outbox.put(self._alerts_topic, alert.key(), to_json(alert))
            self.told.append(METRICS.alerts.labels(kind=alert.kind, state=alert.state))
