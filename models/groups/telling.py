"""The alert of an alarm that is not a spike, as the fact that everybody reads."""

from hashlib import blake2b
from typing import Any

import msgspec

from models.groups.life import Alarm
from models.groups.state import GroupState
from models.groups.traits import context
from models.groups.wording import Evidence
from schemas.facts import Alert


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of an alarm: ``at`` and ``window`` in ms, ``what`` is opened, updated or closed."""

    kind: str
    what: str
    at: int
    window: int
    observed: int
    expected: float
    members: int
    text_zh: str
    text_en: str
    p_value: float = 0.0


def alert_id(brand_id: str, group_id: str, kind: str, opened_at: int) -> str:
    """Identity of an alert, a pure function of whom it is about and when it opened (ms)."""
    whole = "\0".join((brand_id, group_id, kind, str(opened_at)))
    return blake2b(whole.encode(), digest_size=16).hexdigest()


def tell(state: GroupState, alarm: Alarm, told: Told, evidence: Evidence) -> Alert:
    """The next version of an alarm's alert."""
    said: dict[str, Any] = msgspec.structs.asdict(told)
    what, at, window = (said.pop(name) for name in ("what", "at", "window"))
    return Alert.model_construct(
        schema_version=1,
        alert_id=alert_id(state.brand_id, state.group_id, told.kind, alarm.opened_at),
        brand_id=state.brand_id,
        group_id=state.group_id,
        state=what,
        version=alarm.version,
        severity=alarm.severity,
        opened_at=alarm.opened_at,
        closed_at=at if what == "closed" else None,
        as_of=at,
        window_seconds=max(1, window // 1000),
        evidence=evidence | context(state),
        **said,
    )
