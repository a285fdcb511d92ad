"""What a receiver is given: one version of an alert, and what the receiver was told of it before."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec


class AlertView(msgspec.Struct, frozen=True):
    """An alert as receivers see it; fields as in `schemas.facts.Alert`. Later fields and later kinds are let through."""

    alert_id: str
    brand_id: str
    group_id: str
    kind: str
    state: Literal["opened", "updated", "closed"]
    version: int
    severity: str
    opened_at: int
    as_of: int
    observed: int
    expected: float
    p_value: float
    members: int
    evidence: dict[str, Any]
    text_zh: str
    text_en: str
    window_seconds: int = 0
    closed_at: int | None = None
    member_id: str | None = None
    tag: str | None = None

    @property
    def over(self) -> bool:
        """The episode has ended."""
        return self.state == "closed"

    @property
    def figures(self) -> bool:
        """Whether ``observed``, ``expected``, ``p_value`` and ``members`` say anything; of a member they do not."""
        return self.member_id is None


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of an alert for one receiver."""

    alert: AlertView
    raw: bytes
    """The fact as it stands on its topic."""
    told_severity: str | None = None
    """Severity in what the receiver was told last of this alert; None when it was told nothing."""


_decode = msgspec.json.Decoder(AlertView).decode


def read_alert(raw: bytes) -> AlertView:
    """The alert in the bytes of a fact.

    Raises:
        ValueError: these bytes are no alert; the text says why.
    """
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None


def alert_name(kind: str) -> str:
    """Name of a kind of alert, as Prometheus writes names.

    >>> alert_name("churn_spike")
    'QunPulseChurnSpike'
    """
    return "QunPulse" + "".join(word.capitalize() for word in kind.split("_"))
