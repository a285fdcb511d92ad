"""Reading a rule file: every word is checked, and what is wrong is named by file, line, column and nearest word."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import yaml

from models.features import BY_ID, Step
from models.rules.condition import (
    COMPARISONS,
    ORDERED,
    All,
    CompareCourse,
    CompareStep,
    Condition,
    Either,
    Not,
    Threshold,
)
from models.rules.reading import Reader, RuleError
from models.rules.rule import Name, Rule, RuleSet

__all__ = ["RuleError", "compile_rules"]

_FILE_KEYS: Final = ("version", "parents", "rules")
_RULE_KEYS: Final = (
    "id", "name", "class", "parent", "family", "when", "until", "minimum_stay", "source",
)  # fmt: skip
_NEEDED: Final = ("id", "name", "class", "when", "source")
_JOINTS: Final = ("any", "all", "not")
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


class _Compiler(Reader):
    def rule_set(self, text: str) -> RuleSet:
        root = self.compose(text)
        parts = self.mapping(root, _FILE_KEYS, needed=("version", "rules"))
        version = self.integer(parts["version"], least=1)
        parents = self._parents(parts["parents"]) if "parents" in parts else {}
        rules: dict[str, Rule] = {}
        for node in self.sequence(parts["rules"]):
            rule = self._rule(node, parents)
            if rule.tag in rules:
                raise self.error(node, f"the tag {rule.tag!r} has a rule already")
            rules[rule.tag] = rule
        return RuleSet(version, MappingProxyType(parents), tuple(rules.values()))

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
            enter=self._condition(parts["when"]),
            leave=self._condition(parts["until"]) if "until" in parts else None,
            stay=self._milliseconds(parts["minimum_stay"]) if "minimum_stay" in parts else 0,
            source=self.text(parts["source"]),
        )

    def _milliseconds(self, node: yaml.Node) -> int:
        found = _duration(self.text(node))
        if found is None:
            raise self.error(node, f"{self.text(node)!r} is no duration such as 90s, 15m, 36h or 7d")
        return int(found[1]) * _UNITS_MS[found[2]]

    def _condition(self, node: yaml.Node) -> Condition:
        parts = self.mapping(node, (*_JOINTS, "feature", *COMPARISONS))
        if "feature" in parts:
            return self._compare(node, parts)
        if len(parts) != 1 or not parts.keys() <= set(_JOINTS):
            raise self.error(node, "a condition is a comparison with `feature`, or one of any, all, not")
        if "not" in parts:
            return Not(self._condition(parts["not"]))
        joint, of = next(iter(parts.items()))
        conditions = tuple(self._condition(part) for part in self.sequence(of))
        if not conditions:
            raise self.error(of, f"{joint} of nothing")
        return All(conditions) if joint == "all" else Either(conditions)

    def _compare(self, node: yaml.Node, parts: Mapping[str, yaml.Node]) -> Condition:
        feature = BY_ID[self.word(parts["feature"], "feature", BY_ID)]
        if len(parts) != 2 or not parts.keys() <= {"feature", *COMPARISONS}:
            raise self.error(node, f"compare {feature.id} once: {', '.join(COMPARISONS)}")
        op = next(key for key in parts if key != "feature")
        if isinstance(feature, Step):
            return CompareStep(feature, op, self._threshold(feature, op, parts[op]))
        if op not in ORDERED:
            raise self.error(node, f"{feature.id} moves all the time; use {', '.join(ORDERED)}, not {op}")
        return CompareCourse(feature, op, self.number(parts[op]))

    def _threshold(self, feature: Step, op: str, node: yaml.Node) -> Threshold:
        if op in ORDERED and feature.sort != "number":
            raise self.error(node, f"{feature.id} is no number; use is or in, not {op}")
        if op == "in":
            return tuple(self._scalar(feature, one) for one in self.sequence(node))
        return self._scalar(feature, node)

    def _scalar(self, feature: Step, node: yaml.Node) -> float | int | str | bool:
        if feature.sort == "number":
            return self.number(node)
        if feature.sort == "flag":
            return self.flag(node)
        return self.word(node, f"value of {feature.id}", feature.words)
