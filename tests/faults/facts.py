"""Ledgers 3 and 4: the set of facts, and the final state, field by field, against the reference model."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.books import Books, Entry, Identity
from tests.faults.verdict import Difference, Verdict


@dataclass(frozen=True)
class Kind:
    """How facts of a topic are compared. `every` facts count, or only the one with the highest version of an identity."""

    topic: str
    table: str
    identity: tuple[str, ...]
    every: bool
    left_out: frozenset[str]
    who: str
    on_topic: tuple[str, ...] = ()
    """What tells one fact of an identity from the next, on the topic."""


LOCAL = frozenset({"schema_version"})
FLUSHED = LOCAL | {"version", "as_of"}
"""A window's version and time depend on which flush told it."""

KINDS = (
    Kind("tag-changes", "tag_changes", ("brand_id", "member_id", "tag", "at", "change"), True, LOCAL, "member_id"),
    Kind("member-profiles", "member_profiles", ("brand_id", "member_id"), False, LOCAL, "member_id"),
    Kind("group-stats", "group_stats", ("brand_id", "group_id", "window_start", "window_seconds", "part"), False,
         FLUSHED, "group_id"),
    Kind("alerts", "alerts", ("brand_id", "alert_id"), False, LOCAL, "group_id", ("version",)),
)  # fmt: skip


def compare(books: Books, verdict: Verdict) -> None:
    """All kinds of facts, on the topics and in the store."""
    for kind in KINDS:
        said, told = Shelf(kind), Shelf(kind)
        for fact in books.said(kind.topic):
            said.put(fact)
        for record in books.topic(kind.topic):
            told.put(record["value"])
        if kind.every or kind.on_topic:
            verdict.add(kind.topic, len(said.each), _different(kind.topic, kind, said.each, told.each))
            verdict.add(kind.topic, 0, told.contradictions)
            verdict.notes[f"{kind.topic} told again"] = told.count - len(told.each)
        if not kind.every:
            verdict.add(
                f"{kind.topic}, the last", len(said.last), _different(kind.topic, kind, said.last, told.last)
            )
        if books.stored:
            stored = Shelf(kind)
            for row in books.table(kind.table):
                stored.put(row)
            verdict.add(kind.table, len(said.last), _different(kind.table, kind, said.last, stored.last))
            verdict.add(kind.table, 0, stored.twice)


class Shelf:
    """Facts of a kind, put in one by one: each distinct one, and the one that holds of each identity."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._names = kind.identity + kind.on_topic
        self._first: dict[Identity, Entry] = {}
        self.count = 0
        self.each: dict[Identity, Entry] = {}
        self.last: dict[Identity, Entry] = {}
        self.contradictions: list[Difference] = []
        """A fact may be told again, but never with other words."""
        self.twice: list[Difference] = []
        """What came twice; under FINAL nothing may."""

    def put(self, fact: Entry) -> None:
        """The next fact, in the order of the log."""
        self.count += 1
        identity = _identity(fact, self._kind.identity)
        known = self.last.get(identity)
        if known is not None:
            text = f"{identity} is there twice under FINAL"
            self.twice = self.twice or [
                Difference("doubled", self._kind.table, text, tuple(map(str, identity)))
            ]
        if known is None or fact.get("version", 0) >= known.get("version", 0):
            self.last[identity] = fact
        if self._kind.every or self._kind.on_topic:
            self._put_each(fact)

    def _put_each(self, fact: Entry) -> None:
        identity = _identity(fact, self._names)
        self.each[identity] = fact
        # a late event may move a tag back and forth at one instant: those are two facts with one identity
        first = self._first.setdefault((*identity, fact.get("source")), fact)
        if plain(first, self._kind.left_out) != plain(fact, self._kind.left_out):
            text = f"{identity} was told twice with different words"
            self.contradictions.append(Difference("wrong", self._kind.topic, text, tuple(map(str, identity))))


def _identity(fact: Entry, names: Iterable[str]) -> Identity:
    return tuple(fact[name] for name in names)


def plain(fact: Entry, left_out: frozenset[str]) -> Entry:
    """A fact as topic and table have it in common: evidence as an object, nothing for what is not there."""
    found = {name: value for name, value in fact.items() if name not in left_out}
    if isinstance(found.get("evidence"), str):
        found["evidence"] = json.loads(found["evidence"])
    return {name: value for name, value in found.items() if value not in (None, "")}


def _different(
    where: str, kind: Kind, truth: dict[Identity, Entry], held: dict[Identity, Entry]
) -> list[Difference]:
    found = []
    for identity, fact in truth.items():
        about = tuple(str(part) for part in identity)
        if identity not in held:
            found.append(
                Difference("lost", where, f"{identity} must be there and is not: {_short(fact)}", about)
            )
            continue
        want, have = plain(fact, kind.left_out), plain(held[identity], kind.left_out)
        for name in sorted(want.keys() | have.keys()):
            if want.get(name) != have.get(name):
                text = f"{identity}: {name} must be {want.get(name)!r} and is {have.get(name)!r}"
                found.append(Difference("wrong", where, text, about))
    for identity in held.keys() - truth.keys():
        about = tuple(str(part) for part in identity)
        text = f"{identity} is there and must not be: {_short(held[identity])}"
        found.append(Difference("doubled", where, text, about))
    return found


def _short(fact: Entry) -> str:
    return json.dumps(fact, ensure_ascii=False)[:300]
