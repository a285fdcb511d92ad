"""Reading what a rule file declares beside tags: what earns points, the levels of members, and VIP groups; and
the alert of a tag."""

from typing import Final

import yaml

from models.earning import EARNS, Counted, Earning
from models.levels import Levels, Rung
from models.measures import KEPT_DAYS_POINTS
from models.rules.reading import Reader
from models.rules.rule import SEVERITIES, Alerting, Name
from schemas.events import TYPES

_POINTS_KEYS: Final = ("order", "signin", "counts", "valid_days", "warn_days", "per_yuan")
_ORDER_KEYS: Final = ("each", "unit_fen", "per_unit")
_COUNT_KEYS: Final = ("count", "points", "most_a_day")
_LEVELS_KEYS: Final = ("growth", "window_days", "period_days", "grace_days", "steps")
_GROWTH_KEYS: Final = ("per_yuan", "signin")
_STEP_KEYS: Final = ("level", "from", "points_percent")

MOST_WORDS: Final = 200
"""Characters of what an alert says: a robot's message must hold it."""

_EVENT_TYPES: Final = tuple(type_ for types in TYPES.values() for type_ in types)

_LONGEST: Final = KEPT_DAYS_POINTS // 2
"""Points hold for so many days at most, so that the days kept tell which lots were spent."""


def earning(reader: Reader, node: yaml.Node) -> Earning:
    """The section ``points``.

    Raises `models.rules.reading.RuleError` at the first thing that is wrong.
    """
    parts = reader.mapping(node, _POINTS_KEYS)
    order = reader.mapping(parts["order"], _ORDER_KEYS) if "order" in parts else {}
    if ("unit_fen" in order) is not ("per_unit" in order):
        raise reader.error(parts["order"], "unit_fen and per_unit go together: points for each unit of money")
    numbers = {
        "each_order": reader.integer(order["each"], least=0) if "each" in order else 0,
        "unit_fen": reader.integer(order["unit_fen"], least=1) if "unit_fen" in order else 0,
        "per_unit": reader.integer(order["per_unit"], least=0) if "per_unit" in order else 0,
    }
    for name, least in (("signin", 0), ("valid_days", 0), ("warn_days", 1), ("per_yuan", 1)):
        if name in parts:
            numbers[name] = reader.integer(parts[name], least)
    if numbers.get("valid_days", 0) > _LONGEST:
        raise reader.error(parts["valid_days"], f"points hold for at most {_LONGEST} days, or for ever: 0")
    counts = reader.sequence(parts["counts"]) if "counts" in parts else []
    return Earning(counts=tuple(_counted(reader, one) for one in counts), **numbers)


def _counted(reader: Reader, node: yaml.Node) -> Counted:
    parts = reader.mapping(node, _COUNT_KEYS, needed=_COUNT_KEYS)
    return Counted(
        what=reader.word(parts["count"], "count", EARNS),
        points=reader.integer(parts["points"], least=1),
        most_a_day=reader.integer(parts["most_a_day"], least=1),
    )


def levels(reader: Reader, node: yaml.Node) -> Levels:
    """The section ``levels``.

    Raises `models.rules.reading.RuleError` at the first thing that is wrong.
    """
    parts = reader.mapping(node, _LEVELS_KEYS, needed=("steps",))
    growth = reader.mapping(parts["growth"], _GROWTH_KEYS) if "growth" in parts else {}
    numbers = {name: reader.integer(one, least=0) for name, one in growth.items()}
    for name, least in (("window_days", 1), ("period_days", 1), ("grace_days", 0)):
        if name in parts:
            numbers[name] = reader.integer(parts[name], least)
    rungs = tuple(_rung(reader, one) for one in reader.sequence(parts["steps"]))
    if any(low.least >= high.least for low, high in zip(rungs, rungs[1:], strict=False)):
        raise reader.error(parts["steps"], "levels go from the lowest to the highest")
    if len({rung.level for rung in rungs}) < len(rungs):
        raise reader.error(parts["steps"], "two levels have one name")
    return Levels(rungs=rungs, **numbers)


def _rung(reader: Reader, node: yaml.Node) -> Rung:
    parts = reader.mapping(node, _STEP_KEYS, needed=("level", "from"))
    return Rung(
        level=reader.text(parts["level"]),
        least=reader.integer(parts["from"], least=1),
        percent=reader.integer(parts["points_percent"], least=1) if "points_percent" in parts else 100,
    )


def vip_groups(reader: Reader, node: yaml.Node) -> tuple[str, ...]:
    """The section ``vip``: ids of groups.

    Raises `models.rules.reading.RuleError` at the first thing that is wrong.
    """
    parts = reader.mapping(node, ("groups",), needed=("groups",))
    return tuple(reader.text(one) for one in reader.sequence(parts["groups"]))


def alerting(reader: Reader, node: yaml.Node) -> Alerting:
    """The part ``alert`` of a rule: a severity, words in both languages or none, and what tells it again.

    Raises `models.rules.reading.RuleError` at the first thing that is wrong.
    """
    parts = reader.mapping(node, ("severity", "zh", "en", "again"), needed=("severity",))
    severity = reader.word(parts["severity"], "severity", SEVERITIES)
    if ("zh" in parts) is not ("en" in parts):
        raise reader.error(node, "zh and en go together: people read one or the other")
    again = reader.sequence(parts["again"]) if "again" in parts else ()
    return Alerting(
        severity,
        Name(_words(reader, parts["zh"]), _words(reader, parts["en"])) if "zh" in parts else None,
        frozenset(reader.word(one, "event type", _EVENT_TYPES) for one in again),
    )


def _words(reader: Reader, node: yaml.Node) -> str:
    text = reader.text(node)
    if not 0 < len(text) <= MOST_WORDS:
        raise reader.error(node, f"words of an alert have 1 to {MOST_WORDS} characters, not {len(text)}")
    return text
