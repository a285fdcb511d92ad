"""What two versions of the rules differ in, tag by tag."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from models.rules.rule import Rule, RuleSet
from models.rules.viewed import ViewTag, asked
from models.rules.wording import duration, said


class Change(NamedTuple):
    """One part of a rule that is another."""

    part: str
    was: str
    now: str


class Difference(NamedTuple):
    """A tag whose rule came, went, or says something else; the parts of one that came or went are none."""

    tag: str
    kind: Literal["added", "removed", "changed"]
    changes: tuple[Change, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether members may get or lose the tag by it, and not only another name."""
        return self.kind != "changed" or any(change.part in DECIDING for change in self.changes)


DECIDING = frozenset(
    {"when", "until", "minimum_stay", "grace", "time_to_live", "family", "days", "member", "by_hand"}
)
"""Parts of a rule that decide who has the tag."""


def difference(before: RuleSet, after: RuleSet) -> list[Difference]:
    """Tags by the order of ``after``, then those that went.

    The place of a rule is part of its ``family``: of a family the first that would hold does.
    """
    was, now = _every(before), _every(after)
    found: list[Difference] = []
    for tag, parts in now.items():
        if tag not in was:
            found.append(Difference(tag, "added"))
        elif differing := tuple(changes(was[tag], parts)):
            found.append(Difference(tag, "changed", differing))
    return found + [Difference(tag, "removed") for tag in was if tag not in now]


def changes(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    """Parts by the order of ``now``, then those that went; of what one of them lacks the value is empty."""
    for part in dict.fromkeys((*now, *was)):
        if was.get(part, "") != now.get(part, ""):
            yield Change(part, was.get(part, ""), now.get(part, ""))


def _every(rules: RuleSet) -> dict[str, dict[str, str]]:
    """Parts of the rules, and of the tags of views behind them."""
    return {rule.tag: _parts(rule, rules) for rule in rules.rules} | {
        one.tag: _parts_of_view(one) for one in rules.views
    }


def _parts_of_view(one: ViewTag) -> dict[str, str]:
    ask = one.ask
    return {
        "when": asked(ask.view, ask.enter),
        "until": asked(ask.view, ask.leave),
        "member": ask.member,
        "by_hand": one.by_hand,
        "name.zh": one.name.zh,
        "name.en": one.name.en,
        "class": one.kind,
        "parent": one.parent or "",
        "source": one.source,
    }


def _parts(rule: Rule, rules: RuleSet) -> dict[str, str]:
    return {
        "when": said(rule.enter),
        "until": "" if rule.leave is None else said(rule.leave),
        "minimum_stay": duration(rule.stay),
        "grace": duration(rule.grace),
        "time_to_live": duration(rule.live),
        "family": _family(rule, rules),
        "days": _days(rule),
        "name.zh": rule.name.zh,
        "name.en": rule.name.en,
        "class": rule.kind,
        "alert": _alert(rule),
        "parent": rule.parent or "",
        "source": rule.source,
    }


def _alert(rule: Rule) -> str:
    if rule.alert is None:
        return ""
    words, again = rule.alert.words, ", ".join(sorted(rule.alert.again))
    said_ = "" if words is None else f": {words.zh} / {words.en}"
    return f"{rule.alert.severity}{said_}" + (f"; again at {again}" if again else "")


def _days(rule: Rule) -> str:
    """Which days the names mean that the rule uses."""
    used = {feature.on.id: feature.on for feature in rule.features if feature.on is not None}
    return "; ".join(f"{name}: {days.said}" for name, days in sorted(used.items()))


def _family(rule: Rule, rules: RuleSet) -> str:
    """The family and those of it that go first."""
    if rule.family is None:
        return ""
    before: list[str] = []
    for other in rules.rules:
        if other is rule:
            break
        if other.family == rule.family:
            before.append(other.tag)
    return rule.family + (f" after {', '.join(before)}" if before else "")
