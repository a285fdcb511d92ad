"""A rule file as SQL: each tag's condition over the columns of its features, from the text of the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from streams.recompute.days import NamedDays
from streams.recompute.described import Tallies
from streams.recompute.ids import ids_of_several
from streams.recompute.literal import literal

_SIGNS: Final = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}
_DESCRIBED: Final = ("count", "sum", "distinct", "days_since", "share", "lift", "top", "dear", "price")
_FALLS: Final = {"silence", "p_alive"}
"""Features that an own act lifts over every leave threshold and that fall until the next: a tag that enters below one of these
and leaves above another is held exactly while the first is met."""
_UNITS: Final = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass
class Compiled:
    """What a rule file asks for."""

    features: dict[str, str] = field(default_factory=dict)
    """Described feature -> SQL."""
    tags: dict[str, str] = field(default_factory=dict)
    """Tag -> SQL that is 1, 0, or null where the events do not settle it; it may name the columns of earlier tags."""
    left_out: list[str] = field(default_factory=list)
    """Tags that cannot be recomputed: they hang on when something was judged."""


class Conditions:
    """Writes the rules of one file, which has been checked, as SQL."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._rules: list[dict[str, Any]] = [rule for rule in content["rules"] if "view" not in rule]
        self.tallies = Tallies(NamedDays(content["calendar"]), told_apart=ids_of_several(self._rules))
        viewed = [rule["id"] for rule in content["rules"] if "view" in rule]
        self.compiled = Compiled(tags=dict.fromkeys(viewed, "0"))
        """A tag of a view holds exactly where the words on it say so (``by_hand``)."""
        for rule in self._in_turn():
            self._rule(rule)

    def reads(self) -> set[str]:
        """Features with a name of their own that the rules read."""
        return _features([rule.get(part, {}) for rule in self._rules for part in ("when", "until")])

    def _in_turn(self) -> Iterator[dict[str, Any]]:
        """Rules behind those whose tags they read, and the rules of a family together, in the order of the file."""
        rules = {rule["id"]: rule for rule in self._rules}
        families: dict[str, list[str]] = {}
        for rule in self._rules:
            families.setdefault(rule.get("family", f" {rule['id']}"), []).append(rule["id"])
        done: set[str] = set(self.compiled.tags)
        waiting = list(families.values())
        while waiting:
            ready = [
                mates
                for mates in waiting
                if all(tag in done for mate in mates for tag in _tags(rules[mate]["when"]))
            ]
            for mates in ready:
                yield from (rules[mate] for mate in mates)
                done.update(mates)
            waiting = [mates for mates in waiting if mates not in ready]

    def _rule(self, rule: Mapping[str, Any]) -> None:
        tag, holds = rule["id"], self._condition(rule["when"])
        if "until" in rule and not _features(rule["when"]) | _features(rule["until"]) <= _FALLS:
            self.compiled.left_out.append(tag)
            return
        if any(read in self.compiled.left_out for read in _tags(rule["when"])):
            self.compiled.left_out.append(tag)
            return
        if "minimum_stay" in rule or "time_to_live" in rule or "holdout" in rule:
            self.compiled.left_out.append(tag)
            return
        if "grace" in rule:
            if _features(rule["when"]) != {"groups"} or "family" in rule:
                self.compiled.left_out.append(tag)
                return
            holds = self._with_grace(rule, holds)
        if "family" in rule:
            before = [
                other["id"] for other in self._rules
                if other.get("family") == rule["family"] and other["id"] in self.compiled.tags
            ]  # fmt: skip
            holds = " AND ".join([f"({holds})", *(f"NOT `tag {other}`" for other in before)])
        self.compiled.tags[tag] = holds

    def _with_grace(self, rule: Mapping[str, Any], holds: str) -> str:
        """The number of groups is known for each time of arrival: does one within the grace meet the condition?

        When exactly a late event was judged is not known from events, nor, of several partitions, in which order; where that
        decides, the tag is left open.
        """
        grace = int(rule["grace"][:-1]) * _UNITS[rule["grace"][-1]]
        met, then = holds.replace("`groups`", "one.3"), holds.replace("`groups`", "next.3")
        ever = f"arrayExists(number -> {holds.replace('`groups`', 'number')}, range(names + 1))"
        following = "arrayPushBack(arrayPopFront(spells), spells[-1])"
        end = f"arrayLast((next, one) -> {met} AND NOT ({then}), {following}, spells)"
        return (
            f"multiIf({holds}, 1, NOT {ever}, 0, upto + {grace} <= now, 0, ways > 1, NULL, "
            f"NOT arrayExists(one -> {met}, spells), 0, "
            f"{end}.2 + {grace} > now, 1, {end}.4 + {grace} <= now, 0, NULL)"
        )

    def _condition(self, one: Mapping[str, Any]) -> str:
        if "tag" in one:
            return f"(`tag {one['tag']}` OR has(by_hand, '{one['tag']}'))"
        if "not" in one:
            return f"NOT ({self._condition(one['not'])})"
        if "some" in one:
            parts = " + ".join(f"({self._condition(part)})" for part in one["of"])
            return f"({parts}) >= {one['some']}"
        for joint, word in (("all", " AND "), ("any", " OR ")):
            if joint in one:
                return "(" + word.join(f"({self._condition(part)})" for part in one[joint]) + ")"
        return self._comparison(one)

    def _comparison(self, one: Mapping[str, Any]) -> str:
        """Unknown meets nothing."""
        column = f"`{self._feature(one)}`"
        op = next(key for key in one if key in {*_SIGNS, "is", "in", "known"})
        wanted = one[op]
        if op == "known":
            return f"isNotNull({column})"
        if op == "in":
            return f"ifNull({column} IN ({', '.join(map(literal, wanted))}), 0)"
        return f"ifNull({column} {_SIGNS.get(op, '=')} {literal(wanted)}, 0)"

    def _feature(self, one: Mapping[str, Any]) -> str:
        if "feature" in one:
            return str(one["feature"])
        id_, sql = self.tallies.feature(one)
        self.compiled.features[id_] = sql
        return id_


def _tags(one: Any) -> Iterator[str]:
    """Tags that a condition reads."""
    if isinstance(one, dict):
        if "tag" in one:
            yield one["tag"]
        for part in one.values():
            yield from _tags(part)
    elif isinstance(one, list):
        for part in one:
            yield from _tags(part)


def _features(one: Any) -> set[str]:
    """Features that a condition reads; what it describes counts as one that no name is given to."""
    if isinstance(one, list):
        return set().union(*map(_features, one))
    if not isinstance(one, dict):
        return set()
    if "feature" in one:
        return {one["feature"]}
    return (
        {""}
        if any(way in one for way in (*_DESCRIBED, "tag"))
        else set().union(*map(_features, one.values()))
    )
