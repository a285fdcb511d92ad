"""Reading conditions: comparisons of features, named or described, joints of conditions, and other tags."""

from collections.abc import Collection, Mapping
from typing import Final

import yaml

from models import dear, purchases, windows
from models.features import BY_ID, Course, Feature, Step
from models.lift import lift
from models.measures import COUNTS, SUMS, WORDS
from models.named_days import SCENES, NamedDays, in_scene
from models.rules.condition import (
    COMPARISONS,
    ORDERED,
    All,
    CompareCourse,
    CompareStep,
    CompareWindow,
    Condition,
    Either,
    Not,
    Some,
    Tagged,
    Threshold,
)
from models.rules.reading import Reader

_JOINTS: Final = ("any", "all", "not", "some", "tag")
_QUALIFIERS: Final[Mapping[str, tuple[str, ...]]] = {
    "feature": (),
    "count": ("word", "days", "during", "scene"),
    "sum": ("days", "during", "scene"),
    "distinct": ("days", "each"),
    "days_since": ("word",),
    "share": ("of", "days", "least", "during", "scene"),
    "lift": ("days", "least", "during", "scene"),
    "top": ("days", "least", "with_share"),
    "dear": ("days",),
    "price": ("days",),
}
"""Ways of naming a value, each with the keys that describe it further."""

_KEYS: Final = (
    *_JOINTS, *_QUALIFIERS, *COMPARISONS, "of", "word", "days", "least", "with_share", "during", "scene", "each",
)  # fmt: skip

_SHARED: Final = (*COUNTS, *SUMS, *purchases.KINDS)
"""What a share can be of, or made up of."""


class Phrases(Reader):
    """Reads the conditions of one file."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.tag_places: list[tuple[str, yaml.Node]] = []
        """Other tags that conditions name, each with its place."""
        self.told_apart: frozenset[str] = frozenset()
        """Ids that the file gives to several features, which differ in ``least`` or ``with_share``: these go into the id."""
        self.days: dict[str, NamedDays] = {}
        """Named days of the file's calendar."""

    def condition(self, node: yaml.Node) -> Condition:
        """A comparison, a joint of conditions, or another tag."""
        parts = self.mapping(node, _KEYS)
        subject = [key for key in _QUALIFIERS if key in parts]
        if len(subject) == 1 and not parts.keys() & set(_JOINTS):
            return self._compare(node, parts, subject[0])
        if "some" in parts and parts.keys() == {"some", "of"}:
            conditions = self._conditions("of", parts["of"])
            least = self.integer(parts["some"], least=1)
            if least > len(conditions):
                raise self.error(parts["some"], f"some {least} of {len(conditions)} conditions never hold")
            return Some(least, conditions)
        if len(parts) != 1 or not parts.keys() <= set(_JOINTS) - {"some"}:
            ways = ", ".join(f"`{way}`" for way in _QUALIFIERS)
            raise self.error(
                node,
                f"a condition is a comparison with `feature` (or another of {ways}), or one of any, all, not, tag, "
                "some with of",
            )
        joint, of = next(iter(parts.items()))
        if joint == "not":
            return Not(self.condition(of))
        if joint == "tag":
            self.tag_places.append((self.text(of), of))
            return Tagged(self.text(of))
        conditions = self._conditions(joint, of)
        return All(conditions) if joint == "all" else Either(conditions)

    def _conditions(self, joint: str, node: yaml.Node) -> tuple[Condition, ...]:
        conditions = tuple(self.condition(part) for part in self.sequence(node))
        if not conditions:
            raise self.error(node, f"{joint} of nothing")
        return conditions

    def _compare(self, node: yaml.Node, parts: Mapping[str, yaml.Node], way: str) -> Condition:
        feature = self._feature(node, parts, way)
        comparing = [key for key in parts if key in COMPARISONS]
        extra = parts.keys() - {way, *_QUALIFIERS[way], *comparing}
        if extra:
            takes = ", ".join(_QUALIFIERS[way]) or "nothing but a comparison"
            raise self.error(node, f"{way} does not go with {', '.join(sorted(extra))}; it takes {takes}")
        if len(comparing) != 1:
            raise self.error(node, f"compare {feature.id} once: {', '.join(COMPARISONS)}")
        op = comparing[0]
        if isinstance(feature, Step):
            threshold = self._threshold(feature, op, parts[op])
            return (CompareStep if way == "feature" else CompareWindow)(feature, op, threshold)
        if op not in ORDERED:
            raise self.error(node, f"{feature.id} moves all the time; use {', '.join(ORDERED)}, not {op}")
        return CompareCourse(feature, op, self.number(parts[op]))

    def described(self, node: yaml.Node, more: Collection[str]) -> tuple[Feature, dict[str, yaml.Node]]:
        """A value that stands by itself, beside ``more`` keys; the feature, and what is given."""
        parts = self.mapping(node, (*_KEYS, *more))
        ways = [key for key in _QUALIFIERS if key in parts]
        if len(ways) != 1:
            raise self.error(node, f"name one value: {', '.join(_QUALIFIERS)}")
        extra = parts.keys() - {ways[0], *_QUALIFIERS[ways[0]], *more}
        if extra:
            raise self.error(node, f"{ways[0]} does not go with {', '.join(sorted(extra))} here")
        return self._feature(node, parts, ways[0]), parts

    def _feature(self, node: yaml.Node, parts: Mapping[str, yaml.Node], way: str) -> Feature:
        """The feature that is named, or described, by the words in ``parts``."""
        if way == "feature":
            return BY_ID[self.word(parts[way], "feature", BY_ID)]
        if way == "share":
            return self._share(node, parts)
        if way == "lift":
            return self._lift(node, parts)
        if way == "dear":
            return self._dear(node, parts)
        if way == "price":
            return dear.price(self.text(parts[way]), self._days(node, parts, "goods_fen"))
        known = {"sum": SUMS, "distinct": WORDS, "top": WORDS}.get(way, windows.COUNTABLE)
        what = self.word(parts[way], f"{way} of", known)
        if way == "sum":
            return windows.summed(what, self._days(node, parts, what), self._during(parts))
        if way == "distinct":
            days, each = self._days(node, parts, what), self._least(parts, "each")
            return windows.distinct(what, days) if each == 1 else windows.repeated(what, days, each)
        if way == "top":
            least = self._least(parts)
            part = self._part(parts["with_share"]) if "with_share" in parts else 0.0
            days = self._days(node, parts, what)
            found = windows.top(what, days, least, part)
            return windows.top(what, days, least, part, True) if found.id in self.told_apart else found
        word = self._word(node, parts, what)
        if way == "days_since":
            return windows.since(what, word)
        during = self._during(parts)
        if "days" not in parts and during is None:
            return windows.ever(what, word)
        return windows.counted(what, word, self._days(node, parts, what), during)

    def _dear(self, node: yaml.Node, parts: Mapping[str, yaml.Node]) -> Step:
        """A price for each category; `dear.ANY` stands for all others."""
        given = self.mapping(parts["dear"])
        if not given:
            raise self.error(parts["dear"], "dear: name a price for some category, or for '*'")
        limits = tuple((category, self.number(limit)) for category, limit in given.items())
        days = self._days(node, parts, "goods_fen")
        found = dear.dear(limits, days)
        return dear.dear(limits, days, True) if found.id in self.told_apart else found

    def _word(self, node: yaml.Node, parts: Mapping[str, yaml.Node], what: str) -> str | None:
        """The word that is counted; needed of what has words, and of nothing else."""
        if (what in WORDS) is not ("word" in parts):
            need = f"say which {what}: word" if what in WORDS else f"{what} has no words"
            raise self.error(parts.get("word", node), need)
        return self.text(parts["word"]) if "word" in parts else None

    def _days(self, node: yaml.Node, parts: Mapping[str, yaml.Node], what: str) -> int:
        if "days" not in parts:
            raise self.error(node, "'days' is missing")
        days, most = self.integer(parts["days"], least=1), windows.window(what)
        if days > most:
            raise self.error(parts["days"], f"{what} is kept for {most} days, not {days}")
        return days

    def _least(self, parts: Mapping[str, yaml.Node], key: str = "least") -> int:
        """A whole number from 1, which is what it is if nothing is said."""
        return self.integer(parts[key], least=1) if key in parts else 1

    def _share(self, node: yaml.Node, parts: Mapping[str, yaml.Node]) -> Course | Step:
        if "of" not in parts:
            raise self.error(node, "'of' is missing: a share of what?")
        sides = [self._list(parts[side], "share of", _SHARED) for side in ("share", "of")]
        days = min(self._days(node, parts, what) for side in sides for what in side)
        least = self._least(parts)
        during = self._during(parts)
        found = windows.share(sides[0], sides[1], days, least, on=during)
        if found.id in self.told_apart:
            return windows.share(sides[0], sides[1], days, least, True, during)
        return found

    def _lift(self, node: yaml.Node, parts: Mapping[str, yaml.Node]) -> Step:
        what = self.word(parts["lift"], "lift of", _SHARED)
        during = self._during(parts)
        if during is None:
            raise self.error(node, "lift on which days? Say during, or scene")
        days = self._days(node, parts, what)
        least = self._least(parts)
        found = lift(what, days, during, least)
        return lift(what, days, during, least, True) if found.id in self.told_apart else found

    def _during(self, parts: Mapping[str, yaml.Node]) -> NamedDays | None:
        """The days to which what is described is confined; none if it is not."""
        if "during" in parts and "scene" in parts:
            raise self.error(parts["scene"], "say during or scene, not both")
        if "during" in parts:
            if not self.days:
                raise self.error(parts["during"], "the file names no days; they stand under `calendar`")
            return self.days[self.word(parts["during"], "days", self.days)]
        if "scene" not in parts:
            return None
        found = in_scene(self.word(parts["scene"], "scene", SCENES), self.days)
        if found is None:
            raise self.error(
                parts["scene"], f"no days under `calendar` have the scene {self.text(parts['scene'])}"
            )
        return found

    def _list(self, node: yaml.Node, what: str, known: Collection[str]) -> tuple[str, ...]:
        """One word, or several."""
        nodes = self.sequence(node) if isinstance(node, yaml.SequenceNode) else [node]
        if not nodes:
            raise self.error(node, f"{what} nothing")
        return tuple(self.word(one, what, known) for one in nodes)

    def _part(self, node: yaml.Node) -> float:
        """A share: from 0 to 1."""
        number = self.number(node)
        if not 0 <= number <= 1:
            raise self.error(node, f"expected a share from 0 to 1, not {self.text(node)!r}")
        return float(number)

    def _threshold(self, feature: Step, op: str, node: yaml.Node) -> Threshold:
        if op in ORDERED and feature.sort != "number":
            raise self.error(node, f"{feature.id} is no number; use is or in, not {op}")
        if op == "known":
            if not self.flag(node):
                raise self.error(node, "known is true, or say not: {...}")
            return True
        if op == "in":
            return tuple(self._scalar(feature, one) for one in self.sequence(node))
        return self._scalar(feature, node)

    def _scalar(self, feature: Step, node: yaml.Node) -> float | int | str | bool:
        if feature.sort == "number":
            return self.number(node)
        if feature.sort == "flag":
            return self.flag(node)
        return self.word(node, f"value of {feature.id}", feature.words) if feature.words else self.text(node)
