"""YAML text to nodes, quickly and to a bounded depth."""

from typing import Any, Final

import yaml

DEPTH: Final = 64
"""Mappings and lists within each other, far more than rules need. Without a bound, a file of brackets ends the process:
libyaml's binding composes by recursion in C."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads the rules `full` in 20 ms, Python in 260 ms (one run); PyYAML's wheels bring it, other builds may not."""


def compose(text: str) -> yaml.Node | None:
    """Root of a text, None if it holds nothing.

    Raises:
        yaml.YAMLError: it is no YAML, or nested deeper than `DEPTH`.
    """
    try:
        _bound(text, _LOADER)
    except yaml.YAMLError:
        # Python's parser words errors better, and points at the place where a person would look
        _bound(text, yaml.SafeLoader)
        raise
    root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    return root


def _bound(text: str, loader: Any) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH:
                raise yaml.MarkedYAMLError(None, None, f"nested deeper than {DEPTH}", event.start_mark)  # type: ignore[arg-type]
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
