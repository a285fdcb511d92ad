"""Reading a rule file: every word is checked, and what is wrong is named by file, line, column and nearest word."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import yaml

from models.earning import NO_RULES, Earning
from models.features import Step
from models.levels import NO_LEVELS, Levels
from models.rules.condition import All, Condition, Treated
from models.rules.cut import Cut
from models.rules.declared import alerting, earning, levels, vip_groups
from models.rules.layers import layers
from models.rules.named import Entries, entries, named_days
from models.rules.parts import Part, split
from models.rules.phrases import Phrases
from models.rules.reading import RuleError
from models.rules.rule import Name, Rule, RuleSet
from models.rules.viewed import BY_HAND, ViewTag, question

__all__ = ["RuleError", "compile_rules"]

_FILE_KEYS: Final = (
    "version",
    "extends",
    "without",
    "parents",
    "calendar",
    "points",
    "levels",
    "vip",
    "cuts",
    "rules",
)
_RULE_KEYS: Final = (
    "id", "name", "class", "parent", "family", "when", "until", "minimum_stay", "grace", "time_to_live", "holdout",
    "alert", "source",
)  # fmt: skip
_VIEW_KEYS: Final = (
    "id", "name", "class", "parent", "view", "member", "when", "until", "by_hand", "source",
)  # fmt: skip
_CUT_KEYS: Final = ("quantile", "among", "value")
_NEEDED: Final = ("id", "name", "class", "when", "source")
_UNITS_MS: Final[Mapping[str, int]] = MappingProxyType(
    {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
)
_duration = re.compile(r"([0-9]+)([smhd])").fullmatch
_tag_id = re.compile(r"[a-z0-9][a-z0-9_.]{0,63}").fullmatch


def compile_rules(text: str, name: str) -> RuleSet:
    """Rules of a file with the content ``text``, with those that it extends in front (`models.rules.parts`); ``name`` is what
    errors call it.

    Raises `RuleError` at the first thing that is wrong.
    """
    file: _Compiler | None = None
    for part in split(text, name):
        file = _Compiler(part, file)
    assert file is not None
    return file.rule_set()


class _Compiler(Phrases):
    """One file, on top of the one that it extends."""

    def __init__(self, file: Part, extended: "_Compiler | None") -> None:
        super().__init__(file.name)
        self._extended = extended
        root = self.compose(file.text)
        parts = self.mapping(root, _FILE_KEYS, needed=("version", "rules"))
        self._check_extension(parts)
        self._parts = parts
        self._version: int = self.integer(parts["version"], least=1) + (
            0 if extended is None else extended._version
        )
        self._known_parents: dict[str, Name] = {} if extended is None else dict(extended._known_parents)
        if "parents" in parts:
            self._known_parents |= self._parents(parts["parents"])
        self._calendar: Entries = {} if extended is None else extended._calendar
        if "calendar" in parts:
            self._calendar = {**self._calendar, **entries(self, parts["calendar"])}
        self.days = named_days(self._calendar)
        self._points: Earning = NO_RULES if extended is None else extended._points
        if "points" in parts:
            self._points = earning(self, parts["points"])
        self._levels: Levels = NO_LEVELS if extended is None else extended._levels
        if "levels" in parts:
            self._levels = levels(self, parts["levels"])
        self._vip: tuple[str, ...] = () if extended is None else extended._vip
        if "vip" in parts:
            self._vip = vip_groups(self, parts["vip"])

    def _check_extension(self, parts: Mapping[str, yaml.Node]) -> None:
        if "extends" in parts and self._extended is None:
            raise self.error(
                parts["extends"], f"{self.text(parts['extends'])!r} is to stand in front of this text"
            )
        if "without" in parts and "extends" not in parts:
            raise self.error(parts["without"], "without what? The file extends no other")

    def rule_set(self) -> RuleSet:
        parts = self._parts
        rules = self._rules(frozenset())
        told_apart = _shared_ids(_judged(rules.values()))
        if told_apart:
            rules = self._rules(told_apart)
        cuts = tuple(self._cut(node) for node in self.sequence(parts["cuts"])) if "cuts" in parts else ()
        parents = MappingProxyType(self._known_parents)
        return RuleSet(
            self._version,
            parents,
            _judged(rules.values()),
            self._turns(rules),
            cuts,
            self._points,
            self._levels,
            self._vip,
            tuple(rule for rule in rules.values() if isinstance(rule, ViewTag)),
        )

    def _rules(self, told_apart: frozenset[str]) -> dict[str, Rule | ViewTag]:
        """Rules by tag: those of the file that is extended, by the days of this one and less those that it is to be without,
        each at the place of the first of its tag."""
        self.told_apart, self.tag_places = told_apart, []
        rules: dict[str, Rule | ViewTag] = {}
        if self._extended is not None:
            self._extended.days = self.days
            rules = self._extended._rules(told_apart)
        for node in self.sequence(self._parts["without"]) if "without" in self._parts else ():
            del rules[self.word(node, "tag", rules)]
        own: set[str] = set()
        for node in self.sequence(self._parts["rules"]):
            rule = self._rule(node, self._known_parents)
            if rule.tag in own:
                raise self.error(node, f"the tag {rule.tag!r} has a rule already")
            own.add(rule.tag)
            rules[rule.tag] = rule
        return rules

    def _check_tags(self, rules: Mapping[str, Rule | ViewTag]) -> None:
        if self._extended is not None:
            self._extended._check_tags(rules)
        for _, node in self.tag_places:
            self.word(node, "tag", rules)

    def _turns(self, rules: Mapping[str, Rule | ViewTag]) -> tuple[int, ...]:
        """In which turn each rule is judged, behind the tags that it reads."""
        self._check_tags(rules)
        found = layers(_judged(rules.values()))
        if found is None:
            tag, node = self.tag_places[0]
            raise self.error(node, f"some tags hang on each other in a circle; {tag!r} may be one of them")
        return found

    def _cut(self, node: yaml.Node) -> Cut:
        feature, parts = self.described(node, _CUT_KEYS)
        for key in ("quantile", "value"):
            if key not in parts:
                raise self.error(node, f"{key!r} is missing")
        if isinstance(feature, Step) and feature.sort != "number":
            raise self.error(node, f"{feature.id} is no number; it has no quantiles")
        quantile = self.number(parts["quantile"])
        if not 0 < quantile < 1:
            raise self.error(parts["quantile"], "a quantile is above 0 and below 1")
        return Cut(
            feature=feature,
            category=self.text(parts["price"]) if "price" in parts else None,
            days=self.integer(parts["days"], least=1) if "price" in parts else 0,
            quantile=float(quantile),
            among=self.condition(parts["among"]) if "among" in parts else None,
            value=self.number(parts["value"]),
            end=parts["value"].end_mark.index,
            written=self.text(parts["value"]),
        )

    def _parents(self, node: yaml.Node) -> dict[str, Name]:
        return {key: self._name(value) for key, value in self.mapping(node).items()}

    def _name(self, node: yaml.Node) -> Name:
        names = self.mapping(node, ("zh", "en"), needed=("zh", "en"))
        return Name(self.text(names["zh"]), self.text(names["en"]))

    def _rule(self, node: yaml.Node, parents: Mapping[str, Name]) -> Rule | ViewTag:
        asks = "view" in self.mapping(node)
        parts = self.mapping(node, _VIEW_KEYS if asks else _RULE_KEYS, needed=_NEEDED)
        tag = self.text(parts["id"])
        if not _tag_id(tag):
            raise self.error(parts["id"], f"{tag!r} is no tag id: small letters, digits, dots, underscores")
        if asks:
            return self._view_tag(tag, parts, parents)
        parent = self.word(parts["parent"], "parent", parents) if "parent" in parts else None
        return Rule(
            tag=tag,
            name=self._name(parts["name"]),
            kind=self.text(parts["class"]),
            parent=parent,
            family=self.text(parts["family"]) if "family" in parts else None,
            enter=self._enter(tag, parts),
            leave=self.condition(parts["until"]) if "until" in parts else None,
            stay=self._time(parts, "minimum_stay"),
            grace=self._time(parts, "grace"),
            live=self._time(parts, "time_to_live"),
            alert=alerting(self, parts["alert"]) if "alert" in parts else None,
            source=self.text(parts["source"]),
        )

    def _view_tag(self, tag: str, parts: dict[str, yaml.Node], parents: Mapping[str, Name]) -> ViewTag:
        return ViewTag(
            tag=tag,
            name=self._name(parts["name"]),
            kind=self.text(parts["class"]),
            parent=self.word(parts["parent"], "parent", parents) if "parent" in parts else None,
            ask=question(self, parts),
            by_hand=self.word(parts["by_hand"], "word", BY_HAND) if "by_hand" in parts else BY_HAND[0],
            source=self.text(parts["source"]),
        )

    def _enter(self, tag: str, parts: Mapping[str, yaml.Node]) -> Condition:
        condition = self.condition(parts["when"])
        if "holdout" not in parts:
            return condition
        share = self.number(parts["holdout"])
        if not 0 < share < 1:
            raise self.error(parts["holdout"], "holdout is a share between 0 and 1")
        return All((condition, Treated(tag, float(share))))

    def _time(self, parts: Mapping[str, yaml.Node], key: str) -> int:
        """A duration in ms; 0 if it is not given."""
        if key not in parts:
            return 0
        text = self.text(parts[key])
        found = _duration(text)
        if found is None:
            raise self.error(parts[key], f"{text!r} is no duration such as 90s, 15m, 36h or 7d")
        return int(found[1]) * _UNITS_MS[found[2]]


def _judged(rules: Iterable[Rule | ViewTag]) -> tuple[Rule, ...]:
    """Those of which the state of a member decides."""
    return tuple(rule for rule in rules if isinstance(rule, Rule))


def _shared_ids(rules: Iterable[Rule]) -> frozenset[str]:
    """Ids that several features have."""
    features = {feature for rule in rules for feature in rule.features}
    return frozenset(id_ for id_, count in Counter(one.id for one in features).items() if count > 1)
