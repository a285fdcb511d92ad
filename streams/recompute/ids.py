"""Ids of shares, lifts and commonest words: where a file describes one with several bounds, these are part of the id."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from streams.recompute.days import during_id


def shared_id(parts: Mapping[str, Any], told_apart: Collection[str] = ()) -> str:
    """Id of a share, a lift or a commonest word."""
    if "lift" in parts:
        way, about, more = "lift", parts["lift"], f",least={parts.get('least', 1)}"
    elif "top" in parts:
        about, more = (
            parts["top"],
            f",least={parts.get('least', 1)},with_share={float(parts.get('with_share', 0))}",
        )
        way = "top"
    else:
        way, more = "share", f",least={parts.get('least', 1)}"
        sides = [one if isinstance(one, list) else [one] for one in (parts["share"], parts["of"])]
        about = "/".join("+".join(side) for side in sides)
    id_ = f"{way}({about},{parts['days']}d{during_id(parts)})"
    return f"{id_[:-1]}{more})" if id_ in told_apart else id_


def ids_of_several(rules: Any) -> set[str]:
    """Ids of shares, lifts and commonest words that rules describe with several ``least`` or ``with_share``."""
    found: dict[str, set[tuple[int, float]]] = {}
    for parts in _described(rules):
        found.setdefault(shared_id(parts), set()).add((parts.get("least", 1), parts.get("with_share", 0.0)))
    return {id_ for id_, ways in found.items() if len(ways) > 1}


def _described(one: Any) -> Iterator[dict[str, Any]]:
    """Shares, lifts and commonest words that are described."""
    if isinstance(one, dict) and ("top" in one or "lift" in one or ("share" in one and "of" in one)):
        yield one
    elif isinstance(one, dict | list):
        for part in one.values() if isinstance(one, dict) else one:
            yield from _described(part)
