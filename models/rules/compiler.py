"""Reading a rule file: every word is checked, and what is wrong is named by file, line, column and nearest word."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import yaml

from models.earning import NO_RULES
from models.features import Step
from models.rules.condition import All, Condition, Treated
from models.rules.cut import Cut
from models.rules.declared import earning
from models.rules.layers import layers
from models.rules.named import named_days
from models.rules.phrases import Phrases
from models.rules.reading import RuleError
from models.rules.rule import Name, Rule, RuleSet

__all__ = ["RuleError", "compile_rules"]

_FILE_KEYS: Final = ("version", "parents", "calendar", "points", "cuts", "rules")
_RULE_KEYS: Final = (
    "id", "name", "class", "parent", "family", "when", "until", "minimum_stay", "grace", "time_to_live", "holdout",
    "source",
)  # fmt: skip
_CUT_KEYS: Final = ("quantile", "among", "value")
_NEEDED: Final = ("id", "name", "class", "when", "source")
_UNITS_MS: Final[Mapping[str, int]] = MappingProxyType(
    {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
)
_duration = re.compile(r"([0-9]+)([smhd])").fullmatch
_tag_id = re.compile(r"[a-z0-9][a-z0-9_.]{0,63}").fullmatch


def compile_rules(text: str, name: str) -> RuleSet:
    """Rules of a file with the content ``text``; ``name`` is what errors call it.

    Raises `RuleError` at the first thing that is wrong.
    """
    return _Compiler(name).rule_set(text)


class _Compiler(Phrases):
    def rule_set(self, text: str) -> RuleSet:
        root = self.compose(text)
        parts = self.mapping(root, _FILE_KEYS, needed=("version", "rules"))
        version = self.integer(parts["version"], least=1)
        parents = self._parents(parts["parents"]) if "parents" in parts else {}
        if "calendar" in parts:
            self.days = named_days(self, parts["calendar"])
        cuts = tuple(self._cut(node) for node in self.sequence(parts["cuts"])) if "cuts" in parts else ()
        rules = self._rules(parts["rules"], parents)
        self.told_apart = _shared_ids(rules.values())
        if self.told_apart:
            rules = self._rules(parts["rules"], parents)
        return RuleSet(
            version,
            MappingProxyType(parents),
            tuple(rules.values()),
            self._layers(rules),
            cuts,
            earning(self, parts["points"]) if "points" in parts else NO_RULES,
        )

    def _rules(self, of: yaml.Node, parents: Mapping[str, Name]) -> dict[str, Rule]:
        rules: dict[str, Rule] = {}
        for node in self.sequence(of):
            rule = self._rule(node, parents)
            if rule.tag in rules:
                raise self.error(node, f"the tag {rule.tag!r} has a rule already")
            rules[rule.tag] = rule
        return rules

    def _layers(self, rules: Mapping[str, Rule]) -> tuple[int, ...]:
        """In which turn each rule is judged, behind the tags that it reads."""
        for _, node in self.tag_places:
            self.word(node, "tag", rules)
        found = layers(list(rules.values()))
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

    def _rule(self, node: yaml.Node, parents: Mapping[str, Name]) -> Rule:
        parts = self.mapping(node, _RULE_KEYS, needed=_NEEDED)
        tag = self.text(parts["id"])
        if not _tag_id(tag):
            raise self.error(parts["id"], f"{tag!r} is no tag id: small letters, digits, dots, underscores")
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


def _shared_ids(rules: Iterable[Rule]) -> frozenset[str]:
    """Ids that several features have."""
    features = {feature for rule in rules for feature in rule.features}
    return frozenset(id_ for id_, count in Counter(one.id for one in features).items() if count > 1)
