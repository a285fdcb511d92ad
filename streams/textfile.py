"""Metrics for Prometheus' textfile collector."""

from pathlib import Path


def write_textfile(path: Path, text: str) -> None:
    """Write a file of metrics at once: the collector sees the former one or all of this one.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
