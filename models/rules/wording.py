"""A rule's parts as short text, the same for the same meaning: what versions of rules are compared by."""

from typing import Final

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

SIGNS: Final = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<", "is": "=", "in": "∈"}
"""Signs of the comparisons."""

_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000))


def said(one: Condition) -> str:
    """A condition with signs; joints inside of joints stand in brackets.

    >>> from models.rules.compiler import compile_rules
    >>> rules = compile_rules('''
    ... version: 1
    ... rules:
    ...   - {id: a, name: {zh: 甲, en: A}, class: c, source: M02,
    ...      when: {all: [{feature: orders, at_least: 2}, {not: {feature: stage, in: [lost, decline]}}]}}
    ... ''', "a.yaml")
    >>> said(rules.rules[0].enter)
    'orders ≥ 2 and not stage ∈ lost/decline'
    """
    if isinstance(one, CompareStep | CompareCourse | CompareWindow):
        limit = one.threshold
        if one.op == "known":
            return f"{one.feature.id} is known"
        words = "/".join(map(str, limit)) if isinstance(limit, tuple) else str(limit)
        return f"{one.feature.id} {SIGNS[one.op]} {words}"
    if isinstance(one, Not):
        return f"not {_inner(one.part)}"
    if isinstance(one, Tagged):
        return f"tag({one.tag})"
    if isinstance(one, Treated):
        return f"not held out ({one.holdout:g})"
    if isinstance(one, Some):
        return f"{one.least} of ({', '.join(_inner(part) for part in one.parts)})"
    joint = {All: " and ", Either: " or "}[type(one)]
    return joint.join(_inner(part) for part in one.parts)


def _inner(one: Condition) -> str:
    return f"({said(one)})" if isinstance(one, All | Either) else said(one)


def duration(ms: int) -> str:
    """A duration as a rule file writes it: in the largest unit that fits.

    >>> duration(36 * 3_600_000), duration(0)
    ('36h', '0s')
    """
    for unit, size in _UNITS:
        if ms and ms % size == 0:
            return f"{ms // size}{unit}"
    return "0s"
