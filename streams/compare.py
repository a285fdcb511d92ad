"""Stream equals batch: what the workers hold of each member against a recomputation from ``events``, in SQL alone.

Nothing of `models` is used to recompute, so that a mistake there cannot hide itself. Every value is as of the profile's own
``as_of``. What has arrived but is not in a profile yet shows as a difference: compare when the pipeline has come to rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

from models.params import OWN_ROLES, MemberParams
from sinks.base import Engine

COLUMNS: Final = (
    "first_seen", "last_seen", "activity", "activity_freq", "r_days", "f", "m_fen", "orders", "revenue_fen",
    "last_paid_at", "streak_days", "longest_streak_days", "checkin_days", "groups",
)  # fmt: skip
"""Columns of ``member_profiles`` that are recomputed."""

TAGS: Final = (
    "activity.new", "activity.active", "activity.sleeping", "activity.lost", "freq.high", "freq.mid", "freq.low",
    "value.buyer", "value.repeat_buyer", "value.refunded", "habit.high_activity", "habit.streak_7",
)  # fmt: skip
"""Shipped tags that are recomputed; what was set by hand is compared for every tag."""

EXAMPLES: Final = 3
"""Members named of each value that differs."""


@dataclass
class Compared:
    """One value: of how many members it was compared, and of whom it differs."""

    name: str
    members: int = 0
    differ: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def take(self, who: Mapping[str, Any], held: object, recomputed: object) -> None:
        """Compare the value of one member."""
        self.members += 1
        if held != recomputed:
            self.differ += 1
            if len(self.examples) < EXAMPLES:
                member = {name: who[name] for name in ("brand_id", "member_id")}
                self.examples.append({**member, "held": str(held), "recomputed": str(recomputed)})


def compare(engine: Engine, zone: str, pages: int = 1) -> list[Compared]:
    """Compare all members, a share of them at a time.

    Raises what `Engine.query` raises.
    """
    found = {name: Compared(name) for name in (*COLUMNS, *TAGS, "tags by hand")}
    for page in range(pages):
        for row in _rows(engine, zone, pages, page):
            for name in COLUMNS:
                found[name].take(row, row[f"held_{name}"], row[name])
            held, by_hand = set(row["tags"]), set(row["by_hand"])
            for tag in TAGS:
                found[tag].take(row, tag in held, row[f"tag_{tag}"] == 1 or tag in by_hand)
            found["tags by hand"].take(row, sorted(by_hand & held), sorted(by_hand))
    return list(found.values())


def _rows(engine: Engine, zone: str, pages: int, page: int) -> Iterator[dict[str, Any]]:
    acts, roles = (
        ", ".join(f"'{word}'" for word in sorted(words)) for words in (MemberParams().acts, OWN_ROLES)
    )
    sql = files("streams").joinpath("compare.sql").read_text("utf-8")
    sql = sql.replace("$database", engine.database).replace("$acts", acts).replace("$roles", roles)
    yield from engine.query(sql, {"zone": zone, "pages": pages, "page": page})


def as_text(found: list[Compared]) -> str:
    """The outcome for a person."""
    lines = [f"{'value':<24}{'members':>9}{'differ':>8}"]
    for one in found:
        lines.append(f"{one.name:<24}{one.members:>9}{one.differ:>8}")
        lines += [
            f"    {example['brand_id']}/{example['member_id']}: held {example['held']}, "
            f"recomputed {example['recomputed']}"
            for example in one.examples
        ]
    return "\n".join(lines)


def as_metrics(found: list[Compared]) -> str:
    """The outcome in Prometheus' text format, for a textfile collector."""
    lines = [
        "# HELP qunpulse_compare_differ Members of whom a value differs from its recomputation in SQL.",
        "# TYPE qunpulse_compare_differ gauge",
        *(f'qunpulse_compare_differ{{value="{one.name}"}} {one.differ}' for one in found),
        "# HELP qunpulse_compare_members Members compared.",
        "# TYPE qunpulse_compare_members gauge",
        f"qunpulse_compare_members {max((one.members for one in found), default=0)}",
    ]
    return "\n".join(lines) + "\n"
