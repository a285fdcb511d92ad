"""The generated parts about tags: the shipped rules, and all that a rule may name."""

from functools import cache

from checks.sheets import code, sheet
from checks.words import Words
from models.features import FEATURES, Course
from models.measures import COUNTS, SUMS, WORDS
from models.purchases import KINDS
from models.rules.compiler import compile_rules
from models.rules.condition import (
    All,
    CompareCourse,
    CompareStep,
    CompareWindow,
    Condition,
    Either,
    Not,
    Some,
    Tagged,
    Treated,
)
from models.rules.rule import RuleSet
from models.rules.viewed import ViewTag, asked
from models.rules.wording import SIGNS
from models.windows import ORDER_DAYS
from schemas.member_views import COMPARISONS, MEMBER_VIEWS, Limit, Question
from streams.rule_files import shipped_rules


def tags(words: Words) -> str:
    """Every tag of the rules in use unless others are named, in their order."""
    return _tags(words, _shipped(), frozenset())


def more_tags(words: Words) -> str:
    """The tags that only ``full.yaml`` has."""
    return _tags(words, _shipped("full"), _of(_shipped()))


def profile_tags(words: Words, name: str) -> str:
    """The tags that a profile of an industry has in place of, or beside, those of ``full.yaml``."""
    return _tags(words, _shipped(name), _of(_shipped("full")))


@cache
def _shipped(name: str = "default") -> RuleSet:
    return compile_rules(*shipped_rules(name))


def _of(rules: RuleSet) -> frozenset[tuple[str, str]]:
    return frozenset((one.tag, one.source) for one in (*rules.rules, *rules.views))


def _tags(words: Words, rules: RuleSet, known: frozenset[tuple[str, str]]) -> str:
    """All tags but those of the ids and sources that are known."""
    rows = []
    for rule in rules.rules:
        if (rule.tag, rule.source) in known:
            continue
        parent = "" if rule.parent is None else getattr(rules.parents[rule.parent], words.lang)
        until = "" if rule.leave is None else condition(words, rule.leave)
        family = "" if rule.family is None else code(rule.family)
        names = rule.name.zh, rule.name.en, code(rule.kind), parent, family
        rows.append([code(rule.tag), *names, condition(words, rule.enter), until, rule.source])
    rows += [_of_view(words, one, rules) for one in rules.views if (one.tag, one.source) not in known]
    return sheet(
        words,
        "tag, Chinese name, English name, class, shown under, family, enters when, leaves when, source row",
        rows,
    )


def _of_view(words: Words, one: ViewTag, rules: RuleSet) -> list[str]:
    """The row of a tag that asks a view."""
    parent = "" if one.parent is None else getattr(rules.parents[one.parent], words.lang)
    names = code(one.tag), one.name.zh, one.name.en, code(one.kind), parent, ""
    return [*names, *(_limits(words, one.ask, of) for of in (one.ask.enter, one.ask.leave)), one.source]


def _limits(words: Words, ask: Question, limits: tuple[Limit, ...]) -> str:
    joint = f" {words.say('and')} "
    return joint.join(f"{words.say('view')} {code(asked(ask.view, (limit,)))}" for limit in limits)


def member_views(words: Words) -> str:
    """Every view of which a tag may ask, with the columns that it may compare."""
    rows = [
        [code(f"{name}.{column}"), one.zh, one.en, code(*COMPARISONS[one.sort]), code(*view.members)]
        for name, view in MEMBER_VIEWS.items()
        for column, one in view.columns.items()
    ]
    return sheet(
        words, "view and column, Chinese name, English name, compare with, column of the member", rows
    )


def condition(words: Words, one: Condition) -> str:
    """A condition in words and signs."""
    if isinstance(one, CompareStep | CompareCourse | CompareWindow):
        limit = one.threshold
        if one.op == "known":
            return f"`{one.feature.id}` {words.say('is known')}"
        return f"`{one.feature.id}` {SIGNS[one.op]} {'/'.join(map(str, limit)) if isinstance(limit, tuple) else limit}"
    if isinstance(one, Not):
        return f"{words.say('not')} ({condition(words, one.part)})"
    if isinstance(one, Tagged):
        return f"{words.say('tag')} `{one.tag}`"
    if isinstance(one, Some):
        return f"{one.least} {words.say('of')} ({'; '.join(condition(words, part) for part in one.parts)})"
    if isinstance(one, Treated):
        return f"{words.say('not held out')} ({one.holdout:g})"
    joint = {All: "and", Either: "or"}[type(one)]
    inner = (
        f"({condition(words, part)})" if isinstance(part, All | Either) else condition(words, part)
        for part in one.parts
    )
    return f" {words.say(joint)} ".join(inner)


def features(words: Words) -> str:
    """Every feature with a name."""
    rows = []
    for one in FEATURES:
        compare = "at_least above at_most below"
        if not isinstance(one, Course) and one.sort != "number":
            compare = "is in known"
        elif not isinstance(one, Course):
            compare += " is in known"
        values = words.say(one.unit) if isinstance(one, Course) or not one.words else code(*one.words)
        rows.append([code(one.id), one.zh, one.en, values, code(*compare.split()), one.source])
    return sheet(words, "feature, Chinese name, English name, values, compare with, source row", rows)


def measures(words: Words) -> str:
    """What a rule may count, sum up or look for."""
    ways = (
        ("count, days_since, share", COUNTS),
        ("sum", SUMS),
        ("count, days_since, distinct, top", WORDS),
    )
    rows = [
        [code(*way.split(", ")), code(one.id), one.zh, one.en, one.kept, one.source]
        for way, known in ways
        for one in known.values()
    ]
    rows += [
        [code("count", "days_since", "share"), code(one.id), one.zh, one.en, ORDER_DAYS, one.source]
        for one in KINDS.values()
    ]
    return sheet(words, "way, what, Chinese name, English name, longest window in days, source row", rows)
