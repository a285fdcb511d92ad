"""The whole query: features and tags of a share of the members, beside what their profiles hold."""

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from models.params import OWN_ROLES, MemberParams
from streams.recompute import counted, named, tastes
from streams.recompute.conditions import Compiled, Conditions
from streams.recompute.ledger import NAMES, Points, out_of_reach
from streams.recompute.whole import whole

HELD: Final = (
    "first_seen", "last_seen", "activity_score", "activity", "activity_freq", "stage", "r_days", "f", "m_fen", "orders",
    "revenue_fen", "last_paid_at", "streak_days", "longest_streak_days", "checkin_days", "p_alive", "churn", "churn_risk",
    "groups", "features",
)  # fmt: skip
"""Columns of ``member_profiles``; the last holds the features that rules read beside them."""

_ARRIVALS: Final = ("group.joined", "contact.added", "account.followed", "member.registered")

_LEDGER: Final = "LEFT JOIN ledgers ON ledgers.brand_id = p.brand_id AND ledgers.member_id = p.member_id"


def query(rules: str, params: MemberParams, database: str) -> tuple[str, Compiled]:
    """SQL with the parameters ``zone``, ``pages`` and ``page``, and what it tells.

    Columns are the features by id, tags as ``tag ID``, and those of the profile as ``held NAME``.
    """
    conditions = Conditions(rules)
    compiled = conditions.compiled
    acts = params.acts
    file = whole(rules)
    points = Points(file["points"])
    keeps_points = any(name in rules and name not in out_of_reach(file) for name in NAMES)
    features = {
        **named.named(params),
        **tastes.NAMED,
        **(points.features() if keeps_points else {}),
        **compiled.features,
    }
    columns = ",\n    ".join(f"{sql} AS `{name}`" for name, sql in features.items())
    tallies = {**tastes.TALLIES, **conditions.tallies.columns}
    parts = {
        "database": database,
        "roles": _list(OWN_ROLES),
        "acts": _list(acts),
        "weights": ", ".join(repr(act.weight) for _, act in sorted(acts.items())),
        "speaks": _list(name for name, act in acts.items() if act.speaks),
        "capped": _list(name for name, act in acts.items() if act.capped),
        "arrivals": _list(_ARRIVALS),
        "half_life": repr(params.half_life_days * 86_400_000),
        "cap": repr(float(params.cap_per_day)),
        "touches": named.touches(),
        "order_marks": counted.order_marks(),
        "original": named.moment("raw", "paid_ts_orig"),
        "cost": counted.cost(),
        "costed": counted.COSTED,
        "net_marks": counted.net_marks(),
        "net_days": counted.net_days(),
        "marks": counted.marks(),
        "ledger": points.tables() if keeps_points else "",
        "ledger_join": _LEDGER if keeps_points else "",
        "tallies": ",\n        ".join(f"{sql} AS `{name}`" for name, sql in tallies.items()),
        **tastes.PARTS,
        "held": ",\n    ".join(f"p.{name} AS `held {name}`" for name in HELD),
        "features": columns,
        "tags": ",\n    ".join(f"{sql} AS `tag {tag}`" for tag, sql in compiled.tags.items()),
    }
    sql = files("streams.recompute").joinpath("members.sql").read_text("utf-8")
    return re.sub(r"\$([a-z_]+)", lambda found: parts[found[1]], sql), compiled


def _list(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))
