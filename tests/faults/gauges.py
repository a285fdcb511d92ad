"""Memory, file descriptors and threads of processes, from /proc, and how fast they grow."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One look at a process; `at` in seconds, `rss` in MB."""

    at: float
    rss: float
    fds: int
    threads: int


def look(pid: int, at: float) -> Sample | None:
    """The process as it is now; None when it is gone."""
    try:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        fds = len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, KeyError):
        return None
    if "VmRSS" not in status:
        return None
    return Sample(at, int(status["VmRSS"].split()[0]) / 1024, fds, int(status["Threads"]))


def slope(samples: list[Sample]) -> float:
    """Growth of memory by least squares, MB a minute."""
    if len(samples) < 3:
        return 0.0
    mean_at = sum(one.at for one in samples) / len(samples)
    mean_rss = sum(one.rss for one in samples) / len(samples)
    above = sum((one.at - mean_at) * (one.rss - mean_rss) for one in samples)
    below = sum((one.at - mean_at) ** 2 for one in samples)
    return 60 * above / below if below else 0.0
