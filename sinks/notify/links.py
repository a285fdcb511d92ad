"""Addresses that a notification offers to whoever reads it."""

from dataclasses import dataclass
from urllib.parse import quote

from sinks.notify.notice import AlertView, alert_name


@dataclass(frozen=True)
class Links:
    """Where the board and the runbook are; empty when nobody said so."""

    board_template: str = ""
    """May name ``{brand_id}``, ``{group_id}``, ``{member_id}`` and ``{alert_id}``."""
    runbook_base: str = ""

    def board(self, alert: AlertView) -> str | None:
        """Address of the board for the alert's group or member."""
        link = self.board_template
        for name in ("brand_id", "group_id", "member_id", "alert_id"):
            link = link.replace(f"{{{name}}}", quote(getattr(alert, name) or "", safe=""))
        return link or None

    def runbook(self, alert: AlertView) -> str:
        """Address of the runbook's section on this kind of alert."""
        return f"{self.runbook_base}#{alert_name(alert.kind).lower()}" if self.runbook_base else ""
