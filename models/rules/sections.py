"""What two versions of the rules differ in beside tags: the sections of the file, value by value."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from models.earning import Earning
from models.levels import Levels
from models.rules.cut import Cut
from models.rules.difference import Change, changes
from models.rules.rule import Name, RuleSet
from models.rules.wording import said


class Section(NamedTuple):
    """A section of which something is another; of what one version lacks the value is empty."""

    name: str
    changes: tuple[Change, ...]

    @property
    def decides(self) -> bool:
        """Whether members may get or lose a tag by it; a cut point does so by the rules that name it."""
        return self.name in _DECIDING


_DECIDING: Final = frozenset({"points", "levels", "vip"})


def section_differences(before: RuleSet, after: RuleSet) -> list[Section]:
    """Sections that differ, in the order of a rule file."""
    was = _sections(before)
    found = [Section(name, tuple(changes(was[name], now))) for name, now in _sections(after).items()]
    return [one for one in found if one.changes]


def _sections(rules: RuleSet) -> Mapping[str, dict[str, str]]:
    return {
        "parents": _parents(rules.parents),
        "points": _points(rules.earning),
        "levels": _levels(rules.levels),
        "vip": {"groups": ", ".join(sorted(rules.vip_groups))},
        "cuts": dict(map(_cut, rules.cuts)),
    }


def _parents(parents: Mapping[str, Name]) -> dict[str, str]:
    return {
        f"{id_}.{tongue}": getattr(name, tongue) for id_, name in parents.items() for tongue in ("zh", "en")
    }


def _points(earning: Earning) -> dict[str, str]:
    numbers = {
        "order.each": earning.each_order,
        "order.unit_fen": earning.unit_fen,
        "order.per_unit": earning.per_unit,
        "signin": earning.signin,
        "valid_days": earning.valid_days,
        "warn_days": earning.warn_days,
        "per_yuan": earning.per_yuan,
    }
    counts: dict[str, list[str]] = {}
    for one in earning.counts:
        counts.setdefault(f"counts.{one.what}", []).append(f"{one.points}, at most {one.most_a_day} a day")
    return {part: str(number) for part, number in numbers.items()} | {
        part: "; ".join(of_one) for part, of_one in counts.items()
    }


def _levels(levels: Levels) -> dict[str, str]:
    numbers = {
        "growth.per_yuan": levels.per_yuan,
        "growth.signin": levels.signin,
        "window_days": levels.window_days,
        "period_days": levels.period_days,
        "grace_days": levels.grace_days,
    }
    for rung in levels.rungs:
        numbers[f"steps.{rung.level}.from"] = rung.least
        numbers[f"steps.{rung.level}.points_percent"] = rung.percent
    return {part: str(number) for part, number in numbers.items()}


def _cut(cut: Cut) -> tuple[str, str]:
    among = "" if cut.among is None else f" among {said(cut.among)}"
    return f"{cut.feature.id} at {cut.quantile:g}{among}", cut.written
