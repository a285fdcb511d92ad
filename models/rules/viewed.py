"""Tags that ask a view of the store: what other members did is not in a member's own events.

No state of a member decides such a tag. Whoever has the store asks the view from time to time, and tells what changed as events
that set and clear the tag, as a person would.
"""

from dataclasses import dataclass
from typing import Final

import yaml

from models.rules.name import Name
from models.rules.reading import Reader
from schemas.member_views import COMPARISONS, MEMBER_VIEWS, Limit, MemberView, Question

BY_HAND: Final = ("outranks", "yields")
"""What a person's word does: it stands against the view until a person says otherwise, or until the view changes its answer."""

_WAYS: Final = tuple(dict.fromkeys(way for ways in COMPARISONS.values() for way in ways))
_SIGNS: Final = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<", "is": "=", "in": "∈"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTag:
    """A tag that a view of the store grants and takes away."""

    tag: str
    name: Name
    kind: str
    """Class of the tag."""
    parent: str | None
    ask: Question
    by_hand: str
    """One of `BY_HAND`."""
    source: str
    """Row of the catalogue."""

    @property
    def names(self) -> dict[str, Name]:
        """Names of the columns that it compares, by view and column as evidence has them."""
        columns = MEMBER_VIEWS[self.ask.view].columns
        return {f"{self.ask.view}.{one}": Name(columns[one].zh, columns[one].en) for one in self.ask.columns}


def question(reader: Reader, parts: dict[str, yaml.Node]) -> Question:
    """What a rule with ``view`` asks.

    Raises `models.rules.reading.RuleError` at the first thing that is wrong.
    """
    view = reader.word(parts["view"], "view", MEMBER_VIEWS)
    known = MEMBER_VIEWS[view]
    member = (
        reader.word(parts["member"], "column of members", known.members)
        if "member" in parts
        else known.members[0]
    )
    leave = _limits(reader, parts["until"], known) if "until" in parts else ()
    return Question(view, member, _limits(reader, parts["when"], known), leave)


def _limits(reader: Reader, node: yaml.Node, view: MemberView) -> tuple[Limit, ...]:
    """One comparison, or ``all`` of a list."""
    if isinstance(node, yaml.MappingNode) and [key.value for key, _ in node.value] == ["all"]:
        nodes = reader.sequence(node.value[0][1])
        if not nodes:
            raise reader.error(node, "all of nothing")
        return tuple(_limit(reader, one, view) for one in nodes)
    return (_limit(reader, node, view),)


def _limit(reader: Reader, node: yaml.Node, view: MemberView) -> Limit:
    parts = reader.mapping(node, ("column", *_WAYS))
    if "column" not in parts:
        raise reader.error(node, "a tag of a view compares with `column`, or `all` of several")
    column = reader.word(parts.pop("column"), "column", view.columns)
    sort = view.columns[column].sort
    ways = COMPARISONS[sort]
    if len(parts) != 1:
        raise reader.error(node, f"compare {column} once, with one of {', '.join(ways)}")
    ((op, value),) = parts.items()
    if op not in ways:
        raise reader.error(node, f"{column} is a {sort}; use {' or '.join(ways)}, not {op}")
    return Limit(column, op, _threshold(reader, sort, op, value))


def _threshold(
    reader: Reader, sort: str, op: str, node: yaml.Node
) -> float | int | str | bool | tuple[str, ...]:
    if sort == "flag":
        return reader.flag(node)
    if sort == "time":
        return reader.integer(node, least=1)
    if sort == "number":
        return reader.number(node)
    if op == "is":
        return reader.text(node)
    words = tuple(reader.text(one) for one in reader.sequence(node))
    if not words:
        raise reader.error(node, "in nothing")
    return words


def asked(view: str, limits: tuple[Limit, ...]) -> str:
    """Limits as short text, the same for the same meaning.

    >>> asked("inviters", (Limit("invitees_90", "at_least", 1),))
    'inviters.invitees_90 ≥ 1'
    """
    return " and ".join(_said(view, limit) for limit in limits)


def _said(view: str, limit: Limit) -> str:
    name, threshold = f"{view}.{limit.column}", limit.threshold
    if limit.op == "within_days":
        return f"{name} within {threshold} d"
    words = "/".join(threshold) if isinstance(threshold, tuple) else str(threshold)
    return f"{name} {_SIGNS[limit.op]} {words}"
