"""The whole query: features and tags of a share of the members, beside what their profiles hold."""

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from models.params import OWN_ROLES, MemberParams
from streams.recompute import counted, ledger, levels, named, rights, service, tastes, vip
from streams.recompute.conditions import Compiled, Conditions
from streams.recompute.whole import whole

HELD: Final = (
    "first_seen", "last_seen", "activity_score", "activity", "activity_freq", "stage", "r_days", "f", "m_fen", "orders",
    "revenue_fen", "last_paid_at", "streak_days", "longest_streak_days", "checkin_days", "p_alive", "churn", "churn_risk",
    "groups", "features",
)  # fmt: skip
"""Columns of ``member_profiles``; the last holds the features that rules read beside them."""

_ARRIVALS: Final = ("group.joined", "contact.added", "account.followed", "member.registered")

_LADDERS: Final = "LEFT JOIN ladders ON ladders.brand_id = p.brand_id AND ladders.member_id = p.member_id"
_LEDGER: Final = "LEFT JOIN ledgers ON ledgers.brand_id = p.brand_id AND ledgers.member_id = p.member_id"


def query(rules: str, params: MemberParams, database: str) -> tuple[str, Compiled]:
    """SQL with the parameters ``zone``, ``pages`` and ``page``, and what it tells.

    Columns are the features by id, tags as ``tag ID``, and those of the profile as ``held NAME``.
    """
    file = whole(rules)
    conditions = Conditions(file)
    compiled, reads = conditions.compiled, conditions.reads()
    acts = params.acts
    ladder = levels.Ladder(file["levels"])
    points = ledger.Points(file["points"], ladder)
    keeps_points = not reads.isdisjoint(ledger.NAMES)
    keeps_levels = not reads.isdisjoint(levels.NAMES) or (keeps_points and ladder.multiplies)
    features = {
        **named.named(params),
        **tastes.NAMED,
        **vip.NAMED,
        **(ladder.features() if keeps_levels else {}),
        **rights.NAMED,
        **service.named(params),
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
        "vip_since": vip.since(file["vip"]),
        "levels": ladder.tables() if keeps_levels else "",
        "levels_join": _LADDERS if keeps_levels else "",
        "rights_of_order": rights.OF_ORDER,
        "rights_of_money": rights.OF_MONEY,
        "rights": rights.TABLES,
        "rights_crowded": rights.CROWDED,
        "rights_joins": rights.JOINS,
        "complaints": service.TABLE,
        "complaints_crowded": service.CROWDED,
        "complaints_join": service.JOIN,
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
