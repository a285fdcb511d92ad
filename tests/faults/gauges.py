"""Memory, file descriptors and threads of processes, from /proc, and how fast they grow."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One look at a process; `at` in seconds, `rss` in MB, `held` the states that it holds,
    None where that is not known."""

    at: float
    rss: float
    fds: int
    threads: int
    held: int | None = 0


def look(pid: int, at: float, held: int | None = 0) -> Sample | None:
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
    return Sample(at, int(status["VmRSS"].split()[0]) / 1024, fds, int(status["Threads"]), held)


def slope(samples: list[Sample]) -> float:
    """Growth of memory by least squares, MB a minute."""
    if len(samples) < 3:
        return 0.0
    at, rss = _centred([one.at for one in samples]), _centred([one.rss for one in samples])
    below = _dot(at, at)
    return 60 * _dot(at, rss) / below if below else 0.0


def slope_at_equal_state(samples: list[Sample]) -> float:
    """Growth of memory, MB a minute, by least squares over time and states held: what a worker gains with the partitions of
    one that is gone, and loses with them, is no growth. Samples that do not say what was held are left out."""
    samples = [one for one in samples if one.held is not None]
    if len(samples) < 4:
        return slope(samples)
    at, rss = _centred([one.at for one in samples]), _centred([one.rss for one in samples])
    held = _centred([float(one.held or 0) for one in samples])
    both, held_both = _dot(at, held), _dot(held, held)
    below = _dot(at, at) * held_both - both * both
    if below <= 0:
        return slope(samples)
    return 60 * (_dot(at, rss) * held_both - _dot(held, rss) * both) / below


def _centred(values: list[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def _dot(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
