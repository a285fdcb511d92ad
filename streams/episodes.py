"""Keeps the gauge of open episodes at what the store says."""

from sinks.base import Engine
from sinks.clickhouse.episodes import open_episodes
from sinks.errors import SinkError
from sinks.metrics import METRICS, Metrics


class OpenEpisodes:
    """The gauge. A kind and severity met once stays at 0 when none is open, so that a rule sees it end."""

    def __init__(self, engine: Engine, metrics: Metrics = METRICS) -> None:
        self._engine = engine
        self._gauge = metrics.open_episodes
        self._met: set[tuple[str, str]] = set()

    def refresh(self) -> None:
        """Ask the store; blocks. A store that does not answer makes it unknown, which is not zero."""
        try:
            found = open_episodes(self._engine)
        except SinkError:
            self._gauge.clear()
            return
        self._met |= found.keys()
        for kind, severity in self._met:
            self._gauge.labels(kind=kind, severity=severity).set(found.get((kind, severity), 0))
