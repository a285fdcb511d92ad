"""Stream equals batch: what the workers hold of each member against a recomputation from ``events``, in SQL alone.

Every value is as of the profile's own ``as_of``. What has arrived but is not in a profile yet shows as a difference: compare
when the pipeline has come to rest.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any, Final

from models.params import MemberParams
from sinks.base import Engine
from streams.recompute.query import HELD, query

EXAMPLES: Final = 3
"""Members named of each value that differs."""

_SETTINGS: Final = {
    "max_query_size": 4_000_000,
    "max_ast_elements": 2_000_000,
    "max_expanded_ast_elements": 20_000_000,
}


@dataclass
class Compared:
    """One value: of how many members it was compared, and of whom it differs."""

    name: str
    members: int = 0
    differ: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def take(self, who: Mapping[str, Any], held: object, recomputed: object) -> None:
        """Compare the value of one member; numbers may differ by what rounding does."""
        self.members += 1
        if not _same(held, recomputed):
            self.differ += 1
            if len(self.examples) < EXAMPLES:
                member = {name: who[name] for name in ("brand_id", "member_id")}
                self.examples.append({**member, "held": str(held), "recomputed": str(recomputed)})


def _same(held: object, recomputed: object) -> bool:
    if isinstance(held, float) and isinstance(recomputed, int | float):
        return isclose(held, recomputed, rel_tol=1e-9, abs_tol=1e-8)
    return held == recomputed


@dataclass
class Comparison:
    """All values, and the tags whose rules events alone do not settle."""

    values: list[Compared]
    left_out: list[str]


def compare(
    engine: Engine, zone: str, rules: str, params: MemberParams | None = None, pages: int = 1
) -> Comparison:
    """Compare all members, a share of them at a time, by the text of the rule file that the workers use.

    Raises what `Engine.query` raises.
    """
    sql, compiled = query(rules, params or MemberParams(), engine.database)
    names = (*HELD[:-1], *compiled.tags, "tags by hand")
    found = {name: Compared(name) for name in names}
    for page in range(pages):
        for row in _rows(engine, sql, {"zone": zone, "pages": pages, "page": page}):
            _take(found, row, compiled.tags)
    return Comparison(list(found.values()), compiled.left_out)


def _take(found: dict[str, Compared], row: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    for name in HELD[:-1]:
        found[name].take(row, row[f"held {name}"], row[name])
    held, by_hand = set(row["held_tags"]), set(row["by_hand"])
    found["tags by hand"].take(row, sorted(by_hand & held), sorted(by_hand))
    if row["crowded"]:
        return
    features = json.loads(row["held features"] or "{}")
    for name, value in features.items():
        if name in row:
            found.setdefault(name, Compared(name)).take(row, value, row[name])
    for tag in tags:
        if row[f"tag {tag}"] is not None:
            found[tag].take(row, tag in held, row[f"tag {tag}"] == 1 or tag in by_hand)


def _rows(engine: Engine, sql: str, params: Mapping[str, str | int]) -> Iterator[dict[str, Any]]:
    settings = ", ".join(f"{name} = {value}" for name, value in _SETTINGS.items())
    yield from engine.query(f"{sql} SETTINGS {settings}", params)


def as_text(found: Comparison) -> str:
    """The outcome for a person."""
    width = max(len(one.name) for one in found.values) + 2
    lines = [f"{'value':<{width}}{'members':>9}{'differ':>8}"]
    for one in found.values:
        lines.append(f"{one.name:<{width}}{one.members:>9}{one.differ:>8}")
        lines += [
            f"    {example['brand_id']}/{example['member_id']}: held {example['held']}, "
            f"recomputed {example['recomputed']}"
            for example in one.examples
        ]
    if found.left_out:
        lines.append(f"not recomputed, since they hang on when they were judged: {', '.join(found.left_out)}")
    return "\n".join(lines)


def as_metrics(found: Comparison) -> str:
    """The outcome in Prometheus' text format, for a textfile collector."""
    lines = [
        "# HELP qunpulse_compare_differ Members of whom a value differs from its recomputation in SQL.",
        "# TYPE qunpulse_compare_differ gauge",
        *(f'qunpulse_compare_differ{{value="{_escaped(one.name)}"}} {one.differ}' for one in found.values),
        "# HELP qunpulse_compare_members Members compared.",
        "# TYPE qunpulse_compare_members gauge",
        f"qunpulse_compare_members {max((one.members for one in found.values), default=0)}",
        "# HELP qunpulse_compare_values Values compared.",
        "# TYPE qunpulse_compare_values gauge",
        f"qunpulse_compare_values {len(found.values)}",
    ]
    return "\n".join(lines) + "\n"


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
